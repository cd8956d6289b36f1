#pragma once

// Where a site's vault keeps its rows and its keys, and how it is unlocked.
//
//   folder   SITE/vault: `vault.json` (docs/formats/vault.md) names the places, `master.key` is
//            sealed with a passphrase of the vault's own
//   errors   kNotFound where the site has no vault; kNotAuthorised for another passphrase; those of
//            passphrases and files
//   threads  main thread

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>

#include "app/site/site.h"
#include "base/crypto/secret.h"
#include "safeguards/watchlist/keyring.h"

namespace proviso::commands {

struct VaultPlace {
  std::string database;        // For sql::Database::open().
  std::filesystem::path keys;  // Folder of the key files.
};

std::filesystem::path vault_folder(const site::Site& site);
watchlist::ListId vault_list_id();
Result<VaultPlace> read_vault_place(const site::Site& site);
// A folder with it is a vault.
Status write_vault_place(const site::Site& site, const VaultPlace& place);
// The master key. `unlock_file`: the vault's passphrase; empty: it is asked for.
Result<crypto::Secret> open_vault(const site::Site& site, const std::string& unlock_file);

// --unlock.
void add_unlock_option(CLI::App& command, std::string& unlock_file);

}  // namespace proviso::commands
