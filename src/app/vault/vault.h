#pragma once

// The vault: a list's entries at rest, from request to destruction. Everything that says who is
// sought and why is sealed under the entry's own key (safeguards/watchlist/keyring.h); the database
// sees ids and ciphertext, and no column of it makes an entry active: only two people's signatures
// over the stored bytes do, verified again at every look.
//
//   store      keeps a request that who asks has signed, with its images and its template
//   activate   the second signature, over the bytes that are stored
//   active     what may be searched now, and what was left out, with the reason
//   known      every template, so that two entries of one person are noticed (likeness.h)
//   view       one entry with its images, for an officer; that they looked is recorded
//   erase      by expiry, revocation or the deployment's end: tombstone, withdrawn from runs, key
//              destroyed, counted, recorded. It is done when it returns without an error, and not
//              before; what a crash left half done is ended by open()
//   trace      whether an id was on the list, when and why it went, after all else is gone
//
// A tombstone keeps an entry out for good: its id never comes back, and an image of it only in a
// request made after it. Tables: docs/formats/vault.md.
//   errors   kInvalidInput, kNotAuthorised  the request: the message says which rule
//            kNotFound      no such entry
//            kCorrupt       a row was changed, moved or put back
//            kUnavailable   the database, the key files or the journal
//   threads  thread-bound
// Lifetime: database, key files and what records acts outlive the vault.

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/database.h"
#include "app/vault/backup_format.h"
#include "app/vault/entries.h"
#include "safeguards/audit/journal.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"
#include "safeguards/watchlist/keyring.h"

namespace proviso::vault {

// Makes leaves of acts; durable before it returns. Kinds: docs/formats/vault.md.
using Record = std::function<Status(std::vector<audit::Act> acts)>;

// Tells whoever may be searching for these entries to stop; done before it returns.
using Withdraw = std::function<Status(std::span<const EntryId> entries)>;

// Keeps what a restore needs besides an older backup (docs/formats/vault-backup.md) beside the list
// key's file; durable before it returns.
using Keep = std::function<Status(std::span<const std::byte> wrapped_keys)>;

inline constexpr std::size_t kStoredTogetherMax = 1'024;

class Vault {
 public:
  struct Parts {
    sql::Database& database;
    watchlist::KeyFiles& key_files;
    Record record;
    Withdraw withdraw;
    Keep keep;
  };
  // Errors: kInvalidInput where there is one already.
  static Result<std::unique_ptr<Vault>> create(const watchlist::ListId& list,
                                               const crypto::Secret& master,
                                               Parts parts,
                                               WallTime now);
  // Unlocks it, and ends what a crash left half done.
  static Result<std::unique_ptr<Vault>> open(const watchlist::ListId& list,
                                             const crypto::Secret& master,
                                             Parts parts,
                                             WallTime now);

  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  Vault(Vault&&) = delete;
  Vault& operator=(Vault&&) = delete;
  ~Vault();

  // Who may ask and approve, under which policy, and what time it is.
  struct Rules {
    const officers::Register& officers;
    const policy::Policy& policy;
    WallTime now;
  };
  // The same bytes twice change nothing. A higher revision takes the place of what is there, which
  // is not active from then on.
  Status store(const Request& request, const Rules& rules);
  // Many under one commit of the journal and one of the database, at most kStoredTogetherMax of
  // different ids: what became of each. Errors: of the database, the key files and the journal
  // alone; then none of them is stored.
  Result<std::vector<Status>> store_all(std::span<const Request> requests, const Rules& rules);
  Status activate(std::string_view note, const Rules& rules);
  Result<ActiveList> active(const Rules& rules);
  // The templates of all that is stored, active or not, for comparing them with each other. Nobody
  // sees anything of them, so no look is recorded. Entries that do not open are left out.
  Result<std::vector<Known>> known();
  // Whether it stands there as it is, whenever it was asked for: an import twice changes nothing.
  Result<bool> holds(const watchlist::Entry& entry);
  // That `officer` found them unchanged in the records they came from, now: entries that were not
  // compared within the policy's entry_age_days_max are left out of lists. At most
  // kStoredTogetherMax of different ids. Errors: kNotFound; then none of them counts as compared.
  Status compared(std::span<const EntryId> entries, std::string_view officer, WallTime now);
  // Whether it stands there as its source has it, whoever asked for it and whenever.
  Result<Comparison> compare(const watchlist::Entry& source);
  // Every entry, active or not. By id.
  Result<std::vector<std::string>> ids();
  // Who looked is recorded before anything is shown.
  Result<View> view(const EntryId& entry, std::string_view officer);

  // `reason`: check_erasure_reason(). Ids that are not there are an error, and nothing is erased.
  Result<Certificate> erase(std::span<const EntryId> entries,
                            std::string_view reason,
                            WallTime now);
  // Erases what has expired; empty where nothing has.
  Result<std::optional<Certificate>> expire(WallTime now);
  Result<std::optional<Trace>> trace(const EntryId& entry);
  // Of whoever went before that time nothing is left but that the id stays out. How many traces.
  Result<std::size_t> forget(WallTime before, WallTime now);

  // Every row as it stands, sealed. It is recorded that `officer` had it.
  Result<BackedUp> back_up(const Sink& sink, std::string_view officer, WallTime now);
  // Takes from a backup what is lost or damaged here, also where all rows are: all of that, or
  // after an error nothing. Whoever was erased stays so; a revision as high as the backup's stays;
  // it makes nothing active that two people did not sign.
  // Errors: kNotAuthorised for another vault's backup.
  static Result<Restored> restore(const watchlist::ListId& list,
                                  const crypto::Secret& master,
                                  const Parts& parts,
                                  const Restoring& from,
                                  WallTime now);

 private:
  class Merge;
  struct State;
  explicit Vault(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Errors: kInvalidInput unless it is a code of a-z and '-'.
Status check_erasure_reason(std::string_view reason);

}  // namespace proviso::vault
