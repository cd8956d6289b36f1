#include "app/commands/site_list.h"

#include "adapters/sql/database.h"
#include "app/commands/vault_place.h"
#include "app/vault/locked_list.h"
#include "base/core/concat.h"
#include "safeguards/watchlist/key_folder.h"
#include "safeguards/watchlist/sealed_list_keys.h"

namespace proviso::commands {

std::string counted(std::size_t entries) {
  return concat(entries, entries == 1 ? " entry" : " entries");
}

Result<std::shared_ptr<const watchlist::SealedList>> load_list(const site::Site& site,
                                                               const ListArgument& argument) {
  PROVISO_TRY(const auto source, watchlist::ListSource::open(argument.file));
  PROVISO_TRY(const auto head, watchlist::parse_head(source));
  if (!head.is_locked) return watchlist::SealedList::load(argument.file);
  PROVISO_TRY(const auto place, read_vault_place(site));
  PROVISO_TRY(const auto master, open_vault(site, argument.unlock_file));
  PROVISO_TRY(const auto list_key, watchlist::SealedListKeys(place.keys).read(head.digest, master));
  PROVISO_TRY(const auto database, sql::Database::open(place.database));
  watchlist::KeyFolder files(place.keys);
  const auto list = vault_list_id();
  return vault::open_locked(
      source, list_key, {.list = list, .master = master, .database = *database, .files = files});
}

Result<bool> destroy_list(const site::Site& site, const crypto::Digest& watchlist) {
  const auto place = read_vault_place(site);
  if (!place && place.error().code == ErrorCode::kNotFound) return false;
  if (!place) return place.error();
  const Status destroyed = watchlist::SealedListKeys(place.value().keys).destroy(watchlist);
  if (!destroyed && destroyed.error().code == ErrorCode::kNotFound) return false;
  if (!destroyed) return destroyed.error();
  return true;
}

}  // namespace proviso::commands
