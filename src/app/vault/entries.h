#pragma once

// What goes into a vault and what comes out of it.
//
// Threads: values.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/entry.h"
#include "safeguards/watchlist/reference.h"

namespace proviso::vault {

inline constexpr std::size_t kImageBytesMax = std::size_t{16} << 20U;

struct Request {
  std::string note;                            // Signed by who asks, at least.
  std::vector<std::vector<std::byte>> images;  // The files, in the entry's order.
  watchlist::Reference reference;
  crypto::Digest model_pack;              // Which made the reference.
  std::vector<std::byte> thumbnail_jpeg;  // For the operator; watchlist::kThumbnailBytesMax.
};

struct ActiveEntry {
  watchlist::Entry entry;
  crypto::Digest digest;  // Of what the two signed.
  crypto::Digest model_pack;
  std::vector<float> values;  // The template.
  std::vector<std::byte> thumbnail_jpeg;
};
struct LeftOut {
  std::string entry;
  std::string reason;
};
struct ActiveList {
  std::vector<ActiveEntry> entries;  // By id.
  std::vector<LeftOut> left_out;
};

// A template, whose it is, and by which pack it was made: others' cannot be compared with it.
struct Known {
  std::string entry;
  crypto::Digest model_pack;
  std::vector<float> values;
};

// An entry as an officer sees it.
struct View {
  watchlist::Entry entry;
  std::string note;                     // With the signatures that it has.
  std::optional<WallTime> active_from;  // Absent while nobody has approved it.
  std::vector<std::vector<std::byte>> images;
  std::vector<std::byte> thumbnail_jpeg;
  Known known;
};

// What is left of an entry.
struct Trace {
  std::string entry;  // Empty in one of which nothing is left but when it went.
  std::string category;
  std::optional<WallTime> active_from;  // Absent: it never was.
  WallTime until;
  std::string reason;  // "expired", "revoked", "deployment-ended", ...
};

// What an erasure did; its digest is in the journal.
struct Certificate {
  std::vector<std::string> entries;
  std::uint64_t epoch = 0;  // Of the list key that came after.
  std::string text;         // Canonical JSON, one line.
};

struct BackedUp {
  crypto::Digest digest;  // Names the backup.
  std::size_t entries = 0;
};

// What a restore did. An entry that is left out is one of the backup's that was erased, has no key
// any more, or does not open; or one of which the backup has no record.
struct Restored {
  WallTime made_at;  // The backup.
  crypto::Digest digest;
  std::size_t entries = 0;  // Whose records came from the backup.
  std::size_t stayed = 0;   // Stood here, whole and of as high a revision.
  std::vector<LeftOut> left_out;
};

// What became of an entry in the records that it came from.
enum class Comparison : std::uint8_t { kSame, kChanged, kAbsent };

}  // namespace proviso::vault
