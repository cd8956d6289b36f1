#include "app/vault/likeness.h"

#include <gtest/gtest.h>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

Known known(const std::string& entry, std::vector<float> values) {
  return {.entry = entry, .model_pack = {}, .values = std::move(values)};
}

TEST(Likeness, NamesThoseWhoReachTheScoreTheLikestFirstAndNotTheEntryItself) {
  std::vector<Known> all{known("far", {0, 1}),
                         known("near", {0.8F, 0.6F}),
                         known("same", {1, 0}),
                         known("self", {1, 0}),
                         known("of-another-dimension", {1, 0, 0}),
                         known("of-another-pack", {1, 0})};
  all.back().model_pack.bytes[0] = 1;
  const Known self = known("self", {1, 0});
  const auto found = likenesses_of(self, all, 0.8 - 1e-6);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].entry, "same");
  EXPECT_EQ(found[1].entry, "near");
  EXPECT_EQ(to_text(found), "same (1.000), near (0.800)");
  EXPECT_EQ(likenesses_of(self, all, 0.81).size(), 1U) << "one is below that score";
  EXPECT_EQ(to_text(std::vector<Likeness>{}), "");
}

TEST(Likeness, OfAnImageThatAttractsManyNamesAsManyAsItMay) {
  std::vector<Known> all;
  for (std::size_t n = 0; n <= kLikenessesMax; ++n) all.push_back(known(concat("w-", n), {1}));
  const Known self = known("x", {1});
  const auto most = std::span<const Known>(all).first(kLikenessesMax);
  EXPECT_EQ(likenesses_of(self, most, 0.5).size(), kLikenessesMax);
  EXPECT_EQ(likenesses_of(self, all, 0.5).size(), kLikenessesMax) << "and of one more";
}

}  // namespace
}  // namespace proviso::vault
