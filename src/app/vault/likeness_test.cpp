#include "app/vault/likeness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

Known known(const std::string& entry, std::vector<float> values) {
  return {.entry = entry, .model_pack = {}, .values = std::move(values)};
}

// "w-7 (0.712), w-9 (0.501)"
std::string to_text(std::span<const Likeness> likenesses) {
  constexpr int kThousand = 1000;
  std::string text;
  for (const Likeness& one : likenesses) {
    const auto thousandths = std::clamp<long>(std::lround(one.score * kThousand), 0, kThousand);
    const std::string digits = std::to_string(kThousand + thousandths);  // "1712": the first goes.
    text += concat(text.empty() ? "" : ", ",
                   one.entry,
                   thousandths == kThousand ? " (1." : " (0.",
                   std::string_view(digits).substr(1),
                   ')');
  }
  return text;
}

std::vector<Likeness> likenesses_of(const Known& one, std::span<const Known> all, double score) {
  auto index = LikenessIndex::create(all, 2);
  EXPECT_TRUE(index.has_value()) << index.error().message;
  return index.value().of(std::span(&one, 1), score).front();
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
  for (std::size_t n = 0; n <= kLikenessesMax; ++n) all.push_back(known(concat("w-", n), {1, 0}));
  const Known self = known("x", {1, 0});
  const auto most = std::span<const Known>(all).first(kLikenessesMax);
  EXPECT_EQ(likenesses_of(self, most, 0.5).size(), kLikenessesMax);
  EXPECT_EQ(likenesses_of(self, all, 0.5).size(), kLikenessesMax) << "and of one more";
}

TEST(Likeness, OfManyAtOnceIsThatOfEachAlone) {
  std::vector<Known> all;
  for (int n = 0; n < 50; ++n) {
    const auto angle = static_cast<float>(n) * 0.03F;
    all.push_back(known(concat("w-", n), {std::cos(angle), std::sin(angle)}));
  }
  all[7].model_pack.bytes[0] = 1;  // Stands alone.
  auto index = LikenessIndex::create(all, 2).value();
  const auto together = index.of(all, 0.98);
  ASSERT_EQ(together.size(), all.size());
  for (std::size_t n = 0; n < all.size(); ++n) {
    EXPECT_EQ(to_text(together[n]), to_text(likenesses_of(all[n], all, 0.98))) << n;
  }
  EXPECT_EQ(together[7].size(), 0U);
  EXPECT_GE(together[20].size(), 6U) << "control";
}

TEST(Likeness, OfNobodyIsNone) {
  EXPECT_TRUE(likenesses_of(known("x", {1, 0}), {}, 0.5).empty());
}

}  // namespace
}  // namespace proviso::vault
