#include "safeguards/deployment/deployment.h"

#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/deployment/signer.h"

namespace proviso::deployment {
namespace {

constexpr std::array<std::string_view, 5> kPhaseNames{
    "not opened", "opened", "started", "stopped", "reviewed"};

Error refused(std::string message) {
  return {ErrorCode::kNotAuthorised, std::move(message)};
}

Error corrupt(std::size_t line, std::string_view why) {
  return {ErrorCode::kCorrupt,
          concat("deployment: line ",
                 line,
                 " of its record ",
                 why,
                 "; the record was changed or damaged: compare it with the journal")};
}

std::string when(const Event& event) {
  return to_rfc3339(event.at);
}

std::int64_t officers_min(const Terms& terms) {
  return std::max(terms.policy.presence.officers_min, terms.statement.presence.officers_min);
}

bool is_expected_at(EventKind kind, Phase phase) {
  switch (kind) {
    case EventKind::kOpened: return phase == Phase::kNotOpened;
    case EventKind::kSignAttested:
    case EventKind::kNoticeAttested:
    case EventKind::kPresenceAttested: return phase == Phase::kOpened || phase == Phase::kStarted;
    case EventKind::kStarted: return phase == Phase::kOpened;
    case EventKind::kRunStarted:
    case EventKind::kSuspended:
    case EventKind::kResumed: return phase == Phase::kStarted;
    case EventKind::kStopped: return phase == Phase::kOpened || phase == Phase::kStarted;
    case EventKind::kReviewed: return phase == Phase::kStopped;
    // The engine may be a second behind a stop, and people judge later still.
    case EventKind::kCounted:
    case EventKind::kRunEnded:
    case EventKind::kHalted:
    case EventKind::kOutcome: return phase == Phase::kStarted || phase == Phase::kStopped;
  }
  PROVISO_CHECK(false);
}

std::string_view next_step(Phase phase) {
  switch (phase) {
    case Phase::kNotOpened: return "open it with `proviso deployment open`";
    case Phase::kOpened: return "attest what is missing, then `proviso deployment start`";
    case Phase::kStarted: return "it is under way; `proviso deployment status` tells more";
    case Phase::kStopped: return "sign its review with `proviso deployment review`";
    case Phase::kReviewed: return "it is over; draft a new authority";
  }
  PROVISO_CHECK(false);
}

}  // namespace

std::chrono::seconds attestation_max(const Terms& terms) {
  return std::chrono::seconds(
      std::min(terms.policy.presence.attestation_s_max, terms.statement.presence.attestation_s));
}

std::string_view to_text(Phase phase) {
  return kPhaseNames.at(static_cast<std::size_t>(phase));
}

Result<Deployment> Deployment::rebuild(std::string_view record, const Terms& terms) {
  if (record.size() > kRecordBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("deployment: the record has ",
                        record.size(),
                        " bytes, at most ",
                        kRecordBytesMax,
                        " are read; stop this deployment and open another")};
  }
  Deployment deployment;
  while (!record.empty()) {
    const std::size_t number = deployment.events_ + 1;
    const std::size_t end = record.find('\n');
    if (end == std::string_view::npos) return corrupt(number, "does not end");
    const std::string_view line = record.substr(0, end);
    auto recorded = RecordedEvent::parse_line(line);
    if (!recorded) return corrupt(number, recorded.error().message);
    PROVISO_TRY_DONE(deployment.take(recorded.value(), line, terms, Taken::kBefore));
    record.remove_prefix(end + 1);
  }
  return deployment;
}

Status Deployment::append(const RecordedEvent& recorded,
                          std::string_view line,
                          const Terms& terms) {
  return take(recorded, line, terms, Taken::kNow);
}

Status Deployment::check_place_in_chain(const Event& event, const Terms& terms) const {
  const std::size_t number = events_ + 1;
  if (events_ == kEventsMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("deployment: its record has ",
                        kEventsMax,
                        " events, the limit; stop this deployment and open another")};
  }
  if (event.deployment != terms.statement.reference) {
    return corrupt(number, concat("is of deployment ", event.deployment));
  }
  if (event.previous != head_) return corrupt(number, "does not follow the line before it");
  if (event.at + kClockBehindMax < last_at_) {
    return refused(concat("deployment: the clock is at ",
                          when(event),
                          ", the record's last event is of ",
                          to_rfc3339(last_at_),
                          "; the clock was set back: check the time service, then try again"));
  }
  return Done{};
}

Status Deployment::check_attestation(const Event& event, const Terms& terms) const {
  const auto& statement = terms.statement;
  if (event.kind == EventKind::kSignAttested) {
    const auto is_it = [&](const authority::Sign& sign) { return sign.id == event.sign; };
    if (std::none_of(statement.signs.begin(), statement.signs.end(), is_it)) {
      return refused(concat("deployment: sign ",
                            event.sign,
                            " does not stand in the authority; attest one that does"));
    }
    if (terms.policy.notice.sign_photograph_needed && !event.document) {
      return refused(concat("deployment: no photograph of sign ",
                            event.sign,
                            ", the policy asks for one; give it with --photograph"));
    }
  }
  if (event.kind == EventKind::kNoticeAttested) {
    if (!statement.notice.published) {
      return refused("deployment: the authority names an exemption and no notice; none is needed");
    }
    if (event.document != statement.notice.published->digest) {
      return refused(
          "deployment: the notice is not the one that the authority names; give the "
          "file as it was published");
    }
  }
  if (event.kind == EventKind::kPresenceAttested) {
    if (event.officers < officers_min(terms)) {
      return refused(concat("deployment: ",
                            event.officers,
                            " officers are present, at least ",
                            officers_min(terms),
                            " are needed; attest when they are there"));
    }
    if (event.until <= event.at || event.until - event.at > attestation_max(terms)) {
      return refused(concat("deployment: presence is attested until ",
                            to_rfc3339(event.until),
                            ", at most ",
                            attestation_max(terms).count(),
                            " s from now are allowed; attest it for a shorter time, and again"));
    }
  }
  return Done{};
}

// Whether it can happen now, and says what it must.
Status Deployment::check_point(const Event& event, const Terms& terms) const {
  if (!is_expected_at(event.kind, phase_)) {
    return refused(concat("deployment: ",
                          to_text(event.kind),
                          " cannot come now, it is ",
                          to_text(phase_),
                          "; ",
                          next_step(phase_)));
  }
  if (event.kind == EventKind::kOpened && event.document != terms.authority) {
    return refused(
        "deployment: it was opened for another authority; draft one with a new reference");
  }
  if (event.kind == EventKind::kResumed && suspended() == nullptr) {
    return refused("deployment: it is not suspended, so nothing is to be resumed");
  }
  if (event.kind == EventKind::kStarted) {
    const auto missing = missing_before_start(terms, event.at);
    if (!missing.empty()) {
      return refused(concat("deployment: before the start ", missing.front(), "; attest it first"));
    }
  }
  return check_attestation(event, terms);
}

Status Deployment::take(const RecordedEvent& recorded,
                        std::string_view line,
                        const Terms& terms,
                        Taken taken) {
  const Event& event = recorded.event;
  PROVISO_TRY_DONE(check_place_in_chain(event, terms));
  std::string by;
  bool has_lapsed = false;
  if (recorded.signature) {
    const officers::Officer* signer = signer_of(recorded, terms.officers);
    if (signer == nullptr) {
      return corrupt(events_ + 1, "has a signature that does not verify, or of nobody certified");
    }
    by = signer->id;
    const Status may = check_signer(*signer, event, terms);
    if (!may && taken == Taken::kNow) return may.error();
    has_lapsed = !may && gives_leave(event.kind);
  }
  if (taken == Taken::kNow) {
    PROVISO_TRY_DONE(check_point(event, terms));
  } else if (!any_has_lapsed_ && !is_expected_at(event.kind, phase_)) {
    return corrupt(events_ + 1, "is out of order");
  }
  // What has lapsed may be the ground of later lines, which are history all the same.
  any_has_lapsed_ = any_has_lapsed_ || has_lapsed;
  ++events_;
  head_ = crypto::sha256(line);
  last_at_ = std::max(last_at_, event.at);
  if (!has_lapsed) apply(event, by, terms);
  return Done{};
}

void Deployment::apply(const Event& event, const std::string& by, const Terms& terms) {
  switch (event.kind) {
    case EventKind::kOpened: phase_ = Phase::kOpened; return;
    case EventKind::kSignAttested: signs_.insert(event.sign); return;
    case EventKind::kNoticeAttested: notice_attested_ = true; return;
    case EventKind::kPresenceAttested:
      presence_ = {.by = by, .until = event.until, .officers = event.officers};
      return;
    case EventKind::kStarted: phase_ = Phase::kStarted; return;
    case EventKind::kSuspended:
    case EventKind::kHalted:
      suspend({.at = event.at,
               .by = by,
               .rule = event.kind == EventKind::kHalted ? event.reason : "suspension",
               .reason = event.reason,
               .resumed_at = std::nullopt,
               .resumed_by = {}});
      return;
    case EventKind::kResumed: resume(event, by); return;
    case EventKind::kOutcome: record_outcome(event, terms); return;
    case EventKind::kStopped:
      phase_ = Phase::kStopped;
      stopped_at_ = event.at;
      return;
    case EventKind::kReviewed: phase_ = Phase::kReviewed; return;
    case EventKind::kRunStarted:
      ++runs_;
      is_running_ = true;
      return;
    case EventKind::kRunEnded: is_running_ = false; [[fallthrough]];
    case EventKind::kCounted: count(event, terms); return;
  }
}

void Deployment::record_outcome(const Event& event, const Terms& terms) {
  outcomes_.insert_or_assign(event.alert, Judged{.outcome = event.outcome, .event = events_});
  has_uncounted_outcomes_ = true;
  const auto confirmed = static_cast<std::int64_t>(false_alerts_since(true));
  if (confirmed < terms.policy.false_alerts.confirmed_max) return;
  suspend({.at = event.at,
           .by = {},
           .rule = "false-alert-count",
           .reason = concat(confirmed,
                            " confirmed false alerts, the policy suspends at ",
                            terms.policy.false_alerts.confirmed_max),
           .resumed_at = std::nullopt,
           .resumed_by = {}});
}

void Deployment::count(const Event& event, const Terms& terms) {
  faces_seen_ = std::max(faces_seen_, event.faces_seen);
  alerts_ = std::max(alerts_, event.alerts);
  has_uncounted_outcomes_ = false;
  const FalseAlertRate rate = false_alert_rate(terms.policy, faces_seen_);
  if (!rate.surely_above(terms.policy.false_alerts.rate_per_million_max)) return;
  suspend({.at = event.at,
           .by = {},
           .rule = "false-alert-rate",
           .reason = concat(rate.to_text(),
                            ", the policy suspends above ",
                            terms.policy.false_alerts.rate_per_million_max,
                            " per million"),
           .resumed_at = std::nullopt,
           .resumed_by = {}});
}

void Deployment::suspend(Suspension suspension) {
  if (suspended() != nullptr) return;  // The first reason stands until somebody decides.
  suspensions_.push_back(std::move(suspension));
}

void Deployment::resume(const Event& event, const std::string& by) {
  if (suspended() == nullptr) return;
  suspensions_.back().resumed_at = event.at;
  suspensions_.back().resumed_by = by;
  counted_from_event_ = events_;
  counted_from_face_ = faces_seen_;
}

const Suspension* Deployment::suspended() const {
  if (suspensions_.empty() || suspensions_.back().resumed_at) return nullptr;
  return &suspensions_.back();
}

std::size_t Deployment::false_alerts_since(bool only_confirmed) const {
  return static_cast<std::size_t>(
      std::count_if(outcomes_.begin(), outcomes_.end(), [&](const auto& judged) {
        const Judged& word = judged.second;
        const bool counts =
            only_confirmed ? word.outcome == Outcome::kFalseConfirmed : is_false(word.outcome);
        return counts && word.event > counted_from_event_;
      }));
}

FalseAlertRate Deployment::false_alert_rate(const policy::Policy& policy,
                                            std::int64_t faces_seen) const {
  return deployment::false_alert_rate(
      false_alerts_since(false),
      static_cast<std::uint64_t>(std::max<std::int64_t>(0, faces_seen - counted_from_face_)),
      policy.false_alerts.confidence_permille);
}

std::size_t Deployment::outcomes(Outcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(outcomes_.begin(), outcomes_.end(), [&](const auto& judged) {
        return judged.second.outcome == outcome;
      }));
}

std::vector<std::string> Deployment::missing_before_start(const Terms& terms, WallTime now) const {
  std::vector<std::string> missing;
  for (const authority::Sign& sign : terms.statement.signs) {
    if (signs_.contains(sign.id)) continue;
    missing.push_back(concat("sign ", sign.id, " must stand at its position"));
  }
  if (terms.statement.notice.published && !notice_attested_) {
    missing.emplace_back("the notice must be published");
  }
  if (!presence_ || presence_->until <= now) {
    missing.push_back(concat(officers_min(terms), " officers must be present"));
  }
  return missing;
}

}  // namespace proviso::deployment
