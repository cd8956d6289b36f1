#include "safeguards/policy/tier.h"

#include "safeguards/policy/words.h"

namespace proviso::policy {
namespace {

constexpr std::array<std::string_view, kTiers> kTierWords{"ordinary", "urgent", "sensitive-place"};

}  // namespace

std::string_view to_text(Tier tier) {
  return word_of(kTierWords, tier);
}

Result<Tier> parse_tier(std::string_view text) {
  return parse_word<Tier>(kTierWords, text, "a tier");
}

}  // namespace proviso::policy
