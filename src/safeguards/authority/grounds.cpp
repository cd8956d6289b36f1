#include "safeguards/authority/grounds.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "base/core/concat.h"
#include "safeguards/policy/words.h"

namespace proviso::authority {
namespace {

constexpr std::string_view kMidnight = "T00:00:00Z";
constexpr std::size_t kDateBytes = 10;

constexpr std::array<std::string_view, 4> kBasisWords{
    "crime-hotspot", "access-route", "protective-security-operation", "intelligence"};
static_assert(kBasisWords.size() == std::size(kLocationBases));

}  // namespace

std::string to_date(std::chrono::sys_days day) {
  return to_rfc3339(day).substr(0, kDateBytes);
}

Result<std::chrono::sys_days> parse_date(std::string_view text) {
  const auto midnight = parse_rfc3339(concat(text, kMidnight));
  if (text.size() != kDateBytes || !midnight) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a date is written YYYY-MM-DD, from 1970-01-01 to 2105-12-31; found ",
                        in_quotes(text),
                        "; correct it")};
  }
  return std::chrono::floor<std::chrono::days>(midnight.value());
}

std::string_view to_text(LocationBasis basis) {
  return policy::word_of(kBasisWords, basis);
}

Result<LocationBasis> parse_location_basis(std::string_view text) {
  return policy::parse_word<LocationBasis>(kBasisWords, text, "a location basis");
}

std::vector<std::string_view> evidence_of(LocationBasis basis) {
  switch (basis) {
    case LocationBasis::kCrimeHotspot: return {"analysis_reference", "area"};
    case LocationBasis::kAccessRoute: return {"analysis_reference", "hotspot", "route"};
    case LocationBasis::kProtectiveSecurityOperation: return {"operation_reference", "site"};
    case LocationBasis::kIntelligence: return {"intelligence_reference", "assessed_on", "grading"};
  }
  PROVISO_CHECK(false);
}

}  // namespace proviso::authority
