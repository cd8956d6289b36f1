#include "safeguards/watchlist/list_file.h"

#include <algorithm>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/utf8.h"
#include "base/crypto/random.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kFirstLinesBytesMax = 2 * kHeaderBytesMax;

Error refused(std::string message) {
  return {ErrorCode::kInvalidInput, std::move(message)};
}

std::string stands_elsewhere(const EntryId& entry, const EntryId& owner) {
  return concat(
      "watchlist: a photograph of entry ",
      entry.text(),
      " stands under entry ",
      owner.text(),
      "; one photograph belongs to one entry: use one id for both, or another photograph");
}

bool before(const ListEntry& entry, const EntryId& id) {
  return entry.id < id;
}

Status check_shape(const NewEntry& entry, std::size_t dimension) {
  if (entry.reference.values().size() != dimension) {
    return refused(concat("watchlist: the template has ",
                          entry.reference.values().size(),
                          " values, the list needs ",
                          dimension,
                          "; use the model pack that the list was made with"));
  }
  if (!is_printable_utf8(entry.label, kLabelBytesMax)) {
    return refused("watchlist: the label must be printable text of at most 128 bytes; shorten it");
  }
  if (entry.photographs.empty()) {
    return refused("watchlist: the entry has no photograph, needed 1 to 64; give one");
  }
  if (entry.photographs.size() > kPhotographsMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: ",
                        entry.photographs.size(),
                        " photographs of one entry, the limit is ",
                        kPhotographsMax,
                        "; give the best ones")};
  }
  if (entry.thumbnail_jpeg.size() > kThumbnailBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: the thumbnail has ",
                        entry.thumbnail_jpeg.size(),
                        " bytes, the limit is ",
                        kThumbnailBytesMax,
                        "; make it smaller")};
  }
  return Done{};
}

}  // namespace

ListFile ListFile::create(const crypto::Digest& model_pack, std::size_t dimension, WallTime now) {
  PROVISO_CHECK(dimension >= kDimensionMin && dimension <= kDimensionMax);
  ListContents contents;
  contents.state = ListState::kDraft;
  contents.made_at = now;
  contents.model_pack = model_pack;
  contents.dimension = dimension;
  return ListFile(std::move(contents));
}

Result<ListFile> ListFile::load(const std::filesystem::path& path) {
  PROVISO_TRY(const auto bytes, read_file(path, kFileBytesMax));
  PROVISO_TRY(auto contents, parse_list(bytes));
  if (contents.state != ListState::kDraft) {
    return refused("watchlist: a sealed list does not change; make a new one");
  }
  ListFile file(std::move(contents));
  for (const ListEntry& entry : file.contents_.entries) {
    file.body_bytes_ += file_bytes(entry);
    for (const crypto::Digest& photograph : entry.photographs) {
      const auto [owner, added] = file.owners_.emplace(photograph, entry.id);
      if (added || owner->second == entry.id) continue;
      return Error{ErrorCode::kCorrupt, stands_elsewhere(entry.id, owner->second)};
    }
  }
  return file;
}

Status ListFile::check_new(const NewEntry& entry) const {
  PROVISO_TRY_DONE(check_shape(entry, contents_.dimension));
  if (contents_.entries.size() == kEntriesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: ", kEntriesMax, " entries, the limit; make a second list")};
  }
  for (const crypto::Digest& photograph : entry.photographs) {
    const auto owner = owners_.find(photograph);
    if (owner != owners_.end() && owner->second != entry.id) {
      return refused(stands_elsewhere(entry.id, owner->second));
    }
  }
  return Done{};
}

Status ListFile::add(NewEntry entry) {
  auto& entries = contents_.entries;
  const auto place = std::lower_bound(entries.begin(), entries.end(), entry.id, before);
  if (place != entries.end() && place->id == entry.id) {
    return refused(concat("watchlist: entry ",
                          entry.id.text(),
                          " is on the list already; choose another id, or make the list again"));
  }
  PROVISO_TRY_DONE(check_new(entry));
  const auto values = entry.reference.values();
  ListEntry added{.id = std::move(entry.id),
                  .label = std::move(entry.label),
                  .category = {},
                  .photographs = std::move(entry.photographs),
                  .values = {values.begin(), values.end()},
                  .thumbnail_jpeg = std::move(entry.thumbnail_jpeg)};
  crypto::fill_random(added.salt);
  const std::size_t added_bytes = file_bytes(added);
  if (body_bytes_ + added_bytes > kFileBytesMax - kFirstLinesBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: the file would be over ",
                        kFileBytesMax,
                        " bytes; make a second list, or smaller thumbnails")};
  }
  body_bytes_ += added_bytes;
  for (const crypto::Digest& photograph : added.photographs) owners_.emplace(photograph, added.id);
  entries.insert(place, std::move(added));
  return Done{};
}

Status ListFile::save(const std::filesystem::path& path) const {
  return write_file_durably(path, std::span<const std::byte>(to_bytes(contents_)));
}

std::vector<std::byte> ListFile::seal(WallTime now) const {
  ListContents sealed = contents_;
  sealed.state = ListState::kSealed;
  sealed.made_at = now;
  return to_bytes(sealed);
}

}  // namespace proviso::watchlist
