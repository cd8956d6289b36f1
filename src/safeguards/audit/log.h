#pragma once

// The writer of a log: entries in, a signed checkpoint over them durable before they are answered.
//
// One commit, in this order; each step begins when the one before has ended without an error:
//   1. each file that changed (full and partial bundles and tiles) into .staging/, synced
//   2. directories made where they are missing, and their parents synced
//   3. each file renamed to its place; then each directory that got one synced
//   4. the checkpoint signed: from here on it exists, and all it covers is on the disk
//   5. the checkpoint into .staging/checkpoint, synced; renamed to `checkpoint`; the root synced
//   6. the callers answered
//   7. partial files removed whose full one has come; errors here are of no account
// Callers who come while a commit runs share the next one.
//
// Opening finds one of three things after a crash. Before 4: files beyond the checkpoint, which
// nobody was told of and nothing signs; they are removed. In 5: a signed checkpoint in .staging/;
// it is put in place, so that no second one of its size is ever signed. Otherwise nothing. Files
// beyond what one commit can leave mean that an older checkpoint was put back: refused.
//
//   errors   kInvalidInput  an empty entry
//            kOverLimit     an entry over kLeafBytesMax, more than kBatchLeavesMax at once, or too
//                           many waiting; nothing was written
//            kUnavailable   the disk refused (full, say). Not acknowledged; where the checkpoint
//                           was signed already the entries may yet stand in the log. append() may be
//                           called again
//            kCorrupt       a sync failed; the log is closed for good and the process must stop
//   threads  thread-safe; lifetime: the disk outlives the log

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/disk.h"
#include "safeguards/note/signed_note.h"

namespace proviso::audit {

inline constexpr std::size_t kBatchLeavesMax = 4096;
inline constexpr std::size_t kWaitingLeavesMax = 16 * kBatchLeavesMax;

class Log {
 public:
  // An empty directory becomes a log of no leaves. The key's name is the log's origin.
  // Errors: also kNotAuthorised if the checkpoint is not signed by the key;
  //         kCorrupt if the files do not lead to it, or go on far beyond it.
  static Result<std::unique_ptr<Log>> open(Disk& disk,
                                           const note::VerifierKey& key,
                                           crypto::SecretKey secret);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  Log(Log&&) = delete;
  Log& operator=(Log&&) = delete;
  ~Log();

  // The index of the first; the others follow it.
  Result<std::uint64_t> append(std::span<const std::string> entries);

  // What is durable, with its signed note.
  struct Signed {
    TreeHead head;
    std::string note;
  };
  Signed checkpoint() const;

 private:
  class Writer;
  struct Queue;
  Log(std::unique_ptr<Writer> writer, std::unique_ptr<Queue> queue);
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Queue> queue_;
};

}  // namespace proviso::audit
