#include "app/commands/deployment_desk.h"

#include <algorithm>
#include <thread>

#include "app/commands/passphrase.h"
#include "app/commands/site_list.h"
#include "app/site/deployment_log.h"
#include "app/site/record.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/deployment/record_file.h"
#include "safeguards/deployment/report.h"

namespace proviso::commands {
namespace {

// A run that sees the stop ends within a second, and then writes its last counts.
constexpr std::chrono::seconds kRunEndsWithin{10};
constexpr std::chrono::milliseconds kTryEvery{100};

}  // namespace

Result<DeploymentDesk> DeploymentDesk::open(const Request& request) {
  PROVISO_TRY(auto site, site::Site::open(request.site));
  DeploymentDesk desk(request, std::move(site));
  PROVISO_TRY(const auto note_file, desk.site_.authority_file(request.reference));
  PROVISO_TRY(desk.record_file_, desk.site_.deployment_file(request.reference));
  PROVISO_TRY(desk.note_, site::read_authority(note_file));
  PROVISO_TRY(desk.said_, site::statement_of(desk.note_));
  if (desk.reference() != request.reference) {
    return Error{ErrorCode::kInvalidInput,
                 concat("deployment: the authority in ",
                        in_quotes(note_file.native()),
                        " is of reference ",
                        desk.reference(),
                        ", needed is ",
                        request.reference,
                        "; put the right file there")};
  }
  PROVISO_TRY(desk.policy_, site::read_policy(desk.site_));
  PROVISO_TRY(auto officers, desk.site_.read_register(desk.now()));
  desk.officers_ = std::make_shared<const officers::Register>(std::move(officers));
  PROVISO_TRY_DONE(desk.read());
  return desk;
}

Status DeploymentDesk::read() {
  PROVISO_TRY(const auto record, deployment::read_record(record_file_));
  PROVISO_TRY(auto state, deployment::Deployment::rebuild(record, terms()));
  state_ = std::make_shared<const deployment::Deployment>(std::move(state));
  return Done{};
}

deployment::Terms DeploymentDesk::terms() const {
  return {.statement = said_.statement,
          .authority = said_.digest,
          .policy = *policy_,
          .officers = *officers_};
}

WallTime DeploymentDesk::now() const {
  const SystemClock clock;
  return clock.wall();
}

std::vector<std::string> DeploymentDesk::missing() const {
  return state_->missing_before_start(terms(), now());
}

deployment::FalseAlertRate DeploymentDesk::rate() const {
  return state_->false_alert_rate(*policy_, state_->faces_seen());
}

std::chrono::seconds DeploymentDesk::attestation_max() const {
  return deployment::attestation_max(terms());
}

Status DeploymentDesk::check_holds() const {
  PROVISO_TRY(const auto authority,
              authority::WrittenAuthority::verify(note_, *officers_, policy_, now()));
  if (now() < authority->ends_at()) return Done{};
  return authority::Refusal{.rule = "window",
                            .found = concat("ended at ", to_rfc3339(authority->ends_at())),
                            .needed = concat("now it is ", to_rfc3339(now())),
                            .next = "a new authority is needed"}
      .to_error();
}

Status DeploymentDesk::check_place_is_free() const {
  PROVISO_TRY(const auto other, site::unreviewed_at(site_, said_.statement, *policy_, *officers_));
  if (other.empty()) return Done{};
  return authority::Refusal{.rule = "review",
                            .found = concat("deployment ", other, " at this place is not reviewed"),
                            .needed = "its review must be signed first",
                            .next = concat("`proviso deployment review ", other, "`")}
      .to_error();
}

Status DeploymentDesk::check_alert(const std::string& alert) const {
  PROVISO_TRY(const auto entries, audit::Journal::read(site_.log_folder()));
  const auto is_it = [&](const audit::Entry& entry) {
    if (entry.kind != "alert_raised") return false;
    const auto id = entry.body.find("alert");
    const auto deployment = entry.body.find("deployment");
    return id != entry.body.end() && id->second == Value(alert) && deployment != entry.body.end() &&
           deployment->second == Value(reference());
  };
  if (std::any_of(entries.begin(), entries.end(), is_it)) return Done{};
  return Error{ErrorCode::kNotFound,
               concat("outcome: no alert ",
                      in_quotes(alert),
                      " was raised by deployment ",
                      reference(),
                      "; give an id that `proviso watch` printed")};
}

Result<const officers::Officer*> DeploymentDesk::signing_officer() const {
  const officers::Officer* officer = officers_->find(request_.by);
  if (officer == nullptr) {
    return Error{ErrorCode::kNotFound,
                 concat("deployment: no officer ",
                        in_quotes(request_.by),
                        " is certified here; `proviso officer list` names them")};
  }
  return officer;
}

Status DeploymentDesk::sign(deployment::Event event) {
  PROVISO_TRY(const auto* officer, signing_officer());
  if (!secret_) {
    PROVISO_TRY(const auto passphrase, ask_passphrase(request_.by, request_.passphrase_file));
    PROVISO_TRY(auto secret, site_.open_officer_key(*officer, passphrase.text()));
    secret_ = std::make_shared<const crypto::SecretKey>(std::move(secret));
  }
  event.at = now();
  const deployment::Signer signer{.key = officer->key, .secret = *secret_};
  PROVISO_TRY(auto appended, deployment::append(record_file_, terms(), std::move(event), &signer));
  state_ = std::make_shared<const deployment::Deployment>(std::move(appended.deployment));
  PROVISO_TRY(const auto record, deployment::read_record(record_file_));
  return site::enter_record(site_, record, said_.digest, SystemClock());
}

Result<std::filesystem::path> DeploymentDesk::draft_report(std::string_view stop_reason) {
  const SystemClock clock;
  const MonotonicTime give_up = clock.monotonic() + kRunEndsWithin;
  PROVISO_TRY_DONE(read());
  while (state_->is_running() && clock.monotonic() < give_up) {
    std::this_thread::sleep_for(kTryEvery);
    PROVISO_TRY_DONE(read());
  }
  const std::string report = deployment::cancellation_report(*state_, terms(), stop_reason);
  std::filesystem::path file = record_file_;
  file.replace_extension(".cancellation.md");
  PROVISO_TRY_DONE(write_file_durably(file, report));
  PROVISO_TRY_DONE(site::record(
      site_,
      clock,
      "cancellation_drafted",
      {{"deployment", reference()}, {"report", crypto::to_hex(crypto::sha256(report))}}));
  return file;
}

Result<std::string> DeploymentDesk::end_list() {
  const authority::Statement& statement = said_.statement;
  PROVISO_TRY(const auto keys, list_keys_of(site_));
  if (!keys || !keys->has(statement.watchlist)) return std::string();
  const int hours = policy_->retention.watchlist_h;
  if (hours > 0) {
    return concat("kept for ", hours, " h, as the policy says; `proviso vault expire` destroys it");
  }
  PROVISO_TRY(const auto other, site::other_with_list(site_, statement, *policy_, *officers_));
  if (!other.empty()) return concat("kept: deployment ", other, " names it too");
  PROVISO_TRY_DONE(keys->destroy(statement.watchlist, [&] {
    return site::record(site_,
                        SystemClock(),
                        "list_destroyed",
                        {{"deployment", reference()},
                         {"officer", request_.by},
                         {"reason", "deployment-ended"},
                         {"watchlist", crypto::to_hex(statement.watchlist)}});
  }));
  return std::string("destroyed: nothing opens it any more");
}

Exit refuse_step(const DeploymentDesk::Request& request, const Error& error) {
  const auto site = site::Site::open(request.site);
  const bool is_refusal = error.code == ErrorCode::kNotAuthorised;
  if (site && is_refusal && checked_id(request.reference, "reference")) {
    const SystemClock clock;
    const Status entered = site::record(
        site.value(),
        clock,
        "deployment_refused",
        {{"deployment", request.reference}, {"reason", authority::rule_of(error, "step")}});
    if (!entered) warn(concat("the refusal could not be journalled: ", entered.error().message));
  }
  return refuse(error);
}

}  // namespace proviso::commands
