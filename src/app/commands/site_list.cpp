#include "app/commands/site_list.h"

#include "adapters/sql/database.h"
#include "app/commands/vault_place.h"
#include "app/vault/locked_list.h"
#include "base/core/concat.h"
#include "safeguards/watchlist/key_folder.h"

namespace proviso::commands {

std::string counted(std::size_t entries) {
  return concat(entries, entries == 1 ? " entry" : " entries");
}

Result<std::shared_ptr<const watchlist::SealedList>> load_list(const site::Site& site,
                                                               const ListArgument& argument) {
  PROVISO_TRY(const auto source, watchlist::ListSource::open(argument.file));
  PROVISO_TRY(const auto head, watchlist::parse_head(source));
  if (!head.is_locked) return watchlist::SealedList::load(source);
  PROVISO_TRY(const auto place, read_vault_place(site));
  PROVISO_TRY(const auto master, open_vault(site, argument.unlock_file));
  PROVISO_TRY(const auto list_key, watchlist::SealedListKeys(place.keys).read(head.digest, master));
  PROVISO_TRY(const auto database, sql::Database::open(place.database));
  watchlist::KeyFolder files(place.keys);
  const auto list = vault_list_id();
  return vault::open_locked(
      source,
      head,
      list_key,
      {.list = list, .master = master, .database = *database, .files = files});
}

Result<std::optional<watchlist::SealedListKeys>> list_keys_of(const site::Site& site) {
  const auto place = read_vault_place(site);
  if (place) return std::optional(watchlist::SealedListKeys(place.value().keys));
  if (place.error().code == ErrorCode::kNotFound) {
    return std::optional<watchlist::SealedListKeys>();
  }
  return place.error();
}

}  // namespace proviso::commands
