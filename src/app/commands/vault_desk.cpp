#include "app/commands/vault_desk.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <iterator>
#include <map>
#include <thread>
#include <utility>

#include "app/commands/passphrase.h"
#include "app/commands/site_argument.h"
#include "app/site/erased_entries.h"
#include "app/site/standing.h"
#include "app/vault/likeness.h"
#include "app/vault/locked_list.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/worker_pool.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/audit/log.h"
#include "safeguards/watchlist/approved_entry.h"
#include "safeguards/watchlist/entry_rules.h"
#include "safeguards/watchlist/sealed_list_keys.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeptBytesMax = std::size_t{1} << 30U;
constexpr double kMillion = 1e6;

// A core dump would hold templates and names.
void make_no_core() {
  const rlimit none{.rlim_cur = 0, .rlim_max = 0};
  static_cast<void>(::setrlimit(RLIMIT_CORE, &none));
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
}

Status make_folder(const fs::path& folder) {
  std::error_code fault;
  fs::create_directories(folder, fault);
  if (!fault) fs::permissions(folder, fs::perms::owner_all, fault);
  if (!fault) return Done{};
  return Error{ErrorCode::kUnavailable,
               concat("vault: the folder ",
                      in_quotes(folder.native()),
                      " cannot be made: ",
                      fault.message(),
                      "; check the path and its permissions")};
}

}  // namespace

Status VaultDesk::read(const Request& request) {
  now_ = now_in_seconds();
  passphrase_file_ = request.passphrase_file;
  PROVISO_TRY(policy_, site::read_policy(site_));
  PROVISO_TRY(auto officers, site_.read_register(now_));
  officers_ = std::make_unique<const officers::Register>(std::move(officers));
  PROVISO_TRY(journal_, audit::Journal::open(site_.log_folder(), clock_));
  officer_ = officers_->find(request.by);
  if (officer_ == nullptr) {
    Value::Object body{{"reason", "not-authorised"}};
    if (EntryId::parse(request.by)) body.emplace("officer", request.by);
    PROVISO_TRY_DONE(record("entry_refused", std::move(body)));
    return Error{ErrorCode::kNotFound,
                 concat("vault: no officer ",
                        in_quotes(request.by),
                        " is certified here; `proviso officer list` names them")};
  }
  return Done{};
}

Status VaultDesk::record(std::string_view kind, Value::Object body) {
  PROVISO_TRY_DONE(journal_->append(kind, std::move(body)));
  return Done{};
}

Status VaultDesk::record(std::vector<audit::Act> acts) {
  for (std::size_t begin = 0; begin < acts.size(); begin += audit::kBatchLeavesMax) {
    const auto from = acts.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(audit::kBatchLeavesMax, acts.size() - begin);
    PROVISO_TRY_DONE(
        journal_->append({std::make_move_iterator(from),
                          std::make_move_iterator(from + static_cast<std::ptrdiff_t>(count))}));
  }
  return Done{};
}

audit::Act VaultDesk::refusal(ErrorCode code, std::string_view entry) const {
  Value::Object body{{"officer", officer_->id},
                     {"reason", code == ErrorCode::kNotAuthorised ? "not-authorised" : "invalid"}};
  if (EntryId::parse(entry)) body.emplace("entry", entry);
  return {.kind = "entry_refused", .body = std::move(body)};
}

Status VaultDesk::check_request(const watchlist::Entry& entry) const {
  PROVISO_TRY_DONE(watchlist::check(entry, *policy_, now_));
  return watchlist::check_named(entry, *officers_, *policy_, now_);
}

Status VaultDesk::told(const Status& status, std::string_view entry) {
  if (status) return status;
  const ErrorCode code = status.error().code;
  if (code == ErrorCode::kNotAuthorised || code == ErrorCode::kInvalidInput) {
    audit::Act act = refusal(code, entry);
    PROVISO_TRY_DONE(record(act.kind, std::move(act.body)));
  }
  return status;
}

Result<std::vector<std::vector<vault::Finding>>> VaultDesk::findings_of(
    std::span<const Asked> ones) {
  if (!known_) {
    PROVISO_TRY(known_, vault_->known());
  }
  std::vector<vault::Known> asked;
  for (const Asked& one : ones) asked.push_back(one.known);
  std::vector<vault::Known> all(known_->begin(), known_->end());
  std::ranges::copy(asked, std::back_inserter(all));
  std::ranges::copy(cohort_, std::back_inserter(all));
  std::map<std::string_view, vault::Neighbour> rows;
  for (std::size_t n = 0; n < all.size(); ++n) {
    const bool is_of_cohort = n >= all.size() - cohort_.size();
    // An entry may bear the name of a face of the cohort: it must not be taken for a stranger.
    if (is_of_cohort && rows.contains(all[n].entry)) continue;
    rows[all[n].entry] = {
        .entry = all[n].entry, .score = 0, .values = all[n].values, .is_of_cohort = is_of_cohort};
  }
  const std::size_t threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
  PROVISO_TRY(auto index, vault::LikenessIndex::create(all, threads));
  const double threshold = policy_->operating_point.threshold_floor_millionths / kMillion;
  const std::size_t compared = rows.size() - 1;
  const auto likenesses = index.of(asked, vault::neighbour_score_min(compared, threshold));
  std::vector<std::vector<vault::Finding>> found(ones.size());
  WorkerPool workers(threads);
  workers.parallel_for(ones.size(), [&](std::size_t n) {
    std::vector<vault::Neighbour> near;
    for (const vault::Likeness& one : likenesses[n]) {
      near.push_back(rows.at(one.entry));
      near.back().score = one.score;
    }
    found[n] = vault::findings_of(near, compared, threshold);
    std::ranges::copy(ones[n].of_images, std::back_inserter(found[n]));
  });
  PROVISO_TRY_DONE(record_findings(ones, found));
  return found;
}

Status VaultDesk::record_findings(std::span<const Asked> ones,
                                  std::span<const std::vector<vault::Finding>> findings) {
  std::vector<audit::Act> acts;
  for (std::size_t n = 0; n < ones.size(); ++n) {
    for (const vault::Finding& finding : findings[n]) {
      Value::Array others;
      for (const std::string& other : finding.others) others.emplace_back(other);
      acts.push_back(
          {.kind = "conflict_seen",
           .body = {{"entry", ones[n].known.entry},
                    {"finding", finding.name},
                    {"officer", officer_->id},
                    {"others", std::move(others)},
                    {"score_millionths",
                     static_cast<std::int64_t>(std::max(0.0, finding.score) * kMillion)}}});
    }
  }
  return record(std::move(acts));
}

Result<watchlist::LockedBytes> VaultDesk::lock(const watchlist::ListContents& contents) {
  PROVISO_CHECK(master_.has_value());
  PROVISO_TRY(const auto list_key, crypto::new_sealing_key());
  const watchlist::ListId list = vault_list_id();
  PROVISO_TRY(
      auto locked,
      vault::lock(contents,
                  list_key,
                  {.list = list, .master = *master_, .database = *database_, .files = *keys_}));
  PROVISO_TRY_DONE(
      watchlist::SealedListKeys(place_.keys)
          .keep({.watchlist = locked.digest, .sealed_at = contents.made_at}, list_key, *master_));
  return locked;
}

Result<std::size_t> VaultDesk::destroy_old_lists() {
  const watchlist::SealedListKeys keys(place_.keys);
  const std::chrono::hours kept(policy_->watchlist.age_h_max + policy_->retention.watchlist_h);
  PROVISO_TRY(const auto all, keys.all());
  std::size_t count = 0;
  for (const watchlist::SealedListPlace& one : all) {
    if (now_ - one.sealed_at <= kept) continue;
    PROVISO_TRY_DONE(keys.destroy(one.watchlist, [&] {
      return record("list_destroyed",
                    {{"reason", "expired"}, {"watchlist", crypto::to_hex(one.watchlist)}});
    }));
    ++count;
  }
  return count;
}

Result<crypto::Secret> VaultDesk::unlock(const Request& request) {
  make_no_core();
  PROVISO_TRY(place_, read_vault_place(site_));
  PROVISO_TRY(auto master, open_vault(site_, request.unlock_file));
  PROVISO_TRY(database_, sql::Database::open(place_.database));
  keys_ = std::make_unique<watchlist::KeyFolder>(place_.keys);
  return master;
}

vault::Vault::Parts VaultDesk::parts() {
  return {.database = *database_,
          .key_files = *keys_,
          .record = [this](std::vector<audit::Act> acts) -> Status {
            PROVISO_TRY_DONE(journal_->append(std::move(acts)));
            return Done{};
          },
          .withdraw = [this](std::span<const EntryId> entries) -> Status {
            return site::add_erased(vault_folder(site_) / "erased", entries);
          },
          .keep = [this](std::span<const std::byte> wrapped_keys) -> Status {
            return write_file_durably(kept_file(), wrapped_keys);
          }};
}

Result<std::unique_ptr<VaultDesk>> VaultDesk::open(const Request& request) {
  PROVISO_TRY(auto site, site::Site::open(request.site));
  std::unique_ptr<VaultDesk> desk(new VaultDesk(std::move(site)));
  PROVISO_TRY_DONE(desk->read(request));
  PROVISO_TRY(desk->master_, desk->unlock(request));
  PROVISO_TRY(desk->vault_,
              vault::Vault::open(vault_list_id(), *desk->master_, desk->parts(), desk->now_));
  return desk;
}

Result<vault::Restored> VaultDesk::restore(const Request& request,
                                           vault::Source backup,
                                           std::function<Status()> finished) {
  PROVISO_TRY(auto site, site::Site::open(request.site));
  VaultDesk desk(std::move(site));
  PROVISO_TRY_DONE(desk.read(request));
  PROVISO_TRY_DONE(desk.check_manages());
  PROVISO_TRY(const auto master, desk.unlock(request));
  auto kept = read_file(desk.kept_file(), kKeptBytesMax);
  if (!kept && kept.error().code != ErrorCode::kNotFound) return kept.error();
  PROVISO_TRY(auto withdrawn, site::read_erased(vault_folder(desk.site_) / "erased"));
  const vault::Restoring from{.backup = std::move(backup),
                              .finished = std::move(finished),
                              .kept = kept ? std::move(kept).value() : std::vector<std::byte>(),
                              .withdrawn = std::move(withdrawn),
                              .officer = request.by};
  return vault::Vault::restore(vault_list_id(), master, desk.parts(), from, desk.now_);
}

Status VaultDesk::make(const Request& request, const Places& places) {
  PROVISO_TRY(auto site, site::Site::open(request.site));
  VaultDesk desk(std::move(site));
  PROVISO_TRY_DONE(desk.read(request));
  const fs::path folder = fs::absolute(vault_folder(desk.site_));
  if (fs::exists(folder / "vault.json")) {
    return Error{ErrorCode::kInvalidInput,
                 concat("vault: the site has one in ", folder.native(), "; use it")};
  }
  PROVISO_TRY_DONE(desk.check_manages());
  const Places chosen{.database = places.database.empty()
                                      ? concat("sqlite:", (folder / "rows.db").native())
                                      : places.database,
                      .keys = places.keys.empty() ? (folder / "keys").native()
                                                  : fs::absolute(places.keys).native()};
  PROVISO_TRY(const auto words,
              ask_new_passphrase(concat("the vault of ", desk.site_.name()), request.unlock_file));
  PROVISO_TRY_DONE(make_folder(folder));
  PROVISO_TRY_DONE(make_folder(chosen.keys));
  PROVISO_TRY(const auto master, crypto::new_sealing_key());
  PROVISO_TRY(const auto sealed, crypto::seal_secret(master.bytes(), words.text(), places.cost));
  PROVISO_TRY_DONE(write_file_durably(folder / "master.key", sealed));
  PROVISO_TRY(desk.database_, sql::Database::open(chosen.database));
  desk.keys_ = std::make_unique<watchlist::KeyFolder>(chosen.keys);
  PROVISO_TRY(desk.vault_,
              vault::Vault::create(vault_list_id(),
                                   master,
                                   {.database = *desk.database_,
                                    .key_files = *desk.keys_,
                                    .record = [](auto&&...) -> Status { return Done{}; },
                                    .withdraw = [](auto&&...) -> Status { return Done{}; },
                                    .keep = [](auto&&...) -> Status { return Done{}; }},
                                   desk.now_));
  PROVISO_TRY_DONE(
      write_vault_place(desk.site_, {.database = chosen.database, .keys = chosen.keys}));
  return desk.record("vault_made", {{"officer", request.by}});
}

Result<const crypto::SecretKey*> VaultDesk::key() {
  if (key_) return &*key_;
  PROVISO_TRY(const auto words,
              ask_passphrase(concat("the key of ", officer_->id), passphrase_file_));
  PROVISO_TRY(auto opened, site_.open_officer_key(*officer_, words.text()));
  key_ = std::move(opened);
  return &*key_;
}

Status VaultDesk::sign(note::Note& note) {
  PROVISO_TRY(const auto secret, key());
  note.signatures.push_back(note::sign(note.text, officer_->key, *secret));
  return Done{};
}

Status VaultDesk::check_one_of(std::span<const policy::Role> roles) {
  const auto may = [&](policy::Role role) { return officers_->may_act(*officer_, role, now_); };
  const bool may_one =
      std::ranges::any_of(roles, [&](policy::Role role) { return may(role).has_value(); });
  if (!may_one) return told(may(roles.front()), {});
  const auto own = key();
  return own ? Status(Done{}) : told(Status(own.error()), {});
}

Status VaultDesk::check_manages() {
  constexpr std::array kRoles{policy::Role::kWatchlistManager, policy::Role::kAuthorisingOfficer};
  return check_one_of(kRoles);
}

Status VaultDesk::check_approves() {
  const std::array roles{policy::Role::kWatchlistManager,
                         policy::Role::kAuthorisingOfficer,
                         policy_->watchlist.under_18.role};
  return check_one_of(roles);
}

void add_vault_options(CLI::App& command, VaultDesk::Request& request) {
  add_site_option(command, request.site);
  command.add_option("--as", request.by, "Who acts: the officer's id")->required();
  add_passphrase_option(command, request.passphrase_file);
  add_unlock_option(command, request.unlock_file);
}

}  // namespace proviso::commands
