#include "app/site/run_watch.h"

#include <algorithm>

#include "app/site/erased_entries.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/authority/run_rules.h"

namespace proviso::site {
namespace {

using authority::Refusal;
using deployment::EventKind;

constexpr std::string_view kJournalRule = "journal";
constexpr std::string_view kAlertWithheld = "alert_withheld";
constexpr std::string_view kEntryWithdrawn = "entry_withdrawn";

Refusal not_written(const Error& error) {
  return {.rule = std::string(kJournalRule),
          .found = concat("an act could not be entered (", error.message, ")"),
          .needed = "every act must stand in the log and the record before it counts",
          .next = "free space or mend the disk; the run then goes on by itself"};
}

bool may_pass(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kOverLimit;
}

}  // namespace

RunWatch::RunWatch(const Site& site,
                   Paths paths,
                   std::shared_ptr<const authority::WrittenAuthority> authority,
                   audit::Journal& journal,
                   const Clock& clock)
    : site_(site),
      paths_(std::move(paths)),
      authority_(std::move(authority)),
      journal_(journal),
      clock_(clock) {}

RunWatch::~RunWatch() {
  thread_.request_stop();
}

Result<std::unique_ptr<RunWatch>> RunWatch::open(
    const Site& site,
    std::filesystem::path note,
    std::shared_ptr<const authority::WrittenAuthority> authority,
    audit::Journal& journal,
    const Clock& clock) {
  PROVISO_TRY(auto record, site.deployment_file(authority->statement().reference));
  std::unique_ptr<RunWatch> watch(
      new RunWatch(site,
                   {.note = std::move(note), .record = std::move(record)},
                   std::move(authority),
                   journal,
                   clock));
  PROVISO_TRY_DONE(watch->read(clock.wall()));
  PROVISO_TRY_DONE(watch->catch_up());
  watch->faces_before_ = watch->deployment_->faces_seen();
  watch->alerts_before_ = watch->deployment_->alerts();
  return watch;
}

deployment::Terms RunWatch::terms() const {
  return {.statement = authority_->statement(),
          .authority = authority_->digest(),
          .policy = authority_->policy(),
          .officers = *officers_};
}

Result<RunWatch::Files> RunWatch::read_files() const {
  Files files;
  PROVISO_TRY(files.revocations,
              read_text_file(site_.folder() / "revocations.note", note::kNoteBytesMax));
  PROVISO_TRY(files.policy, read_text_file(site_.policy_file(), policy::Policy::kBytesMax));
  PROVISO_TRY(files.note, read_authority(paths_.note));
  PROVISO_TRY(files.record, deployment::read_record(paths_.record));
  return files;
}

Status RunWatch::verify(const Files& files, WallTime now) {
  const bool others_signed = !officers_ || files.revocations != files_.revocations ||
                             files.record != files_.record || files.note != files_.note;
  if (others_signed) {
    PROVISO_TRY(auto officers, site_.read_register(now));
    officers_ = std::make_unique<const officers::Register>(std::move(officers));
    PROVISO_TRY(auto deployment, deployment::Deployment::rebuild(files.record, terms()));
    deployment_ = std::make_unique<const deployment::Deployment>(std::move(deployment));
  }
  const auto holds =
      authority::WrittenAuthority::verify(files.note, *officers_, authority_->shared_policy(), now);
  const Hindrances hindrances = hindrances_of(*deployment_);
  circumstances_.suspended = hindrances.suspended;
  circumstances_.voided = hindrances.over;
  circumstances_.is_countersigned = holds && holds.value()->is_countersigned();
  const auto& presence = deployment_->presence();
  circumstances_.present_until = presence ? std::optional(presence->until) : std::nullopt;
  if (holds && holds.value()->digest() == authority_->digest()) return Done{};
  const std::string why = holds ? std::string("it is another one now") : holds.error().message;
  circumstances_.voided =
      Refusal{.rule = holds ? "authority" : authority::rule_of(holds.error(), "authority"),
              .found = concat("it no longer holds (", why, ")"),
              .needed = "it must hold until the end",
              .next = "draft a new authority"};
  return Done{};
}

Status RunWatch::read(WallTime now) {
  const MonotonicTime began = clock_.monotonic();
  PROVISO_TRY(auto files, read_files());
  const bool has_changed = files.revocations != files_.revocations || files.note != files_.note ||
                           files.record != files_.record || files.policy != files_.policy;
  if (has_changed || began - verified_at_ >= kVerifyEvery) {
    PROVISO_TRY_DONE(verify(files, now));
    verified_at_ = began;
    circumstances_.policy = crypto::sha256(files.policy);
    files_ = std::move(files);
  }
  PROVISO_TRY_DONE(read_erasures());
  circumstances_.read_at = began;
  return Done{};
}

Status RunWatch::read_erasures() {
  if (!withdraw_) return Done{};
  const std::filesystem::path file = site_.folder() / "vault" / "erased";
  std::error_code absent;
  const auto changed_at = std::filesystem::last_write_time(file, absent);
  if (absent || changed_at == erased_changed_at_) return Done{};
  PROVISO_TRY(const auto erased, read_erased(file));
  for (const EntryId& entry : erased) {
    if (!withdrawn_.insert(entry).second || !withdraw_(entry)) continue;
    Value::Object body{{"deployment", authority_->statement().reference}, {"entry", entry.text()}};
    const auto entered = journal_.append(kEntryWithdrawn, body);
    if (!entered) owe(kEntryWithdrawn, std::move(body), entered.error());
  }
  erased_changed_at_ = changed_at;
  return Done{};
}

Status RunWatch::enter(deployment::Event event) {
  event.at = gate_->trusted_now();
  event.faces_seen = faces_before_ + faces_.load();
  event.alerts = alerts_before_ + alerts_.load();
  PROVISO_TRY(auto appended, deployment::append(paths_.record, terms(), std::move(event), nullptr));
  deployment_ = std::make_unique<const deployment::Deployment>(std::move(appended.deployment));
  circumstances_.suspended = hindrances_of(*deployment_).suspended;
  return Done{};
}

// A full disk may be free again in a moment; a damaged log is not to be trusted any more.
void RunWatch::fail(const Error& error) {
  if (!may_pass(error) && gate_ != nullptr) {
    gate_->stop(concat("the deployment's record or journal cannot be written: ", error.message));
    return;
  }
  {
    const std::lock_guard lock(owed_mutex_);
    fault_ = error;
  }
  if (gate_ != nullptr) gate_->suspend(not_written(error));
}

void RunWatch::owe(std::string_view kind, Value::Object body, const Error& error) {
  bool is_full = false;
  {
    const std::lock_guard lock(owed_mutex_);
    is_full = owed_.size() == kOwedMax;
    if (!is_full) owed_.push_back({.kind = kind, .body = std::move(body)});
  }
  if (is_full && gate_ != nullptr) gate_->stop(concat("more than ", kOwedMax, " leaves are owed"));
  fail(error);
}

void RunWatch::withhold(Value::Object alert, const Error& error) {
  owe(kAlertWithheld, std::move(alert), error);
}

std::optional<Error> RunWatch::fault() const {
  const std::lock_guard lock(owed_mutex_);
  return fault_;
}

authority::Circumstances RunWatch::told() const {
  authority::Circumstances circumstances = circumstances_;
  const auto why = fault();
  if (why && !circumstances.suspended) circumstances.suspended = not_written(*why);
  return circumstances;
}

// That the run was suspended comes first, so that the log tells it in order.
Status RunWatch::enter_owed() {
  const std::string& deployment = authority_->statement().reference;
  if (hindered_by_ != kJournalRule) {
    PROVISO_TRY_DONE(journal_.append(
        "run_suspended", {{"deployment", deployment}, {"reason", std::string(kJournalRule)}}));
    hindered_by_ = kJournalRule;
  }
  while (true) {
    Owed next;
    {
      const std::lock_guard lock(owed_mutex_);
      if (owed_.empty()) return Done{};
      next = owed_.front();
    }
    PROVISO_TRY_DONE(journal_.append(next.kind, std::move(next.body)));
    const std::lock_guard lock(owed_mutex_);
    owed_.pop_front();
  }
}

void RunWatch::catch_up_with_journal(MonotonicTime now) {
  const bool is_owing = fault().has_value();
  if (is_owing && now < retry_at_) return;
  retry_at_ = now + kRetryEvery;
  Status entered = is_owing ? enter_owed() : Status(Done{});
  if (entered) entered = enter_due(now);
  if (!entered) return fail(entered.error());
  const std::lock_guard lock(owed_mutex_);
  if (owed_.empty()) fault_.reset();
}

Status RunWatch::enter_due(MonotonicTime now) {
  const auto closed = gate_->closed();
  const auto* suspension = deployment_->suspended();
  if (closed && authority::halts_deployment(closed->rule) && suspension == nullptr) {
    deployment::Event halted;
    halted.kind = EventKind::kHalted;
    halted.reason = closed->rule;
    PROVISO_TRY_DONE(enter(std::move(halted)));
  } else if (deployment_->has_uncounted_outcomes() || now - counted_at_ >= kCountEvery) {
    deployment::Event counted;
    counted.kind = EventKind::kCounted;
    PROVISO_TRY_DONE(enter(std::move(counted)));
    counted_at_ = now;
  }
  return Done{};
}

// The journal is told once of each suspension, and once of its end.
void RunWatch::note_changes() {
  const auto closed = gate_->closed();
  const bool is_halted = closed && authority::halts_deployment(closed->rule);
  const auto suspended = is_halted ? closed : gate_->suspended();
  const std::string rule = suspended ? suspended->rule : std::string();
  if (rule == hindered_by_ || rule == kJournalRule || (closed && !suspended)) return;
  // What a decision has ended is entered with that decision.
  const auto& suspensions = deployment_->suspensions();
  const bool was_decided = !suspensions.empty() && suspensions.back().rule == hindered_by_;
  Value::Object body{{"deployment", authority_->statement().reference}};
  Result<std::uint64_t> entered = std::uint64_t{0};
  if (!rule.empty()) {
    body["reason"] = rule;
    entered = journal_.append("run_suspended", std::move(body));
  } else if (!was_decided) {
    body["decision"] = crypto::to_hex(deployment_->head());
    entered = journal_.append("run_resumed", std::move(body));
  }
  if (!entered) return fail(entered.error());
  hindered_by_ = rule;
}

// Steps whose command was cut off before it could enter them.
Status RunWatch::catch_up() {
  PROVISO_TRY(auto log, DeploymentLog::open(site_, journal_));
  PROVISO_TRY(const auto record, deployment::read_record(paths_.record));
  return log.enter(record, authority_->digest());
}

void RunWatch::look() {
  const Status read_again = read(gate_->trusted_now());
  if (read_again) {
    catch_up_with_journal(circumstances_.read_at);
    gate_->update(told());
  }
  note_changes();
}

void RunWatch::look_until_stopped(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  while (!stop.stop_requested()) {
    look();
    stopped_.wait_for(lock, stop, kLookEvery, [] { return false; });
  }
}

Result<authority::Circumstances> RunWatch::circumstances() {
  PROVISO_TRY_DONE(read(clock_.wall()));
  return told();
}

Status RunWatch::begin(authority::Gate& gate) {
  gate_ = &gate;
  counted_at_ = clock_.monotonic();
  deployment::Event started;
  started.kind = EventKind::kRunStarted;
  return enter(std::move(started));
}

void RunWatch::keep_looking() {
  thread_ = std::jthread([this](const std::stop_token& stop) { look_until_stopped(stop); });
}

void RunWatch::count(std::int64_t faces_seen, std::int64_t alerts) {
  faces_.store(faces_seen);
  alerts_.store(alerts);
}

Status RunWatch::end() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
  look();  // What came last, such as a clock that was set, is said too.
  if (fault()) {
    const Status entered = enter_owed();
    if (!entered) {
      const std::lock_guard lock(owed_mutex_);
      return Error{entered.error().code,
                   concat(std::ranges::count(owed_, kAlertWithheld, &Owed::kind),
                          " alerts were withheld and are in no log, because it cannot be written (",
                          entered.error().message,
                          "); write down what you know of them")};
    }
  }
  deployment::Event ended;
  ended.kind = EventKind::kRunEnded;
  return enter(std::move(ended));
}

}  // namespace proviso::site
