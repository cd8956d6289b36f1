#pragma once

// The one place to which refusals, starts, suspensions, stops and all other acts go: each becomes a
// leaf (safeguards/audit/leaf.h) of the site's log (safeguards/audit/log.h).
//
//   out      append() returns the leaf's index only once a signed checkpoint over it is durable: an
//            act is answered after it, never before
//   writers  several processes may have a journal open; each appends while it has the log's lock,
//            which it lets go as soon as none of its threads waits. Threads share commits
//   errors   kInvalidInput  the entry is not of the schema; nothing was written
//            kOverLimit     it is too long, or too many wait; nothing was written
//            kUnavailable   the disk refused, or another process kept the log for kLockWait; not
//                           acknowledged. append() may be called again
//            kCorrupt       a sync failed, or the log on the disk is not the one that was left
//                           there: closed for good, and the process must stop
//   threads  thread-safe
//
// Lifetime: the clock outlives the journal.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/audit/leaf.h"

namespace proviso::audit {

inline constexpr std::chrono::milliseconds kLockWait{5000};

struct Act {
  std::string kind;
  Value::Object body;
};

class Journal {
 public:
  // `path` is the log's directory; where there is none it is made, with a key of its own
  // (log_key.h) named `name`, or after nothing in particular. Its parent exists. Errors: kCorrupt
  // if the log is not whole; kNotAuthorised if its key did not sign it.
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& path,
                                               const Clock& clock,
                                               std::string_view name = {});

  // All leaves under the signed checkpoint, held to its root; also while another process writes.
  // Errors: kNotFound; kCorrupt; kNotAuthorised.
  static Result<std::vector<Entry>> read(const std::filesystem::path& path);

  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  Journal(Journal&&) = delete;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  Result<std::uint64_t> append(std::string_view kind, Value::Object body);
  // Several under one commit: all or none. The index of the first; the others follow it. Errors:
  // also kOverLimit over kBatchLeavesMax (log.h).
  Result<std::uint64_t> append(std::vector<Act> acts);

  std::uint64_t size() const;  // Leaves under the last checkpoint that this journal saw.

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace proviso::audit
