#pragma once

// A sealed list as a command is given it: in the clear, or locked under the keys of the site's
// vault, and how a locked one is destroyed.
//
//   errors   those of watchlist::SealedList, vault::open_locked() and vault_place.h; kNotFound also
//            where the list's key has been destroyed
//   threads  main thread; loading uses threads of its own, which end with it
//
// The vault's database is held only while the list loads.

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "app/site/site.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/sealed_list.h"

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

// Nothing opens the list from then on. False where there is no key of it here. Nothing needs to be
// unlocked for it.
Result<bool> destroy_list(const site::Site& site, const crypto::Digest& watchlist);

}  // namespace proviso::commands
