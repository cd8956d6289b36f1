#pragma once

// The bytes of a watchlist file, draft or sealed: docs/formats/watchlist.md has them all.
//
//   first line   proviso/watchlist/v1
//   second line  the header: canonical JSON, small whatever the list's size
//   then         the table of entries, one float32 little-endian row of `dimension` values of norm
//                1 per entry, and the thumbnails back to back; nothing before, between or after
//
// One list has one form: to_bytes(parse_list(bytes)) gives back the same bytes.
// The table is not JSON because a million entries must load within seconds.
//
// Errors: kCorrupt with the place for anything else; kOverLimit for a header that claims more than
//         kEntriesMax and for more than kFileBytesMax, before anything is allocated for them.
// Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::watchlist {

inline constexpr std::size_t kFileBytesMax = std::size_t{8} << 30U;
inline constexpr std::size_t kThumbnailBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kLabelBytesMax = 128;
inline constexpr std::size_t kPhotographsMax = 64;  // Of one entry.
inline constexpr std::size_t kHeaderBytesMax = 1024;

enum class ListState : std::uint8_t { kDraft, kSealed };

struct ListEntry {
  EntryId id;
  std::string label;
  std::vector<crypto::Digest> photographs;  // SHA-256 of each photograph's file.
  std::vector<float> values;                // The reference template.
  std::vector<std::uint8_t> thumbnail_jpeg;
};

struct ListContents {
  ListState state = ListState::kDraft;
  WallTime made_at;  // Of a draft: created; of a sealed list: sealed.
  crypto::Digest model_pack;
  std::size_t dimension = 0;
  std::vector<ListEntry> entries;  // Sorted by id, ids unique.
};

Result<ListContents> parse_list(std::span<const std::byte> bytes);
std::vector<std::byte> to_bytes(const ListContents& list);

// The same checks, for a reader that keeps the rows in its own block: `entries` have no values,
// `rows` stand in the bytes that were parsed, not aligned.
struct ListParts {
  ListContents contents;
  std::span<const std::byte> rows;
};
Result<ListParts> parse_parts(std::span<const std::byte> bytes);

// What the entry adds to the file.
std::size_t file_bytes(const ListEntry& entry);

}  // namespace proviso::watchlist
