#include "app/enrolment/composite.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace proviso::enrolment {
namespace {

constexpr int kSide = 112;

image::BgrImage drawn(const std::function<double(int x, int y)>& luma) {
  image::BgrImage picture({kSide, kSide});
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const auto value = static_cast<std::uint8_t>(std::lround(luma(x, y)));
      for (std::size_t channel = 0; channel < 3; ++channel) {
        picture.pixels[static_cast<std::size_t>(y * kSide + x) * 3 + channel] = value;
      }
    }
  }
  return picture;
}

double steps(int place, int width_px) {
  return place / width_px % 2 == 0 ? 60.0 : 190.0;
}

TEST(Composite, TwoPicturesLaidOverOneAnotherScoreHigherThanEither) {
  const auto across = [](int x, int) { return steps(x, 16); };
  const auto down = [](int, int y) { return steps(y + 8, 16); };
  const double one = composite_score(measure_composite(drawn(across), 10));
  const double other = composite_score(measure_composite(drawn(down), 10));
  const double both = composite_score(
      measure_composite(drawn([&](int x, int y) { return (across(x, y) + down(x, y)) / 2; }), 10));
  EXPECT_GT(both, one);
  EXPECT_GT(both, other);
}

TEST(Composite, AFlatPictureHasAScoreAndNoInfinity) {
  const auto flat = drawn([](int, int) { return 128.0; });
  EXPECT_TRUE(std::isfinite(composite_score(measure_composite(flat, 0))));
}

TEST(Composite, TheMeasuresAreThoseOfTheirDefinition) {
  const CompositeMeasures measures =
      measure_composite(drawn([](int x, int) { return x % 2 == 0 ? 100.0 : 140.0; }), 10);
  EXPECT_NEAR(measures.contrast, std::log(20.0), 0.01);
  EXPECT_NEAR(measures.strongest_edges, 0, 0.01) << "every pixel is an edge of one height";
  EXPECT_NEAR(measures.peakedness, 0, 0.01) << "two values have kurtosis 1";
  EXPECT_GT(measures.fine_to_coarse, 5);
}

}  // namespace
}  // namespace proviso::enrolment
