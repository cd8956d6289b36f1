#include "base/image/axis_weights.h"

#include <gtest/gtest.h>

#include <random>

namespace proviso::image {
namespace {

std::uint32_t total(const AxisWeights& weights, const AxisWeights::Run& run) {
  std::uint32_t sum = run.outside;
  for (int i = 0; i < run.count; ++i) {
    sum += weights.weights[run.weights_at + static_cast<std::size_t>(i)];
  }
  return sum;
}

TEST(AxisWeights, AlwaysSumToOneAndStayInsideTheInput) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> place(-300, 300);
  std::uniform_real_distribution<double> length(0.1, 900);
  for (int i = 0; i < 5'000; ++i) {
    const int count_in = static_cast<int>(random() % 300) + 1;
    const int count_out = static_cast<int>(random() % 200) + 1;
    const AxisWeights result =
        weigh({.origin = place(random),
               .step = length(random) / count_out,
               .count_out = count_out,
               .count_in = count_in,
               .extent = count_in - (i % 2) * 0.5,
               .outside = i % 3 == 0 ? Outside::kRepeated : Outside::kEmpty});
    ASSERT_EQ(result.runs.size(), static_cast<std::size_t>(count_out));
    for (const AxisWeights::Run& run : result.runs) {
      ASSERT_EQ(total(result, run), kWeightOne);
      ASSERT_GE(run.first, 0);
      ASSERT_LE(run.first + run.count, count_in);
      if (i % 3 == 0) {
        ASSERT_EQ(run.outside, 0U);
      }
      if (run.count == 0) continue;
      ASSERT_GE(run.first, result.begin);
      ASSERT_LE(run.first + run.count, result.end);
    }
  }
}

TEST(AxisWeights, AverageWhatIsCoveredWhenShrinking) {
  const AxisWeights result =
      weigh({.origin = 0.5, .step = 2, .count_out = 1, .count_in = 4, .extent = 4});
  ASSERT_EQ(result.runs[0].count, 3);
  EXPECT_EQ(result.weights[0], kWeightOne / 4);
  EXPECT_EQ(result.weights[1], kWeightOne / 2);
  EXPECT_EQ(result.weights[2], kWeightOne / 4);
}

TEST(AxisWeights, AreLinearBetweenCentresWhenGrowingAndRepeatTheEdge) {
  const AxisWeights result =
      weigh({.origin = 0, .step = 0.5, .count_out = 4, .count_in = 2, .extent = 2});
  EXPECT_EQ(result.runs[0].count, 1);
  EXPECT_EQ(result.runs[0].first, 0);
  ASSERT_EQ(result.runs[1].count, 2);
  EXPECT_EQ(result.weights[result.runs[1].weights_at], kWeightOne * 3 / 4);
  EXPECT_EQ(result.weights[result.runs[3].weights_at + 1], kWeightOne);
}

TEST(AxisWeights, GiveTheShareOfWhatIsOutside) {
  const AxisWeights result =
      weigh({.origin = -1, .step = 2, .count_out = 3, .count_in = 2, .extent = 2});
  EXPECT_EQ(result.runs[0].outside, kWeightOne / 2);
  EXPECT_EQ(result.runs[1].outside, kWeightOne / 2);
  EXPECT_EQ(result.runs[2].outside, kWeightOne);
  EXPECT_EQ(result.runs[2].count, 0);
}

TEST(AxisWeights, GoAsFarAsTheLongestShrink) {
  const AxisWeights result =
      weigh({.origin = 0, .step = 65'535, .count_out = 1, .count_in = 65'535, .extent = 65'535});
  EXPECT_EQ(result.runs[0].count, 65'535);
  EXPECT_EQ(total(result, result.runs[0]), kWeightOne);
}

}  // namespace
}  // namespace proviso::image
