#pragma once

// A sealed list as a command is given it: in the clear, or locked under the keys of the site's
// vault, and where the keys of locked ones are.
//
//   errors   those of watchlist::SealedList, vault::open_locked() and vault_place.h; kNotFound also
//            where the list's key has been destroyed
//   threads  main thread; loading uses threads of its own, which end with it
//
// The vault's database is held only while the list loads.

#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "app/site/site.h"
#include "base/core/result.h"
#include "safeguards/watchlist/sealed_list.h"
#include "safeguards/watchlist/sealed_list_keys.h"

namespace proviso::commands {

// "1 entry", "2 entries".
std::string counted(std::size_t entries);

struct ListArgument {
  std::string file;
  std::string unlock_file;  // The vault's passphrase; empty: it is asked for.
};

// Asks for the passphrase only where the list is locked.
Result<std::shared_ptr<const watchlist::SealedList>> load_list(const site::Site& site,
                                                               const ListArgument& argument);

// The keys of the lists that the site's vault has sealed; empty where it has no vault. For them
// nothing needs to be unlocked.
Result<std::optional<watchlist::SealedListKeys>> list_keys_of(const site::Site& site);

}  // namespace proviso::commands
