#include "safeguards/policy/policy.h"

#include <algorithm>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/toml/toml.h"
#include "safeguards/policy/policy_reader.h"

namespace proviso::policy {
namespace {

constexpr std::string_view kFormat = "proviso/policy/v1";
constexpr std::array<Role, 2> kReviewSignatories{Role::kAuthorisingOfficer, Role::kReviewer};

// A number, not a name: what a name means is a resolver's to say.
bool is_loopback(std::string_view address) {
  const std::size_t scheme = address.find("://");
  if (scheme == std::string_view::npos) return false;
  address.remove_prefix(scheme + 3);
  const std::string_view host = address.substr(0, address.find_first_of("/?#"));
  constexpr std::string_view kV6 = "[::1]";
  if (host.starts_with(kV6)) return host.size() == kV6.size() || host[kV6.size()] == ':';
  const std::string_view number = host.substr(0, host.find(':'));
  return number.starts_with("127.") && std::count(number.begin(), number.end(), '.') == 3 &&
         number.find_first_not_of("0123456789.") == std::string_view::npos;
}

constexpr std::array<std::string_view, 3> kCameraWords{"live", "live-loopback", "recording"};

Result<CameraKinds> camera_kinds_of(FieldReader& reader) {
  PROVISO_TRY(
      const auto words,
      reader.strings("camera_kinds", {.min = 1, .max = kCameraWords.size()}, kTextBytesMax));
  const auto count = [&](std::string_view word) {
    return std::count(words.begin(), words.end(), word);
  };
  const CameraKinds kinds{.live = count("live") == 1,
                          .live_loopback = count("live-loopback") == 1,
                          .recording = count("recording") == 1};
  const std::size_t known =
      std::size_t{kinds.live} + std::size_t{kinds.live_loopback} + std::size_t{kinds.recording};
  if (words.size() != known) {
    return reader.refused("camera_kinds",
                          concat("of ", listed(kCameraWords), ", each once at most"));
  }
  return kinds;
}

Result<SignatureNeeded> signature_in(FieldReader& reader,
                                     std::string_view name,
                                     std::span<const Role> roles) {
  PROVISO_TRY(auto own, reader.object(name));
  PROVISO_TRY(const auto signature, signature_of(own, roles));
  PROVISO_TRY_DONE(own.finish());
  return signature;
}

Result<WatchlistRules> watchlist_of(FieldReader reader) {
  WatchlistRules rules;
  PROVISO_TRY(rules.vault_needed, reader.boolean("vault_needed"));
  PROVISO_TRY(rules.entries_max, whole_of(reader, limit_of("watchlist.entries_max")));
  PROVISO_TRY(rules.tested_permille_min,
              whole_of(reader, limit_of("watchlist.tested_permille_min")));
  PROVISO_TRY(rules.age_h_max, whole_of(reader, limit_of("watchlist.age_h_max")));
  PROVISO_TRY(rules.image_age_days_max, whole_of(reader, limit_of("watchlist.image_age_days_max")));
  PROVISO_TRY(rules.entry_age_days_max, whole_of(reader, limit_of("watchlist.entry_age_days_max")));
  PROVISO_TRY(rules.category_permille_warned,
              whole_of(reader, limit_of("watchlist.category_permille_warned")));
  PROVISO_TRY(rules.under_18, signature_in(reader, "under_18", kApprovers));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<OperatingLimits> operating_point_of(FieldReader reader) {
  OperatingLimits limits;
  PROVISO_TRY(limits.face_width_px_min,
              whole_of(reader, limit_of("operating_point.face_width_px_min")));
  PROVISO_TRY(limits.enrolment_face_width_px_min,
              whole_of(reader, limit_of("operating_point.enrolment_face_width_px_min")));
  PROVISO_TRY(limits.threshold_floor_millionths,
              whole_of(reader, limit_of("operating_point.threshold_floor_millionths")));
  PROVISO_TRY(limits.shots_min, whole_of(reader, limit_of("operating_point.shots_min")));
  PROVISO_TRY(limits.embeddings_per_track_max,
              whole_of(reader, limit_of("operating_point.embeddings_per_track_max")));
  if (limits.shots_min > limits.embeddings_per_track_max) {
    return reader.refused("shots_min", "at most embeddings_per_track_max");
  }
  PROVISO_TRY(limits.repeat_s_max, whole_of(reader, limit_of("operating_point.repeat_s_max")));
  PROVISO_TRY_DONE(reader.finish());
  return limits;
}

Result<QualityFloor> quality_of(FieldReader reader) {
  QualityFloor floor;
  PROVISO_TRY(floor.yaw_degrees_max, whole_of(reader, limit_of("quality.yaw_degrees_max")));
  PROVISO_TRY(floor.pitch_degrees_max, whole_of(reader, limit_of("quality.pitch_degrees_max")));
  PROVISO_TRY(floor.sharpness_min_millionths,
              whole_of(reader, limit_of("quality.sharpness_min_millionths")));
  PROVISO_TRY(floor.luminance_mean_min, whole_of(reader, limit_of("quality.luminance_mean_min")));
  PROVISO_TRY(floor.luminance_mean_max, whole_of(reader, limit_of("quality.luminance_mean_max")));
  if (floor.luminance_mean_min >= floor.luminance_mean_max) {
    return reader.refused("luminance_mean_min", "less than luminance_mean_max");
  }
  PROVISO_TRY(floor.outside_permille_max,
              whole_of(reader, limit_of("quality.outside_permille_max")));
  PROVISO_TRY_DONE(reader.finish());
  return floor;
}

Result<StatementRules> statement_of(FieldReader reader) {
  StatementRules rules;
  PROVISO_TRY(rules.answer_bytes_min, whole_of(reader, limit_of("statement.answer_bytes_min")));
  PROVISO_TRY(rules.similarity_warned_permille,
              whole_of(reader, limit_of("statement.similarity_warned_permille")));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<NoticeRules> notice_of(FieldReader reader) {
  NoticeRules rules;
  PROVISO_TRY(rules.published_h_min, whole_of(reader, limit_of("notice.published_h_min")));
  PROVISO_TRY(rules.exemption_allowed, reader.boolean("exemption_allowed"));
  PROVISO_TRY(rules.exemption_bytes_min, whole_of(reader, limit_of("notice.exemption_bytes_min")));
  PROVISO_TRY(rules.sign_positions_min, whole_of(reader, limit_of("notice.sign_positions_min")));
  PROVISO_TRY(rules.sign_photograph_needed, reader.boolean("sign_photograph_needed"));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<PresenceRules> presence_of(FieldReader reader) {
  PresenceRules rules;
  PROVISO_TRY(rules.officers_min, whole_of(reader, limit_of("presence.officers_min")));
  PROVISO_TRY(rules.attestation_s_max, whole_of(reader, limit_of("presence.attestation_s_max")));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<FalseAlertRules> false_alerts_of(FieldReader reader) {
  FalseAlertRules rules;
  PROVISO_TRY(rules.rate_per_million_max,
              whole_of(reader, limit_of("false_alerts.rate_per_million_max")));
  PROVISO_TRY(rules.confidence_permille,
              whole_of(reader, limit_of("false_alerts.confidence_permille")));
  PROVISO_TRY(rules.confirmed_max, whole_of(reader, limit_of("false_alerts.confirmed_max")));
  PROVISO_TRY(rules.resumed_by, signature_in(reader, "resumed_by", kApprovers));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<AdjudicationRules> adjudication_of(FieldReader reader) {
  AdjudicationRules rules;
  PROVISO_TRY(rules.reviewers, whole_of(reader, limit_of("adjudication.reviewers")));
  PROVISO_TRY(rules.look_s_min, whole_of(reader, limit_of("adjudication.look_s_min")));
  PROVISO_TRY(rules.stop_minutes_warned,
              whole_of(reader, limit_of("adjudication.stop_minutes_warned")));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<ReviewRules> review_of(FieldReader reader) {
  ReviewRules rules;
  PROVISO_TRY(rules.due_h, whole_of(reader, limit_of("review.due_h")));
  PROVISO_TRY(rules.signed_by, signature_in(reader, "signed_by", kReviewSignatories));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Result<RetentionRules> retention_of(FieldReader reader) {
  RetentionRules rules;
  PROVISO_TRY(rules.probe_s, whole_of(reader, limit_of("retention.probe_s")));
  PROVISO_TRY(rules.alert_h, whole_of(reader, limit_of("retention.alert_h")));
  PROVISO_TRY(rules.recording_days, whole_of(reader, limit_of("retention.recording_days")));
  PROVISO_TRY(rules.watchlist_h, whole_of(reader, limit_of("retention.watchlist_h")));
  PROVISO_TRY(rules.membership_index_days,
              whole_of(reader, limit_of("retention.membership_index_days")));
  PROVISO_TRY(rules.record_days, whole_of(reader, limit_of("retention.record_days")));
  PROVISO_TRY(rules.log_days, whole_of(reader, limit_of("retention.log_days")));
  PROVISO_TRY_DONE(reader.finish());
  return rules;
}

Status read_head(FieldReader& reader, Policy& policy) {
  PROVISO_TRY(const auto format, reader.string("format", kTextBytesMax));
  if (format != kFormat) return reader.refused("format", concat('"', kFormat, '"'));
  PROVISO_TRY(policy.id, read_id(reader, "id"));
  PROVISO_TRY(policy.title, text_of(reader, "title"));
  PROVISO_TRY(policy.controller, text_of(reader, "controller"));
  PROVISO_TRY(policy.consultation, text_of(reader, "consultation"));
  PROVISO_TRY(policy.camera_kinds, camera_kinds_of(reader));
  return Done{};
}

Status read_lists(FieldReader& reader, Policy& policy) {
  PROVISO_TRY(policy.categories, categories_of(reader));
  PROVISO_TRY(policy.use_cases, use_cases_of(reader, policy.categories));
  PROVISO_TRY(policy.image_sources, image_sources_of(reader));
  PROVISO_TRY(policy.documents, documents_of(reader));
  PROVISO_TRY(policy.places, places_of(reader));
  PROVISO_TRY(policy.tiers, tiers_of(reader));
  return Done{};
}

// Reads the table `name` with `read` into `out`.
template <typename Rules>
Status read_table(FieldReader& reader,
                  std::string_view name,
                  Result<Rules> (*read)(FieldReader),
                  Rules& out) {
  PROVISO_TRY(auto own, reader.object(name));
  PROVISO_TRY(out, read(std::move(own)));
  return Done{};
}

Status read_tables(FieldReader& reader, Policy& policy) {
  PROVISO_TRY_DONE(read_table(reader, "watchlist", watchlist_of, policy.watchlist));
  PROVISO_TRY_DONE(
      read_table(reader, "operating_point", operating_point_of, policy.operating_point));
  PROVISO_TRY_DONE(read_table(reader, "quality", quality_of, policy.quality));
  PROVISO_TRY_DONE(read_table(reader, "statement", statement_of, policy.statement));
  PROVISO_TRY_DONE(read_table(reader, "notice", notice_of, policy.notice));
  PROVISO_TRY_DONE(read_table(reader, "presence", presence_of, policy.presence));
  PROVISO_TRY_DONE(read_table(reader, "false_alerts", false_alerts_of, policy.false_alerts));
  PROVISO_TRY_DONE(read_table(reader, "adjudication", adjudication_of, policy.adjudication));
  PROVISO_TRY_DONE(read_table(reader, "review", review_of, policy.review));
  PROVISO_TRY_DONE(read_table(reader, "retention", retention_of, policy.retention));
  return Done{};
}

}  // namespace

Result<Policy> Policy::parse(std::string_view toml) {
  PROVISO_TRY(const Value::Object tree, toml::parse(toml, kBytesMax));
  FieldReader reader(tree, "policy");
  Policy policy;
  PROVISO_TRY_DONE(read_head(reader, policy));
  PROVISO_TRY_DONE(read_lists(reader, policy));
  PROVISO_TRY_DONE(read_tables(reader, policy));
  PROVISO_TRY_DONE(reader.finish());
  policy.digest = crypto::sha256(toml);
  return policy;
}

const UseCase* Policy::find_use_case(std::string_view name) const {
  const auto found = std::find_if(
      use_cases.begin(), use_cases.end(), [&](const UseCase& one) { return one.name == name; });
  return found == use_cases.end() ? nullptr : &*found;
}

const Category* Policy::find_category(std::string_view category) const {
  const auto found = std::find_if(categories.begin(), categories.end(), [&](const Category& one) {
    return one.id == category;
  });
  return found == categories.end() ? nullptr : &*found;
}

const TierRules* Policy::find_tier(Tier tier) const {
  const auto& found = tiers.at(static_cast<std::size_t>(tier));
  return found ? &*found : nullptr;
}

bool Policy::allows_image_source(std::string_view source) const {
  return std::find(image_sources.begin(), image_sources.end(), source) != image_sources.end();
}

bool Policy::allows_live_at(std::string_view address) const {
  return camera_kinds.live || (camera_kinds.live_loopback && is_loopback(address));
}

std::vector<const SensitivePlace*> Policy::places_touching(const PlacePolygon& place) const {
  std::vector<const SensitivePlace*> touched;
  for (const SensitivePlace& one : places) {
    if (touch(one.polygon, place)) touched.push_back(&one);
  }
  return touched;
}

}  // namespace proviso::policy
