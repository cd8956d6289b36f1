#pragma once

// The bytes of a watchlist file, draft, sealed or locked: docs/formats/watchlist.md has them all.
//
//   head      proviso/watchlist/v2, the header (canonical JSON, small whatever the list's size; with
//             the composition of a list that a vault sealed), and a table: per entry its id, and the length and SHA-256 of its content
//   contents  per entry a salt, label, category, photographs, one float32 little-endian row of
//             `dimension` values of norm 1, and the thumbnail; nothing before, between or after
//   digest    SHA-256 of the head: what names a list. It binds every content, and needs none of
//             them: an entry can be erased from a list that is signed for
//   locked    the same list, each content sealed under a key of its own
//
// One list has one form: to_bytes(parse_list(bytes)) gives back the same bytes.
// The table is not JSON because a million entries must load within seconds.
//
// Errors: kCorrupt with the place for anything else; kOverLimit for a header that claims more than
//         kEntriesMax and for more than kFileBytesMax, before anything is allocated for them.
// Threads: reentrant.

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/composition.h"
#include "safeguards/watchlist/list_source.h"

namespace proviso::watchlist {

inline constexpr std::size_t kEntriesMax = 1'000'000;
inline constexpr std::size_t kThumbnailBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kLabelBytesMax = 128;
inline constexpr std::size_t kCategoryBytesMax = 64;
inline constexpr std::size_t kPhotographsMax = 64;  // Of one entry.
inline constexpr std::size_t kHeaderBytesMax = std::size_t{32} * 1024;

enum class ListState : std::uint8_t { kDraft, kSealed };

// Random, so that the digest of a content says nothing to who guesses the content.
using Salt = std::array<std::byte, 16>;

struct ListEntry {
  EntryId id;
  Salt salt{};
  std::string label;
  std::string category;                     // Of the policy; empty in a list without a vault.
  std::vector<crypto::Digest> photographs;  // SHA-256 of each photograph's file.
  std::vector<float> values;                // The reference template.
  std::vector<std::uint8_t> thumbnail_jpeg;
};

struct ListContents {
  ListState state = ListState::kDraft;
  WallTime made_at;  // Of a draft: created; of a sealed list: sealed.
  crypto::Digest model_pack;
  std::size_t dimension = 0;
  std::optional<Composition> composition = {};  // Of a list that a vault sealed.
  std::vector<ListEntry> entries;               // Sorted by id, ids unique.
};

struct ListRecord {
  EntryId id;
  std::size_t content_bytes = 0;  // Before it is sealed.
  crypto::Digest content;
};

struct ListHead {
  ListState state = ListState::kDraft;
  bool is_locked = false;
  WallTime made_at;
  crypto::Digest model_pack;
  std::size_t dimension = 0;
  std::optional<Composition> composition = {};
  std::vector<ListRecord> records;
  crypto::Digest digest;
  std::size_t contents_at = 0;  // In the file.
};

// Of a locked list too. Holds the file's length to what the head says.
Result<ListHead> parse_head(const ListSource& source);
// Holds `content` to the record's digest.
Result<ListEntry> parse_content(const ListRecord& record,
                                std::size_t dimension,
                                std::span<const std::byte> content);

// Errors: also kInvalidInput for a locked list.
Result<ListContents> parse_list(std::span<const std::byte> bytes);
std::vector<std::byte> to_bytes(const ListContents& list);

// Seals the content of an entry of the list with that digest: crypto::kSealedOverheadBytes more
// than it had.
using Sealing = std::function<Result<std::vector<std::byte>>(
    const crypto::Digest& watchlist, const EntryId& entry, std::span<const std::byte> content)>;
struct LockedBytes {
  crypto::Digest digest;  // The list's.
  std::vector<std::byte> bytes;
};
// Errors: those of `sealing`.
Result<LockedBytes> to_locked_bytes(const ListContents& list, const Sealing& sealing);

// What the entry adds to the file.
std::size_t file_bytes(const ListEntry& entry);

}  // namespace proviso::watchlist
