#include <algorithm>
#include <chrono>
#include <set>

#include "base/core/concat.h"
#include "safeguards/authority/rule_list.h"
#include "safeguards/authority/rules.h"

namespace proviso::authority {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::uint64_t kPermille = 1000;

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += concat(out.empty() ? "" : ", ", word);
  return out;
}

std::string days_text(std::int64_t days) {
  return concat(days, days == 1 ? " day" : " days");
}

// Days from `day` to the start's; negative for a day after it.
std::int64_t age_days(std::chrono::sys_days day, WallTime start) {
  return (std::chrono::floor<std::chrono::days>(start) - day).count();
}

bool is_recent(std::chrono::sys_days day, WallTime start, int age_days_max) {
  const std::int64_t age = age_days(day, start);
  return age >= 0 && age <= age_days_max;
}

// What is wrong with one piece of evidence; empty where nothing is.
std::string fault_of(const policy::Evidence& needed, const Statement& statement) {
  const auto& evidence = statement.use_case.evidence;
  const auto found = evidence.find(needed.name);
  if (found == evidence.end()) return concat("no ", needed.name);
  if (needed.kind != policy::EvidenceKind::kDate) return {};
  const auto day = parse_date(found->second);
  if (!day) return concat(needed.name, " is no date: ", in_quotes(found->second));
  if (is_recent(day.value(), statement.not_before, needed.age_days_max)) return {};
  return concat(needed.name, " is ", found->second);
}

std::string needed_text(const policy::Evidence& evidence) {
  if (evidence.kind != policy::EvidenceKind::kDate) return evidence.name;
  return concat(
      evidence.name, " (a date at most ", days_text(evidence.age_days_max), " before the start)");
}

void add_use_case(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  const policy::UseCase* use_case = policy.find_use_case(statement.use_case.name);
  std::vector<std::string> names;
  for (const auto& other : policy.use_cases) names.push_back(other.name);
  list.add("use-case",
           "The use case is one that the policy knows.",
           use_case != nullptr,
           {statement.use_case.name, concat("one of: ", joined(names))});
  if (use_case == nullptr) return;

  std::vector<std::string> faults;
  std::vector<std::string> needed;
  std::set<std::string, std::less<>> known;
  for (const policy::Evidence& evidence : use_case->evidence) {
    needed.push_back(needed_text(evidence));
    known.insert(evidence.name);
    if (auto fault = fault_of(evidence, statement); !fault.empty()) faults.push_back(fault);
  }
  for (const auto& [name, text] : statement.use_case.evidence) {
    if (!known.contains(name)) faults.push_back(concat(name, " is not asked for"));
  }
  list.add("use-case-evidence",
           "The use case has the evidence that the policy asks for, and no other.",
           faults.empty(),
           {faults.empty() ? joined(needed) : joined(faults), joined(needed)});
}

void add_answers(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  const Proportionality& four = statement.proportionality;
  const std::set<std::string_view> different{
      four.aim, four.link, four.less_intrusive_means, four.fair_balance};
  const auto shortest = std::min({four.aim.size(),
                                  four.link.size(),
                                  four.less_intrusive_means.size(),
                                  four.fair_balance.size()});
  list.add("proportionality-length",
           "Each of the four proportionality answers says something.",
           shortest >= static_cast<std::size_t>(policy.statement.answer_bytes_min),
           {concat("the shortest has ", shortest, " bytes"),
            concat("at least ", policy.statement.answer_bytes_min, " bytes each")});
  list.add("proportionality-different",
           "The four proportionality answers are four.",
           different.size() == 4,
           {concat(different.size(), " different answers"), "4 different answers"});
}

void add_document(RuleList& list,
                  const policy::DocumentNeeded& needed,
                  const Statement& statement) {
  std::optional<std::chrono::sys_days> reviewed_on;
  if (needed.id == kAccuracyReportId) reviewed_on = statement.accuracy_report.reviewed_on;
  for (const Document& document : statement.documents) {
    if (document.id == needed.id) reviewed_on = document.reviewed_on;
  }
  list.add(concat("document-", needed.id),
           concat("The authority stands on a reviewed document: ", needed.id, "."),
           reviewed_on && is_recent(*reviewed_on, statement.not_before, needed.age_days_max),
           {reviewed_on ? concat("reviewed on ", to_date(*reviewed_on)) : "none",
            concat("reviewed at most ", days_text(needed.age_days_max), " before the start")});
}

void add_accuracy(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  const AccuracyReport& report = statement.accuracy_report;
  const auto share = static_cast<std::uint64_t>(policy.watchlist.tested_permille_min);
  // Rounded up: a fraction of an entry was not tested.
  const std::uint64_t tested_min =
      (statement.watchlist_entries_max * share + kPermille - 1) / kPermille;
  list.add("accuracy-size",
           "Accuracy was tested with a list about as long as this one may be.",
           report.tested_entries >= tested_min,
           {concat("tested with ",
                   report.tested_entries,
                   " entries; the list may have ",
                   statement.watchlist_entries_max),
            concat("tested with at least ", tested_min, " entries")});
  list.add("accuracy-threshold",
           "The threshold is none below those that were tested.",
           statement.threshold_millionths >= report.threshold_millionths,
           {concat(statement.threshold_millionths, " millionths"),
            concat("at least ", report.threshold_millionths, " millionths")});
  list.add("threshold-floor",
           "The threshold is not below the policy's floor.",
           statement.threshold_millionths >= policy.operating_point.threshold_floor_millionths,
           {concat(statement.threshold_millionths, " millionths"),
            concat("at least ", policy.operating_point.threshold_floor_millionths, " millionths")});
}

void add_watchlist(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  const auto entries_max = static_cast<std::uint64_t>(policy.watchlist.entries_max);
  list.add("watchlist-size",
           "The list may not be longer than the policy allows.",
           statement.watchlist_entries_max <= entries_max,
           {concat("at most ", statement.watchlist_entries_max, " entries"),
            concat("at most ", entries_max, " entries")});
  const WallTime built_at = statement.watchlist_built_at;
  list.add(
      "watchlist-age",
      "The list was made shortly before the start.",
      built_at <= statement.not_before &&
          statement.not_before - built_at <= hours(policy.watchlist.age_h_max),
      {concat(
           "made at ", to_rfc3339(built_at), ", the start is ", to_rfc3339(statement.not_before)),
       concat("at most ", policy.watchlist.age_h_max, " h before the start")});
}

void add_urgency(RuleList& list, const Statement& statement, const policy::TierRules& tier) {
  const std::size_t reason_bytes = statement.urgency ? statement.urgency->reason.size() : 0;
  list.add(
      "urgency-reason",
      "The urgency has a reason.",
      reason_bytes >= static_cast<std::size_t>(tier.statement_bytes_min),
      {concat(reason_bytes, " bytes"), concat("at least ", tier.statement_bytes_min, " bytes")});
  const int minutes_max = tier.countersignature ? tier.countersignature->deadline_minutes : 0;
  const WallTime latest = statement.not_before + minutes(minutes_max);
  list.add("countersign-deadline",
           "The countersignature is due soon after the start.",
           statement.urgency && statement.urgency->countersign_by <= latest,
           {statement.urgency ? to_rfc3339(statement.urgency->countersign_by) : "none",
            concat("at the latest ", to_rfc3339(latest))});
}

void add_tier(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  const policy::TierRules* tier = policy.find_tier(statement.tier);
  list.add("tier",
           "The tier is one that the policy knows.",
           tier != nullptr,
           {std::string(policy::to_text(statement.tier)), "a tier of the policy"});
  if (tier == nullptr) return;
  const auto length =
      std::chrono::ceil<minutes>(statement.not_after - statement.not_before).count();
  list.add("window-length",
           "The window is not longer than the tier allows.",
           length <= tier->window_minutes_max,
           {concat(length, " minutes"), concat("at most ", tier->window_minutes_max, " minutes")});
  if (statement.tier == policy::Tier::kUrgent) add_urgency(list, statement, *tier);
}

void add_sensitive_places(RuleList& list,
                          const Statement& statement,
                          const policy::Policy& policy) {
  std::vector<std::string> touched;
  for (const auto* place : policy.places_touching(statement.place)) {
    touched.push_back(concat(place->name, " (", policy::to_text(place->kind), ")"));
  }
  const bool is_sensitive = statement.tier == policy::Tier::kSensitivePlace;
  list.add("sensitive-place",
           "A place that touches a sensitive one is authorised as such.",
           touched.empty() || is_sensitive,
           {concat(touched.empty() ? "touches none" : concat("touches ", joined(touched)),
                   "; the tier is ",
                   policy::to_text(statement.tier)),
            touched.empty() ? "any tier" : "the tier sensitive-place"});
  const policy::TierRules* tier = policy.find_tier(policy::Tier::kSensitivePlace);
  if (!is_sensitive || tier == nullptr) return;
  list.add("expression-and-assembly",
           "The authority says how expression and assembly are kept free.",
           statement.expression_and_assembly.size() >=
               static_cast<std::size_t>(tier->statement_bytes_min),
           {concat(statement.expression_and_assembly.size(), " bytes"),
            concat("at least ", tier->statement_bytes_min, " bytes")});
}

void add_notice(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  constexpr std::string_view kText =
      "The public is told beforehand, or the authority says why not.";
  const policy::NoticeRules& rules = policy.notice;
  if (const auto& published = statement.notice.published) {
    const WallTime latest = statement.not_before - hours(rules.published_h_min);
    list.add("notice",
             kText,
             published->published_at <= latest,
             {concat("published at ", to_rfc3339(published->published_at)),
              concat("published by ",
                     to_rfc3339(latest),
                     ", ",
                     rules.published_h_min,
                     " h before the start")});
  } else {
    list.add(
        "notice",
        kText,
        rules.exemption_allowed && statement.notice.exemption.size() >=
                                       static_cast<std::size_t>(rules.exemption_bytes_min),
        {concat("no notice; a reason of ", statement.notice.exemption.size(), " bytes"),
         rules.exemption_allowed
             ? concat("a notice, or a reason of at least ", rules.exemption_bytes_min, " bytes")
             : "a notice; the policy knows no exemption"});
  }
  list.add("signs",
           "Signs stand before the zone of recognition.",
           statement.signs.size() >= static_cast<std::size_t>(rules.sign_positions_min),
           {concat(statement.signs.size(), " positions"),
            concat("at least ", rules.sign_positions_min)});
}

void add_conduct(RuleList& list, const Statement& statement, const policy::Policy& policy) {
  list.add("presence",
           "Officers are at the cameras, and say so again in time.",
           statement.presence.officers_min >= policy.presence.officers_min &&
               statement.presence.attestation_s <= policy.presence.attestation_s_max,
           {concat(statement.presence.officers_min,
                   " officers, said every ",
                   statement.presence.attestation_s,
                   " s"),
            concat("at least ",
                   policy.presence.officers_min,
                   " officers, said every ",
                   policy.presence.attestation_s_max,
                   " s or sooner")});
  std::vector<std::string> refused;
  for (const AuthorisedCamera& camera : statement.cameras) {
    const bool is_live = camera.kind == CameraKind::kLive;
    if (is_live ? policy.allows_live_at(camera.address) : policy.allows_recording()) continue;
    refused.push_back(concat(camera.id.text(), is_live ? " (live)" : " (recording)"));
  }
  std::vector<std::string> allowed;
  if (policy.camera_kinds.live) allowed.push_back("live cameras");
  if (policy.camera_kinds.live_loopback) allowed.push_back("streams of this machine");
  if (policy.camera_kinds.recording) allowed.push_back("recordings");
  list.add(
      "camera-kinds",
      "The cameras are of a kind that the policy allows.",
      refused.empty(),
      {refused.empty() ? concat(statement.cameras.size(), " of an allowed kind") : joined(refused),
       joined(allowed)});
}

}  // namespace

std::vector<Rule> content_rules(const Statement& statement, const policy::Policy& policy) {
  RuleList list;
  list.add("policy",
           "The authority names the policy of the site.",
           statement.policy_digest == policy.digest,
           {crypto::to_hex(statement.policy_digest), crypto::to_hex(policy.digest)});
  add_tier(list, statement, policy);
  add_use_case(list, statement, policy);
  add_answers(list, statement, policy);
  add_sensitive_places(list, statement, policy);
  for (const policy::DocumentNeeded& needed : policy.documents) {
    add_document(list, needed, statement);
  }
  add_accuracy(list, statement, policy);
  add_watchlist(list, statement, policy);
  add_notice(list, statement, policy);
  add_conduct(list, statement, policy);
  return std::move(list).take();
}

}  // namespace proviso::authority
