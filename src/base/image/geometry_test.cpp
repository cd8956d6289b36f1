#include "base/image/geometry.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace proviso::image {
namespace {

constexpr SizePx kFrame{200, 100};

// A frame's left half with a bay from its right edge to its middle.
const ZonePolygon kConcave{
    {{0, 0}, {500, 0}, {500, 250}, {250, 500}, {500, 750}, {500, 1000}, {0, 1000}}};

TEST(OverlapIou, IsSymmetricBetweenZeroAndOneAndOneForABoxWithItself) {
  std::mt19937 random(7);
  std::uniform_real_distribution<float> place(-50, 50);
  std::uniform_real_distribution<float> length(1, 80);
  for (int i = 0; i < 10'000; ++i) {
    const RectPx a{place(random), place(random), length(random), length(random)};
    const RectPx b{place(random), place(random), length(random), length(random)};
    ASSERT_EQ(overlap_iou(a, b), overlap_iou(b, a));
    ASSERT_GE(overlap_iou(a, b), 0);
    ASSERT_LE(overlap_iou(a, b), 1);
    ASSERT_NEAR(overlap_iou(a, a), 1, 1e-3);
  }
}

TEST(OverlapIou, IsTheSharedAreaOverTheUnion) {
  EXPECT_FLOAT_EQ(overlap_iou({0, 0, 2, 2}, {1, 0, 2, 2}), 2.0F / 6.0F);
  EXPECT_EQ(overlap_iou({0, 0, 2, 2}, {2, 0, 2, 2}), 0);
}

TEST(OverlapIou, IsZeroForEmptyBoxesEvenInTheSamePlace) {
  EXPECT_EQ(overlap_iou({1, 1, 0, 0}, {1, 1, 0, 0}), 0);
  EXPECT_EQ(overlap_iou({1, 1, -2, -2}, {1, 1, -2, -2}), 0);
}

TEST(Contains, FollowsTheBayOfAConcavePolygon) {
  EXPECT_TRUE(contains(kConcave, {20, 50}, kFrame));
  EXPECT_FALSE(contains(kConcave, {80, 50}, kFrame));  // In the bay.
  EXPECT_TRUE(contains(kConcave, {80, 10}, kFrame));   // Above it.
  EXPECT_TRUE(contains(kConcave, {80, 90}, kFrame));
  EXPECT_FALSE(contains(kConcave, {150, 50}, kFrame));
}

TEST(Contains, IsTheSameWhicheverWayTheCornersAreListed) {
  ZonePolygon reversed{{kConcave.corners.rbegin(), kConcave.corners.rend()}};
  for (int y = 0; y < kFrame.height; ++y) {
    for (int x = 0; x < kFrame.width; ++x) {
      const PointPx point{static_cast<float>(x) + 0.37F, static_cast<float>(y) + 0.41F};
      ASSERT_EQ(contains(kConcave, point, kFrame), contains(reversed, point, kFrame));
    }
  }
}

TEST(Contains, HoldsTheWholeFrameAndNothingOutsideItForAZoneOfTheWholeFrame) {
  const ZonePolygon whole{{{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}};
  EXPECT_TRUE(contains(whole, {0.5F, 0.5F}, kFrame));
  EXPECT_TRUE(contains(whole, {199.5F, 99.5F}, kFrame));
  EXPECT_FALSE(contains(whole, {200.5F, 50}, kFrame));
  EXPECT_FALSE(contains(whole, {100, -0.5F}, kFrame));
}

TEST(Contains, TakesTheMostCornersAZoneMayHave) {
  ZonePolygon circle;
  for (std::size_t i = 0; i < ZonePolygon::kCornersMax; ++i) {
    const double angle =
        2 * std::numbers::pi * static_cast<double>(i) / double{ZonePolygon::kCornersMax};
    circle.corners.push_back({.x_permille = static_cast<int>(500 + 400 * std::cos(angle)),
                              .y_permille = static_cast<int>(500 + 400 * std::sin(angle))});
  }
  EXPECT_TRUE(contains(circle, {50, 50}, {100, 100}));
  EXPECT_TRUE(contains(circle, {75, 75}, {100, 100}));
  EXPECT_FALSE(contains(circle, {82, 82}, {100, 100}));
}

TEST(Contains, HoldsNothingForAZoneWithoutCorners) {
  EXPECT_FALSE(contains({}, {50, 50}, {100, 100}));
}

TEST(FitSimilarity, RecoversAKnownTransform) {
  std::mt19937 random(11);
  std::uniform_real_distribution<float> place(0, 2000);
  std::uniform_real_distribution<float> turn(-3, 3);
  std::uniform_real_distribution<float> shift(-500, 500);
  for (int i = 0; i < 1'000; ++i) {
    const Similarity known{turn(random), turn(random), shift(random), shift(random)};
    std::array<PointPx, 5> from{};
    std::array<PointPx, 5> to{};
    for (std::size_t k = 0; k < from.size(); ++k) {
      from[k] = {place(random), place(random)};
      to[k] = known(from[k]);
    }
    const Similarity found = fit_similarity(from, to);
    ASSERT_NEAR(found.a, known.a, 1e-4);
    ASSERT_NEAR(found.b, known.b, 1e-4);
    ASSERT_NEAR(found.tx, known.tx, 0.05);
    ASSERT_NEAR(found.ty, known.ty, 0.05);
    ASSERT_FLOAT_EQ(found.scale(), std::hypot(found.a, found.b));
  }
}

TEST(FitSimilarity, IsNotBeatenByNearbyTransformsWhenThePointsDoNotAgree) {
  const FivePoints from{{{38, 52}, {74, 51}, {56, 72}, {42, 92}, {71, 93}}};
  const FivePoints to{{{30, 55}, {80, 49}, {50, 75}, {45, 90}, {70, 99}}};
  const auto error = [&](const Similarity& fit) {
    double sum = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
      const PointPx p = fit(from[i]);
      sum += std::pow(p.x - to[i].x, 2) + std::pow(p.y - to[i].y, 2);
    }
    return sum;
  };
  const Similarity best = fit_similarity(from, to);
  for (const float step : {-0.01F, 0.01F}) {
    EXPECT_GT(error({best.a + step, best.b, best.tx, best.ty}), error(best));
    EXPECT_GT(error({best.a, best.b + step, best.tx, best.ty}), error(best));
    EXPECT_GT(error({best.a, best.b, best.tx + step * 10, best.ty}), error(best));
    EXPECT_GT(error({best.a, best.b, best.tx, best.ty + step * 10}), error(best));
  }
}

TEST(FitSimilarity, TakesTwoPointsAndRefusesOne) {
  const std::array<PointPx, 2> from{{{0, 0}, {1, 0}}};
  const std::array<PointPx, 2> to{{{5, 5}, {5, 7}}};
  const Similarity fit = fit_similarity(from, to);
  EXPECT_NEAR(fit.a, 0, 1e-6);
  EXPECT_NEAR(fit.b, 2, 1e-6);
  EXPECT_DEATH(fit_similarity(std::span(from).first(1), std::span(to).first(1)), "from.size");
}

TEST(FitSimilarity, RefusesPointsThatAreAllEqual) {
  const std::array<PointPx, 3> from{{{0.1F, 0.7F}, {0.1F, 0.7F}, {0.1F, 0.7F}}};
  EXPECT_DEATH(fit_similarity(from, from), "any_of");
}

}  // namespace
}  // namespace proviso::image
