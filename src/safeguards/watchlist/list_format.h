#pragma once

// The bytes of a watchlist file (docs/formats/watchlist.md), draft or sealed.
//
//   first line   proviso/watchlist/v1
//   second line  the header: canonical JSON
//   then         one float32 little-endian row of `dimension` values per entry, norm 1, and the
//                thumbnails back to back; nothing before, between or after
//
// Errors: kCorrupt with the place for anything else; kOverLimit over kEntriesMax, kFileBytesMax.
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
inline constexpr std::size_t kThumbnailBytesMax = 64 * 1024;
inline constexpr std::size_t kLabelBytesMax = 128;
inline constexpr std::size_t kPhotographsMax = 64;  // Of one entry.

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

}  // namespace proviso::watchlist
