#include "adapters/ffmpeg/orientation.h"

#include <gtest/gtest.h>

#include <limits>

extern "C" {
#include <libavutil/display.h>
}

namespace proviso::ffmpeg {
namespace {

DisplayMatrix turned(double clockwise_degrees, bool is_mirrored = false) {
  DisplayMatrix matrix{};
  av_display_rotation_set(matrix.data(), clockwise_degrees);
  if (is_mirrored) av_display_matrix_flip(matrix.data(), 1, 0);
  return matrix;
}

TEST(QuarterTurns, AreThoseOfTheMatrix) {
  EXPECT_EQ(quarter_turns_of(turned(0)), 0);
  EXPECT_EQ(quarter_turns_of(turned(90)), 1);
  EXPECT_EQ(quarter_turns_of(turned(180)), 2);
  EXPECT_EQ(quarter_turns_of(turned(270)), 3);
  EXPECT_EQ(quarter_turns_of(turned(-90)), 3);
}

TEST(QuarterTurns, OtherAnglesGoToTheNearest) {
  EXPECT_EQ(quarter_turns_of(turned(44)), 0);
  EXPECT_EQ(quarter_turns_of(turned(46)), 1);
  EXPECT_EQ(quarter_turns_of(turned(200)), 2);
}

TEST(QuarterTurns, AMirrorAloneIsNoTurn) {
  EXPECT_EQ(quarter_turns_of(turned(0, true)), 0);
  EXPECT_EQ(quarter_turns_of(turned(90, true)), 1);
  EXPECT_EQ(quarter_turns_of(turned(180, true)), 2);
}

TEST(QuarterTurns, AMatrixWithoutAnAngleIsNoTurn) {
  EXPECT_EQ(quarter_turns_of(DisplayMatrix{}), 0);
  constexpr std::int32_t kLeast = std::numeric_limits<std::int32_t>::min();
  const int turns = quarter_turns_of(
      DisplayMatrix{kLeast, kLeast, kLeast, kLeast, kLeast, kLeast, kLeast, kLeast, kLeast});
  EXPECT_GE(turns, 0);
  EXPECT_LE(turns, 3);
  quarter_turns_of(DisplayMatrix{kLeast, 0, 0, 0, 1, 0, 0, 0, 1});
}

}  // namespace
}  // namespace proviso::ffmpeg
