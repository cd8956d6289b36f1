#include "app/commands/policy_page.h"

#include <array>
#include <functional>

#include "base/core/concat.h"
#include "base/core/digits.h"

namespace proviso::commands {
namespace {

constexpr double kMillion = 1e6;

void head(std::string& out, std::string_view text) {
  out += concat('\n', text, '\n');
}

void item(std::string& out, const std::string& text) {
  out += concat("  - ", text, '\n');
}

void detail(std::string& out, const std::string& text) {
  out += concat("      ", text, '\n');
}

template <typename Items>
std::string joined(const Items& items, const auto& text_of) {
  std::string out;
  for (const auto& one : items) out += concat(out.empty() ? "" : ", ", text_of(one));
  return out;
}

std::string text_of(const policy::SignatureNeeded& signature) {
  if (signature.role == policy::Role::kIndependentAuthority) return "independent authority";
  return concat(to_text(signature.role), " (", to_text(signature.rank_min), " or above)");
}

std::string cameras_of(const policy::CameraKinds& kinds) {
  std::vector<std::string_view> words;
  if (kinds.live) words.emplace_back("live cameras");
  if (kinds.live_loopback && !kinds.live) words.emplace_back("streams of this very machine");
  if (kinds.recording) words.emplace_back("recordings");
  return joined(words, [](std::string_view word) { return word; });
}

void add_use(std::string& out, const policy::Policy& policy) {
  head(out, "Why, and who");
  for (const policy::UseCase& one : policy.use_cases) {
    item(out, concat(one.name, ": for ", joined(one.categories, std::identity())));
    detail(out, concat("shown by ", joined(one.evidence, [](const policy::Evidence& evidence) {
                         if (evidence.kind != policy::EvidenceKind::kDate) return evidence.name;
                         return concat(
                             evidence.name, " (at most ", evidence.age_days_max, " days old)");
                       })));
  }
  for (const policy::Category& one : policy.categories) {
    std::string notes;
    if (one.under_18) notes += "; minors with a reason and an approval each";
    if (one.needs_offence) notes += "; its offence named";
    if (one.imprisonment_years_min > 0) {
      notes +=
          concat(", with a maximum sentence of at least ", one.imprisonment_years_min, " years");
    }
    item(out, concat(one.id, ": ", one.title, notes));
  }
  item(out, concat("photographs from: ", joined(policy.image_sources, std::identity())));
}

void add_tiers(std::string& out, const policy::Policy& policy) {
  head(out, "Who signs");
  for (const auto tier :
       {policy::Tier::kOrdinary, policy::Tier::kUrgent, policy::Tier::kSensitivePlace}) {
    const policy::TierRules* const rules = policy.find_tier(tier);
    if (rules == nullptr) {
      item(out, concat(to_text(tier), ": not to be had"));
      continue;
    }
    item(out,
         concat(to_text(tier),
                ": ",
                joined(rules->signatures, [](const auto& one) { return text_of(one); }),
                "; each another person; at most ",
                rules->window_minutes_max,
                " minutes"));
    if (const auto& counter = rules->countersignature) {
      detail(out,
             concat("countersigned by ",
                    text_of(counter->by),
                    " within ",
                    counter->deadline_minutes,
                    " minutes of the start, else it stops",
                    counter->refusal_deletes ? "; a refusal deletes everything" : ""));
    }
  }
  item(out, concat("sensitive places: ", policy.places.size()));
  for (const policy::SensitivePlace& place : policy.places) {
    detail(out, concat(place.id, " (", to_text(place.kind), "): ", place.name));
  }
  item(out, concat("documents: ", joined(policy.documents, [](const policy::DocumentNeeded& one) {
                     return concat(one.id, " (reviewed within ", one.age_days_max, " days)");
                   })));
}

void add_path(std::string& out, const policy::Policy& policy) {
  const policy::OperatingLimits& point = policy.operating_point;
  const policy::WatchlistRules& list = policy.watchlist;
  head(out, "The list and the operating point");
  item(out,
       concat("list: at most ",
              list.entries_max,
              " entries, sealed at most ",
              list.age_h_max,
              " h before the start; the accuracy test's list at least ",
              list.tested_permille_min,
              " per mille of its size"));
  item(out,
       list.vault_needed ? "lists of a vault alone, where two people signed for each entry"
                         : "lists of a vault, or in the clear, where nobody signs for an entry");
  item(out,
       concat("entries compared with their source within ",
              list.entry_age_days_max,
              " days; photographs at most ",
              list.image_age_days_max,
              " days old"));
  item(out, concat("minors: each approved by ", text_of(list.under_18)));
  item(out,
       concat("threshold ",
              fixed_digits(point.threshold_floor_millionths / kMillion, 6),
              " or higher; at least ",
              point.shots_min,
              " shots must agree, of at most ",
              point.embeddings_per_track_max));
  item(out,
       concat("faces of ",
              point.face_width_px_min,
              " px and more; photographs of ",
              point.enrolment_face_width_px_min,
              " px and more"));
}

void add_conduct(std::string& out, const policy::Policy& policy) {
  const policy::FalseAlertRules& alerts = policy.false_alerts;
  const policy::RetentionRules& kept = policy.retention;
  head(out, "While it runs");
  item(out,
       concat("notice ",
              policy.notice.published_h_min,
              " h before; ",
              policy.notice.sign_positions_min,
              " signs or more, each attested",
              policy.notice.exemption_allowed ? "; a critical threat may exempt" : ""));
  item(out,
       concat("officers: ",
              policy.presence.officers_min,
              " or more, attested every ",
              policy.presence.attestation_s_max,
              " s"));
  item(out,
       concat("suspends itself at ",
              alerts.confirmed_max,
              " confirmed false alerts, or above ",
              alerts.rate_per_million_max,
              " false alerts per million faces; resumed by ",
              text_of(alerts.resumed_by)));
  item(out,
       concat(
           "each alert judged by ", policy.adjudication.reviewers, " people, blind to each other"));
  head(out, "Afterwards");
  item(out,
       concat("review due within ",
              policy.review.due_h,
              " h, signed by ",
              text_of(policy.review.signed_by),
              "; until then nothing starts at the place"));
  item(out,
       concat("kept at most: templates of passers-by ",
              kept.probe_s,
              " s, alerts ",
              kept.alert_h,
              " h, recordings ",
              kept.recording_days,
              " days, the list ",
              kept.watchlist_h,
              " h after the end, records ",
              kept.record_days,
              " days, the log ",
              kept.log_days,
              " days"));
}

}  // namespace

std::string policy_page(const policy::Policy& policy) {
  std::string out = concat(policy.title,
                           "\n\nid            ",
                           policy.id,
                           "\nsha256        ",
                           crypto::to_hex(policy.digest),
                           "\ncontroller    ",
                           policy.controller,
                           "\nconsultation  ",
                           policy.consultation,
                           "\ncameras       ",
                           cameras_of(policy.camera_kinds),
                           '\n');
  add_use(out, policy);
  add_tiers(out, policy);
  add_path(out, policy);
  add_conduct(out, policy);
  return out;
}

}  // namespace proviso::commands
