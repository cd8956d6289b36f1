#pragma once

// A sealed list at rest: each content is sealed under a key made of the entry's own and of the
// list's, so that it opens for nobody once either is destroyed: the entry's when it is erased, the
// list's when its deployment has ended. docs/formats/watchlist.md has the bytes.
//
// Errors: those of SealedList::load_locked() and Keyring; kInvalidInput to lock an entry that the
//         vault has not. Entries without a key any more come out as erased.
// Threads: thread-bound; opening uses threads of its own, which end with it.

#include <memory>
#include <vector>

#include "app/vault/vault.h"
#include "base/crypto/secret.h"
#include "safeguards/watchlist/keyring.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::vault {

// What opens a locked list besides its own key: what the vault's places hold.
struct EntryKeys {
  const watchlist::ListId& list;
  const crypto::Secret& master;
  sql::Database& database;
  watchlist::KeyFiles& files;
};

Result<watchlist::LockedBytes> lock(const watchlist::ListContents& contents,
                                    const crypto::Secret& list_key,
                                    const EntryKeys& keys);
Result<std::shared_ptr<const watchlist::SealedList>> open_locked(
    const watchlist::ListSource& source,
    const watchlist::ListHead& head,  // Of that source.
    const crypto::Secret& list_key,
    const EntryKeys& keys);

}  // namespace proviso::vault
