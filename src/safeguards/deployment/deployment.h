#pragma once

// The life of one deployment, rebuilt from its record: opened, signs and notice attested, started,
// suspended and resumed, stopped, reviewed; who is present, what became of the alerts, and whether
// the false-alert limit has suspended it.
//
//   in      the record's lines, each verified as it is taken: form, chain, signature, the signer's
//           role and rank, and whether the deployment is at the point where that can happen
//   out     the state; what of it keeps a run from going on is for authority::Gate
//   who     docs/formats/deployment.md has the table. What gives leave lapses with the key of who
//           gave it; what takes leave stays
//   limits  kEventsMax, kRecordBytesMax
//   errors  kCorrupt        a line that is not as it was written: form, chain or signature
//           kNotAuthorised  the signer may not, or it cannot happen at this point
//           kOverLimit
//   threads values

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/statement.h"
#include "safeguards/deployment/event.h"
#include "safeguards/deployment/false_alert_rate.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"

namespace proviso::deployment {

inline constexpr std::size_t kEventsMax = 10'000;
inline constexpr std::size_t kRecordBytesMax = std::size_t{8} << 20U;
inline constexpr std::chrono::seconds kClockBehindMax{2};  // Of a new event, behind the last.

// What a deployment is judged by. Views: they outlive every call that takes them.
struct Terms {
  const authority::Statement& statement;
  const crypto::Digest& authority;  // Of the note's text.
  const policy::Policy& policy;
  const officers::Register& officers;
};

// How long one attestation of presence may last.
std::chrono::seconds attestation_max(const Terms& terms);

enum class Phase : std::uint8_t { kNotOpened, kOpened, kStarted, kStopped, kReviewed };
std::string_view to_text(Phase phase);

struct Presence {
  std::string by;
  WallTime until;
  std::int64_t officers = 0;
};

struct Suspension {
  WallTime at;
  std::string by;    // An officer's id; empty: the engine.
  std::string rule;  // "suspension", "false-alert-count", "false-alert-rate" or a gate's rule.
  std::string reason;
  std::optional<WallTime> resumed_at;
  std::string resumed_by;
};

class Deployment {
 public:
  static Result<Deployment> rebuild(std::string_view record, const Terms& terms);

  // Takes one more event, `line` being its line of the record. Its `at` is now.
  Status append(const RecordedEvent& recorded, std::string_view line, const Terms& terms);

  Phase phase() const { return phase_; }
  const crypto::Digest& head() const { return head_; }  // Of the last line.
  std::size_t events() const { return events_; }
  WallTime last_at() const { return last_at_; }
  WallTime stopped_at() const { return stopped_at_; }
  const std::optional<Presence>& presence() const { return presence_; }
  const std::vector<Suspension>& suspensions() const { return suspensions_; }
  const Suspension* suspended() const;  // Null where it may go on.
  // What is to be attested before it can start: one sentence each.
  std::vector<std::string> missing_before_start(const Terms& terms, WallTime now) const;

  std::size_t outcomes(Outcome outcome) const;
  std::int64_t faces_seen() const { return faces_seen_; }
  std::int64_t alerts() const { return alerts_; }
  std::size_t runs() const { return runs_; }
  bool is_running() const { return is_running_; }  // Or its run was cut off.
  // Since it was opened, or since it was last resumed.
  FalseAlertRate false_alert_rate(const policy::Policy& policy, std::int64_t faces_seen) const;
  // Whether outcomes have come since faces were last counted: then they are to be counted anew.
  bool has_uncounted_outcomes() const { return has_uncounted_outcomes_; }

 private:
  enum class Taken : std::uint8_t { kNow, kBefore };
  Status take(const RecordedEvent& recorded,
              std::string_view line,
              const Terms& terms,
              Taken taken);
  Status check_place_in_chain(const Event& event, const Terms& terms) const;
  Status check_point(const Event& event, const Terms& terms) const;
  Status check_attestation(const Event& event, const Terms& terms) const;
  void apply(const Event& event, const std::string& by, const Terms& terms);
  void record_outcome(const Event& event, const Terms& terms);
  void count(const Event& event, const Terms& terms);
  void suspend(Suspension suspension);
  void resume(const Event& event, const std::string& by);
  std::size_t false_alerts_since(bool only_confirmed) const;

  Phase phase_ = Phase::kNotOpened;
  crypto::Digest head_;
  std::size_t events_ = 0;
  WallTime last_at_;
  WallTime stopped_at_;
  std::set<std::string, std::less<>> signs_;
  bool notice_attested_ = false;
  bool any_has_lapsed_ = false;
  std::optional<Presence> presence_;
  std::vector<Suspension> suspensions_;
  struct Judged {
    Outcome outcome;
    std::size_t event;  // Its number in the record.
  };
  std::map<std::string, Judged, std::less<>> outcomes_;  // By alert; the last word counts.
  bool has_uncounted_outcomes_ = false;
  std::int64_t faces_seen_ = 0;
  std::int64_t alerts_ = 0;
  std::size_t runs_ = 0;
  bool is_running_ = false;
  std::size_t counted_from_event_ = 0;  // What the limit is held against begins here.
  std::int64_t counted_from_face_ = 0;
};

}  // namespace proviso::deployment
