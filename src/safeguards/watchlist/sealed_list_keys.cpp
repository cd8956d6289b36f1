#include "safeguards/watchlist/sealed_list_keys.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "base/core/concat.h"
#include "base/core/file.h"

namespace proviso::watchlist {
namespace {

constexpr std::string_view kSealedListNameStart = "sealed-list.";

Error no_key(const crypto::Digest& watchlist) {
  return Error{ErrorCode::kNotFound,
               concat("watchlist: the list ",
                      crypto::to_hex(watchlist),
                      " has no key here: it was destroyed when its deployment ended, or another "
                      "site's vault sealed the list; seal a new one, and draft a new authority")};
}

// Of a file of this name that holds `text`.
Result<SealedListPlace> place_of(std::string_view name, std::string_view text) {
  if (!is_destroyed(text)) return sealed_list_place(text);
  PROVISO_TRY(const auto watchlist, crypto::parse_digest(name.substr(kSealedListNameStart.size())));
  return SealedListPlace{.watchlist = watchlist, .sealed_at = {}};
}

}  // namespace

std::filesystem::path SealedListKeys::path_of(const crypto::Digest& watchlist) const {
  return folder_ / concat(kSealedListNameStart, crypto::to_hex(watchlist));
}

Status SealedListKeys::keep(const SealedListPlace& place,
                            const crypto::Secret& key,
                            const crypto::Secret& master) const {
  return write_file_durably(path_of(place.watchlist), to_sealed_list_key_file(place, key, master));
}

Result<crypto::Secret> SealedListKeys::read(const crypto::Digest& watchlist,
                                            const crypto::Secret& master) const {
  const auto text = read_text_file(path_of(watchlist), kListKeyFileBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) return no_key(watchlist);
  if (!text) return text.error();
  if (is_destroyed(text.value())) return no_key(watchlist);
  return read_sealed_list_key_file(text.value(), watchlist, master);
}

bool SealedListKeys::has(const crypto::Digest& watchlist) const {
  std::error_code fault;
  return std::filesystem::exists(path_of(watchlist), fault);
}

Status SealedListKeys::destroy(const crypto::Digest& watchlist, const Recorded& recorded) const {
  Status destroyed = destroy_file(path_of(watchlist), recorded);
  if (!destroyed && destroyed.error().code == ErrorCode::kNotFound) return no_key(watchlist);
  return destroyed;
}

Result<std::vector<SealedListPlace>> SealedListKeys::all() const {
  std::vector<SealedListPlace> places;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().native();
    if (!name.starts_with(kSealedListNameStart)) continue;
    const auto text = read_text_file(at->path(), kListKeyFileBytesMax);
    if (!text) return text.error();
    PROVISO_TRY(const auto place, place_of(name, text.value()));
    if (path_of(place.watchlist) == at->path()) places.push_back(place);
  }
  if (error) return unreadable_keys(folder_, error);
  std::ranges::sort(places, {}, &SealedListPlace::watchlist);
  return places;
}

}  // namespace proviso::watchlist
