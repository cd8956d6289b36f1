#include "safeguards/policy/places.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace proviso::policy {
namespace {

PlacePolygon polygon(std::vector<PlacePolygon::Corner> corners) {
  return {.corners = std::move(corners)};
}

PlacePolygon box(std::int64_t south, std::int64_t west, std::int64_t north, std::int64_t east) {
  return polygon({{south, west}, {south, east}, {north, east}, {north, west}});
}

bool is_place(const PlacePolygon& place) {
  const auto status = check_place(place, "place");
  EXPECT_TRUE(status || status.error().code == ErrorCode::kInvalidInput);
  return status.has_value();
}

// Many corners on a slope and one beside it: simple whatever their number.
PlacePolygon fan(std::size_t corners) {
  PlacePolygon place;
  for (std::size_t n = 0; n + 1 < corners; ++n) {
    const auto step = static_cast<std::int64_t>(n);
    place.corners.push_back({step * step, step});
  }
  place.corners.push_back({1'000'000, -1'000'000});
  return place;
}

TEST(Places, CornersAreThreeToTheMost) {
  EXPECT_TRUE(is_place(fan(PlacePolygon::kCornersMin)));
  EXPECT_FALSE(is_place(fan(PlacePolygon::kCornersMin - 1)));
  EXPECT_TRUE(is_place(fan(PlacePolygon::kCornersMax)));
  EXPECT_FALSE(is_place(fan(PlacePolygon::kCornersMax + 1)));
}

TEST(Places, OneDegreeIsTheMostEitherWay) {
  EXPECT_TRUE(is_place(box(0, 0, kDegreeE7, 10)));
  EXPECT_FALSE(is_place(box(0, 0, kDegreeE7 + 1, 10)));
  EXPECT_TRUE(is_place(box(0, 0, 10, kDegreeE7)));
  EXPECT_FALSE(is_place(box(0, 0, 10, kDegreeE7 + 1)));
}

TEST(Places, PolesAndThe180thMeridianAreTheEdgeOfTheWorld) {
  EXPECT_TRUE(
      is_place(box(90 * kDegreeE7 - 5, 180 * kDegreeE7 - 5, 90 * kDegreeE7, 180 * kDegreeE7)));
  EXPECT_FALSE(is_place(box(90 * kDegreeE7 - 5, 0, 90 * kDegreeE7 + 1, 5)));
  EXPECT_FALSE(is_place(box(0, 180 * kDegreeE7 - 5, 5, 180 * kDegreeE7 + 1)));
  EXPECT_TRUE(
      is_place(box(-90 * kDegreeE7, -180 * kDegreeE7, -90 * kDegreeE7 + 5, -180 * kDegreeE7 + 5)));
  EXPECT_FALSE(is_place(box(-90 * kDegreeE7 - 1, 0, -90 * kDegreeE7 + 5, 5)));
  EXPECT_FALSE(is_place(box(0, -180 * kDegreeE7 - 1, 5, -180 * kDegreeE7 + 5)));
}

TEST(Places, OutlinesThatCrossTouchFoldOrRepeatThemselvesAreRefused) {
  EXPECT_TRUE(is_place(polygon({{0, 0}, {0, 10}, {10, 10}, {10, 0}})));   // The control.
  EXPECT_FALSE(is_place(polygon({{0, 0}, {10, 10}, {0, 10}, {10, 0}})));  // A bow tie.
  EXPECT_FALSE(is_place(polygon({{0, 0}, {0, 10}, {0, 5}})));             // A line.
  EXPECT_FALSE(is_place(polygon({{0, 0}, {0, 0}, {0, 10}, {10, 10}})));   // A corner twice.
  EXPECT_FALSE(is_place(polygon({{5, 5}, {5, 5}, {5, 5}})));
  EXPECT_FALSE(is_place(polygon({{0, 0}, {0, 10}, {10, 10}, {0, 5}, {10, 0}})));  // Touches.
  EXPECT_FALSE(is_place(polygon({{0, 0}, {0, 10}, {10, 10}, {10, 0}, {20, 0}, {10, 0}})));
}

struct Pair {
  const char* what;
  PlacePolygon a;
  PlacePolygon b;
  bool touch;
};

// Every way round: a and b exchanged, turned, mirrored and drawn backwards.
void expect_each_way(const Pair& pair) {
  const auto turned = [](PlacePolygon place) {
    for (auto& corner : place.corners) {
      corner = {corner.longitude_e7, -corner.latitude_e7};
    }
    return place;
  };
  const auto backwards = [](PlacePolygon place) {
    std::reverse(place.corners.begin(), place.corners.end());
    std::rotate(place.corners.begin(), place.corners.begin() + 1, place.corners.end());
    return place;
  };
  PlacePolygon a = pair.a;
  PlacePolygon b = pair.b;
  for (int turn = 0; turn < 4; ++turn) {
    EXPECT_EQ(touch(a, b), pair.touch) << pair.what << ", turned " << turn;
    EXPECT_EQ(touch(b, a), pair.touch) << pair.what << ", exchanged, turned " << turn;
    EXPECT_EQ(touch(backwards(a), b), pair.touch) << pair.what << ", backwards, turned " << turn;
    a = turned(std::move(a));
    b = turned(std::move(b));
  }
}

TEST(Places, TouchIsExactToOneUnit) {
  const PlacePolygon square = box(0, 0, 100, 100);
  const PlacePolygon notched =
      polygon({{0, 0}, {0, 100}, {100, 100}, {100, 60}, {40, 60}, {40, 40}, {100, 40}, {100, 0}});
  for (const Pair& pair : std::vector<Pair>{
           {"overlapping", square, box(50, 50, 150, 150), true},
           {"the same", square, square, true},
           {"one inside the other", square, box(40, 40, 60, 60), true},
           {"a cross without corners inside", box(0, 40, 100, 60), box(40, 0, 60, 100), true},
           {"sharing an edge", square, box(0, 100, 100, 200), true},
           {"sharing part of an edge", square, box(20, 100, 30, 200), true},
           {"sharing a corner", square, box(100, 100, 200, 200), true},
           {"a corner on an edge", square, polygon({{50, 100}, {0, 200}, {100, 200}}), true},
           {"one unit apart", square, box(0, 101, 100, 200), false},
           {"one unit apart at the corner", square, box(101, 101, 200, 200), false},
           {"far apart", square, box(5000, 5000, 5100, 5100), false},
           {"in the notch, inside the box only", notched, box(50, 45, 90, 55), false},
           {"in the notch, on its edge", notched, box(50, 40, 90, 55), true},
           {"a slope just missed",
            polygon({{0, 0}, {0, 100}, {100, 0}}),
            box(51, 50, 90, 90),
            false},
           {"a slope just met", polygon({{0, 0}, {0, 100}, {100, 0}}), box(50, 50, 90, 90), true},
       }) {
    ASSERT_TRUE(is_place(pair.a) && is_place(pair.b)) << pair.what;
    expect_each_way(pair);
  }
}

TEST(Places, TheLargestPlacesAtTheEndOfTheWorldAreStillExact) {
  const std::int64_t north = 90 * kDegreeE7;
  const std::int64_t east = 180 * kDegreeE7;
  const PlacePolygon below = polygon({{north - kDegreeE7, east - kDegreeE7},
                                      {north - kDegreeE7, east},
                                      {north, east - kDegreeE7}});
  EXPECT_TRUE(touch(
      below,
      polygon({{north, east}, {north - kDegreeE7 / 2, east - kDegreeE7 / 2}, {north, east - 1}})));
  EXPECT_FALSE(touch(below,
                     polygon({{north, east},
                              {north - kDegreeE7 / 2 + 1, east - kDegreeE7 / 2},
                              {north, east - kDegreeE7 / 2 + 1}})));
}

// The reference, another method: two convex outlines are apart just where the line of one of their
// edges has one strictly on each side (separating axes).
bool lie_apart(const PlacePolygon& a, const PlacePolygon& b) {
  for (const PlacePolygon* const edges : {&a, &b}) {
    const std::size_t count = edges->corners.size();
    for (std::size_t n = 0; n < count; ++n) {
      const auto& from = edges->corners[n];
      const auto& to = edges->corners[(n + 1) % count];
      const auto project = [&](const PlacePolygon& place) {
        std::vector<std::int64_t> heights;
        for (const auto& corner : place.corners) {
          heights.push_back((to.latitude_e7 - from.latitude_e7) * corner.longitude_e7 -
                            (to.longitude_e7 - from.longitude_e7) * corner.latitude_e7);
        }
        return std::pair(*std::ranges::min_element(heights), *std::ranges::max_element(heights));
      };
      const auto [a_low, a_high] = project(a);
      const auto [b_low, b_high] = project(b);
      if (a_high < b_low || b_high < a_low) return true;
    }
  }
  return false;
}

TEST(Places, RandomTrianglesAndQuadranglesAgreeWithSeparatingAxes) {
  constexpr int kPairs = 20'000;
  std::mt19937 random(20261124);
  std::uniform_int_distribution<std::int64_t> coordinate(0, 9);  // Coarse: many just touch.
  const auto triangle = [&] {
    for (;;) {
      PlacePolygon place = polygon({{coordinate(random), coordinate(random)},
                                    {coordinate(random), coordinate(random)},
                                    {coordinate(random), coordinate(random)}});
      if (check_place(place, "place")) return place;
    }
  };
  int touching = 0;
  for (int n = 0; n < kPairs; ++n) {
    const PlacePolygon a = triangle();
    const std::int64_t south = coordinate(random);
    const std::int64_t west = coordinate(random);
    const PlacePolygon b = n % 2 == 0 ? triangle() : box(south, west, south + 2, west + 3);
    const bool found = touch(a, b);
    EXPECT_EQ(found, !lie_apart(a, b));
    EXPECT_EQ(found, touch(b, a));
    touching += found ? 1 : 0;
  }
  EXPECT_GT(touching, kPairs / 10);
  EXPECT_LT(touching, kPairs - kPairs / 10);
}

}  // namespace
}  // namespace proviso::policy
