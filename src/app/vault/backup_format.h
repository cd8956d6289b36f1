#pragma once

// The bytes of a vault's backup, docs/formats/vault-backup.md: a head, frames of sealed rows, and
// an end that names their digest. Written and read as a stream: no more than a frame is in memory.
//
//   limits   kFramesMax frames; a name of kFrameNameBytesMax, and kFrameBytesMax sealed bytes
//   errors   kInvalidInput  a newer version, or no backup of a vault
//            kCorrupt       a frame over its limits or of no kind, or another digest at the end
//            others         those of the sink or the source
//   threads  thread-bound

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/vault/entries.h"
#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/crypto/sealed_bytes.h"

namespace proviso::vault {

inline constexpr std::size_t kFramesMax = 10'000'000;
inline constexpr std::size_t kFrameNameBytesMax = 128;
inline constexpr std::size_t kFrameBytesMax = kImageBytesMax + crypto::kSealedOverheadBytes;

using Sink = std::function<Status(std::span<const std::byte> bytes)>;
// Fills all of `into`.
using Source = std::function<Status(std::span<std::byte> into)>;

struct BackupHead {
  WallTime at;
  std::uint64_t epoch = 0;  // Of the list key under which its wrapped keys are.
  std::string list;
};

enum class FrameKind : std::uint8_t {
  kIndexKey = 'I',
  kTombstone = 'T',  // Named by its mark.
  kKey = 'K',        // Named by its entry; the records of that one follow.
  kRecord = 'R',     // Named by its kind.
  kEnd = 'E',
};
struct Frame {
  FrameKind kind = FrameKind::kEnd;
  std::string name;
  std::int64_t version = 0;
  std::vector<std::byte> sealed;
};

class BackupWriter {
 public:
  explicit BackupWriter(Sink sink) : sink_(std::move(sink)) {}

  Status write(const BackupHead& head);
  Status write(const Frame& frame);
  // Its digest, which names the backup.
  Result<crypto::Digest> finish();

 private:
  Sink sink_;
  crypto::Digest digest_;  // Of what was written.
};

class BackupReader {
 public:
  explicit BackupReader(Source source, std::size_t frames_max = kFramesMax)
      : source_(std::move(source)), frames_left_(frames_max) {}

  Result<BackupHead> read_head();
  // The last one is kEnd; then digest() is that of the whole.
  Result<Frame> next();
  const crypto::Digest& digest() const { return digest_; }

 private:
  Result<std::string> read_line();
  Status check_end(const Frame& end);

  Source source_;
  std::size_t frames_left_;
  crypto::Digest digest_;
};

// Where a restore takes from.
struct Restoring {
  Source backup;
  std::function<Status()> finished;  // Whether the source was all, and authentic.
  std::vector<std::byte> kept;       // What Keep got last; empty: none.
  std::set<EntryId> withdrawn;       // Those of whom Withdraw was told.
  std::string officer;
};

}  // namespace proviso::vault
