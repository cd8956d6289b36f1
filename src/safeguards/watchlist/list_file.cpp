#include "safeguards/watchlist/list_file.h"

#include <algorithm>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/utf8.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::watchlist {
namespace {

Error refused(std::string message) {
  return {ErrorCode::kInvalidInput, std::move(message)};
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
  if (entry.photographs.empty() || entry.photographs.size() > kPhotographsMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: ",
                        entry.photographs.size(),
                        " photographs, needed 1 to ",
                        kPhotographsMax,
                        "; give the best ones")};
  }
  if (entry.thumbnail_jpeg.size() > kThumbnailBytesMax) {
    return Error{ErrorCode::kOverLimit, "watchlist: the thumbnail is over 64 KiB"};
  }
  return Done{};
}

}  // namespace

ListFile ListFile::create(const crypto::Digest& model_pack, std::size_t dimension, WallTime now) {
  PROVISO_CHECK(dimension >= 2 && dimension <= kDimensionMax);
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
  return ListFile(std::move(contents));
}

Status ListFile::add(NewEntry entry) {
  PROVISO_TRY_DONE(check_shape(entry, contents_.dimension));
  auto& entries = contents_.entries;
  if (entries.size() == kEntriesMax) {
    return Error{ErrorCode::kOverLimit, concat("watchlist: ", kEntriesMax, " entries, the limit")};
  }
  const auto place = std::lower_bound(entries.begin(), entries.end(), entry.id, before);
  if (place != entries.end() && place->id == entry.id) {
    return refused(concat("watchlist: entry ",
                          entry.id.text(),
                          " is on the list already; choose another id, or make the list again"));
  }
  for (const ListEntry& other : entries) {
    for (const crypto::Digest& photograph : entry.photographs) {
      if (std::find(other.photographs.begin(), other.photographs.end(), photograph) !=
          other.photographs.end()) {
        return refused(concat("watchlist: a photograph of ",
                              entry.id.text(),
                              " stands under entry ",
                              other.id.text(),
                              "; one photograph belongs to one entry"));
      }
    }
  }
  const auto values = entry.reference.values();
  entries.insert(place,
                 {.id = std::move(entry.id),
                  .label = std::move(entry.label),
                  .photographs = std::move(entry.photographs),
                  .values = {values.begin(), values.end()},
                  .thumbnail_jpeg = std::move(entry.thumbnail_jpeg)});
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
