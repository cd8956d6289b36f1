#include "app/vault/findings.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

constexpr double kThreshold = 0.4;
constexpr std::size_t kCompared = 40;

std::vector<std::string> names(std::span<const Finding> findings) {
  std::vector<std::string> names;
  for (const Finding& one : findings) names.push_back(one.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(Findings, TellASameFaceFromALookAlikeByTheirScores) {
  const std::vector<float> face{1, 0};
  const std::vector<Neighbour> near{
      {.entry = "w-1", .score = kSameFaceScore, .values = face},
      {.entry = "w-2", .score = kSameFaceScore - 0.01, .values = face},
      {.entry = "w-3", .score = kThreshold - 0.01, .values = face}};
  const auto found = findings_of(near, kCompared, kThreshold);
  ASSERT_EQ(names(found), (Names{"same-face", "look-alike"}));
  EXPECT_EQ(found[0].others, Names{"w-1"});
  EXPECT_EQ(found[1].others, Names{"w-2"}) << "w-3 is under the threshold";
  EXPECT_EQ(to_text(found[1]), "look-alike w-2 (0.590)");
}

TEST(Findings, AFaceLikeTwoWhoAreUnlikeEachOtherStandsBetweenThem) {
  const std::vector<float> one{1, 0};
  const std::vector<float> other{0, 1};
  const std::vector<Neighbour> unlike{{.entry = "w-1", .score = 0.39, .values = one},
                                      {.entry = "w-2", .score = 0.35, .values = other}};
  const auto found = findings_of(unlike, kCompared, kThreshold);
  ASSERT_EQ(names(found), Names{"stands-between"});
  EXPECT_EQ(found[0].others, (Names{"w-1", "w-2"}));
  EXPECT_NEAR(found[0].score, (0.39 + 0.35) / std::sqrt(2), 1e-6);
  const std::vector<Neighbour> alike{unlike[0], {.entry = "w-2", .score = 0.35, .values = one}};
  EXPECT_TRUE(findings_of(alike, kCompared, kThreshold).empty()) << "two entries of one person";
  EXPECT_TRUE(findings_of(unlike, 20'000, kThreshold).empty()) << "two strangers of so many";
}

TEST(Findings, AFaceOfTheListThatIsALittleLikeAStrangerDoesNotStandBetweenThem) {
  const std::vector<float> one{1, 0};
  const std::vector<float> other{0, 1};
  const std::vector<Neighbour> near{{.entry = "w-1", .score = 0.8, .values = one},
                                    {.entry = "w-2", .score = 0.3, .values = other}};
  EXPECT_EQ(names(findings_of(near, kCompared, kThreshold)), Names{"same-face"});
}

TEST(Findings, SomebodyOfTheCohortIsNoLookAlikeYetAMorphOfTwoOfItIsSeen) {
  const std::vector<float> one{1, 0};
  const std::vector<float> other{0, 1};
  const std::vector<Neighbour> near{
      {.entry = "c-1", .score = 0.5, .values = one, .is_of_cohort = true},
      {.entry = "c-2", .score = 0.4, .values = other, .is_of_cohort = true}};
  EXPECT_EQ(names(findings_of(near, kCompared, kThreshold)), Names{"stands-between"});
  EXPECT_TRUE(findings_of(std::span(near).first(1), kCompared, kThreshold).empty());
}

TEST(Findings, AFaceThatReachesThreeWhoAreUnlikeEachOtherAttractsStrangers) {
  const std::vector<std::vector<float>> faces{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  std::vector<Neighbour> near;
  for (const auto& face : faces) {
    near.push_back({.entry = concat("w-", near.size()), .score = kThreshold, .values = face});
  }
  EXPECT_EQ(names(findings_of(near, kCompared, kThreshold)),
            (Names{"look-alike", "attracts-strangers", "stands-between"}));
  near[2].values = faces[1];
  EXPECT_EQ(names(findings_of(near, kCompared, kThreshold)),
            (Names{"look-alike", "stands-between"}))
      << "two entries of one person";
}

TEST(Findings, AStrangerToAllIsNoneAndEveryNameHasItsMeaning) {
  EXPECT_TRUE(findings_of({}, kCompared, kThreshold).empty());
  for (const auto name :
       {kSameFace, kLookAlike, kAttractsStrangers, kStandsBetween, kComposite, kDoubtfulFace}) {
    EXPECT_FALSE(meaning_of(name).empty());
  }
}

}  // namespace
}  // namespace proviso::vault
