#pragma once

// Where a command acts on a site's vault: it is unlocked, its acts become leaves of the log, and an
// officer signs.
//
//   folder   vault_place.h; `rows.db` and `keys/` in it unless the settings name other places
//   errors   those of vault::Vault, site::Site and passphrases; kNotFound where there is no vault,
//            or no officer of that id; kInvalidInput where there is one already
//   threads  main thread
//
// The process makes no core dump from the moment a vault is unlocked.

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "adapters/sql/database.h"
#include "app/commands/vault_place.h"
#include "app/site/site.h"
#include "app/vault/findings.h"
#include "app/vault/vault.h"
#include "safeguards/audit/journal.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"
#include "safeguards/watchlist/key_folder.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::commands {

class VaultDesk {
 public:
  struct Request {
    std::string site;
    std::string by;               // The officer who acts.
    std::string passphrase_file;  // The officer's.
    std::string unlock_file;      // The vault's.
  };
  struct Places {
    std::string database;  // Empty: SQLite in the vault's folder.
    std::string keys;      // Empty: a folder there.
    crypto::Cost cost{};   // Of a guess at the vault's passphrase.
  };
  static Status make(const Request& request, const Places& places);
  static Result<std::unique_ptr<VaultDesk>> open(const Request& request);
  // Also where the rows are lost. Errors: as check_manages() and vault::Vault::restore().
  static Result<vault::Restored> restore(const Request& request,
                                         vault::Source backup,
                                         std::function<Status()> finished);

  vault::Vault& vault() { return *vault_; }
  vault::Vault::Rules rules() const { return {*officers_, *policy_, now_}; }
  const policy::Policy& policy() const { return *policy_; }
  WallTime now() const { return now_; }
  const officers::Officer& officer() const { return *officer_; }

  // The officer's signature over `text`, added to the note. Asks for the officer's passphrase.
  Status sign(note::Note& note);
  // Errors: kNotAuthorised unless the officer holds one of the roles that care for the list. Also
  // asks for the passphrase: nobody acts in another's name. A refusal is recorded.
  Status check_manages();
  // The same, and the role that the policy asks of who approves somebody under 18.
  Status check_approves();
  Status record(std::string_view kind, Value::Object body);
  // Any number, as many as may be under one commit of the log.
  Status record(std::vector<audit::Act> acts);
  // What is refused before it reaches the vault. `entry`: its id, or empty.
  audit::Act refusal(ErrorCode code, std::string_view entry) const;
  // What the policy asks of a request, and of the two officers whom it names.
  Status check_request(const watchlist::Entry& entry) const;
  // Gives the status back; a refusal is recorded first.
  Status told(const Status& status, std::string_view entry);
  // What each of those who are asked for gives reason to look at twice (app/vault/findings.h): among
  // all who are stored, among themselves and among the cohort. Recorded: `conflict_seen`. Reads every
  // template at the first call.
  struct Asked {
    vault::Known known;
    std::vector<vault::Finding> of_images;
  };
  Result<std::vector<std::vector<vault::Finding>>> findings_of(std::span<const Asked> ones);
  // The list locked under keys of the vault and one of its own, which is kept until it is destroyed.
  Result<watchlist::LockedBytes> lock(const watchlist::ListContents& contents);
  // Those that nobody may run with any more: sealed longer ago than the policy's age_h_max, and
  // what it keeps lists for after. Recorded: `list_destroyed`. How many there were.
  Result<std::size_t> destroy_old_lists();
  void know_cohort(std::vector<vault::Known> cohort) { cohort_ = std::move(cohort); }

 private:
  explicit VaultDesk(site::Site site) : site_(std::move(site)) {}
  Status read(const Request& request);
  Result<crypto::Secret> unlock(const Request& request);  // The master key.
  vault::Vault::Parts parts();
  Status check_one_of(std::span<const policy::Role> roles);
  Result<const crypto::SecretKey*> key();  // Asked for once.
  Status record_findings(std::span<const Asked> ones,
                         std::span<const std::vector<vault::Finding>> findings);

  // What a restore needs besides an older backup; beside the keys.
  std::filesystem::path kept_file() const { return place_.keys / "entry-keys"; }

  site::Site site_;
  VaultPlace place_;
  std::string passphrase_file_;
  WallTime now_;
  std::shared_ptr<const policy::Policy> policy_;
  std::unique_ptr<const officers::Register> officers_;
  const officers::Officer* officer_ = nullptr;  // Of the register.
  std::optional<crypto::SecretKey> key_;
  std::optional<std::vector<vault::Known>> known_;
  std::vector<vault::Known> cohort_;
  const SystemClock clock_;
  std::unique_ptr<audit::Journal> journal_;
  std::unique_ptr<sql::Database> database_;
  std::unique_ptr<watchlist::KeyFolder> keys_;
  std::optional<crypto::Secret> master_;
  std::unique_ptr<vault::Vault> vault_;  // Last: it uses all of the above.
};

// --site, --as, --passphrase-file and --unlock.
void add_vault_options(CLI::App& command, VaultDesk::Request& request);

}  // namespace proviso::commands
