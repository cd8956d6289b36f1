#include "safeguards/watchlist/entry_rules.h"

#include <utility>

#include "base/core/concat.h"

namespace proviso::watchlist {
namespace {

constexpr std::chrono::minutes kAskedAheadMax{5};  // Clocks of two machines may differ.

class Faults {
 public:
  void add(std::string field, std::string found, std::string needed) {
    list_.push_back(
        {.field = std::move(field), .found = std::move(found), .needed = std::move(needed)});
  }
  // Whether the mandatory field is filled.
  bool require(std::string_view field, std::string_view text, std::string_view needed) {
    if (text.empty()) add(std::string(field), "nothing", std::string(needed));
    return !text.empty();
  }
  std::vector<EntryFault> take() && { return std::move(list_); }

 private:
  std::vector<EntryFault> list_;
};

std::string ids_of(const std::vector<policy::Category>& categories) {
  std::string out;
  for (const auto& category : categories) out += concat(out.empty() ? "" : ", ", category.id);
  return out;
}

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += concat(out.empty() ? "" : ", ", word);
  return out;
}

void look_at_offence(Faults& faults, const Entry& entry, const policy::Category& category) {
  if (category.needs_offence && !entry.offence) {
    faults.add("offence", "nothing", concat("the offence, for the category ", category.id));
  }
  if (entry.offence && entry.offence->imprisonment_years_max < category.imprisonment_years_min) {
    faults.add("offence.imprisonment_years_max",
               std::to_string(entry.offence->imprisonment_years_max),
               concat("at least ", category.imprisonment_years_min, ", for ", category.id));
  }
}

void look_at_age(Faults& faults,
                 const Entry& entry,
                 const policy::Category* category,
                 WallTime now) {
  if (entry.born_on && *entry.born_on > std::chrono::floor<std::chrono::days>(now)) {
    faults.add("born_on", to_day_text(*entry.born_on), "a day that has been");
    return;
  }
  if (!is_under_18(entry, now)) return;
  if (category != nullptr && !category->under_18) {
    faults.add("category",
               category->id,
               "a category that the policy opens to people under 18, who are exceptional");
  }
  faults.require("under_18_reason",
                 entry.under_18_reason,
                 "the reason for listing this very person, who is under 18");
}

void look_at_image(Faults& faults,
                   const EntryImage& image,
                   const std::string& place,
                   const policy::Policy& policy,
                   WallTime now) {
  if (faults.require(place + ".source", image.source, "where the image comes from") &&
      !policy.allows_image_source(image.source)) {
    faults.add(place + ".source", image.source, concat("one of ", listed(policy.image_sources)));
  }
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto age = std::chrono::days(today - image.taken_on).count();
  if (age < 0 || age > policy.watchlist.image_age_days_max) {
    faults.add(
        place + ".taken_on",
        to_day_text(image.taken_on),
        concat("a day that has been, at most ", policy.watchlist.image_age_days_max, " days ago"));
  }
  faults.require(place + ".provenance", image.provenance, "by whom and how the image came");
}

void look_at_images(Faults& faults,
                    const Entry& entry,
                    const policy::Policy& policy,
                    WallTime now) {
  if (entry.images.empty()) faults.add("images", "none", "at least one image");
  for (std::size_t i = 0; i < entry.images.size(); ++i) {
    look_at_image(faults, entry.images[i], concat("images[", i, ']'), policy, now);
  }
}

void look_at_times(Faults& faults, const Entry& entry, WallTime now) {
  if (entry.asked_at > now + kAskedAheadMax) {
    faults.add("asked_at", to_rfc3339(entry.asked_at), "a time that has been");
  }
  if (entry.expires_at <= now) {
    faults.add(
        "expires_at", to_rfc3339(entry.expires_at), concat("later than now, ", to_rfc3339(now)));
  }
}

}  // namespace

std::vector<EntryFault> faults_of(const Entry& entry, const policy::Policy& policy, WallTime now) {
  Faults faults;
  faults.require("id", entry.id, "an id that no other entry has");
  faults.require("label", entry.label, "what the operator is to see");
  const policy::Category* category = policy.find_category(entry.category);
  if (faults.require("category", entry.category, "a category of the policy") &&
      category == nullptr) {
    faults.add("category", entry.category, concat("one of ", ids_of(policy.categories)));
  }
  faults.require("legal_basis", entry.legal_basis, "the law that it stands on");
  faults.require("reason", entry.reason, "why this person is sought");
  faults.require("requested_response", entry.requested_response, "what is to happen");
  faults.require("asked_by", entry.asked_by, "the officer who asks");
  faults.require("approved_by", entry.approved_by, "the officer who approves");
  if (!entry.asked_by.empty() && entry.asked_by == entry.approved_by) {
    faults.add("approved_by", entry.approved_by, "somebody else than asked_by");
  }
  look_at_times(faults, entry, now);
  look_at_images(faults, entry, policy, now);
  if (category != nullptr) look_at_offence(faults, entry, *category);
  look_at_age(faults, entry, category, now);
  return std::move(faults).take();
}

Status check(const Entry& entry, const policy::Policy& policy, WallTime now) {
  std::string message;
  for (const EntryFault& fault : faults_of(entry, policy, now)) {
    message += concat("; ", fault.field, " must be ", fault.needed, ", found ", fault.found);
  }
  if (message.empty()) return Done{};
  return Error{
      ErrorCode::kInvalidInput,
      concat("entry ", in_quotes(entry.id), message, "; correct it and have it signed again")};
}

}  // namespace proviso::watchlist
