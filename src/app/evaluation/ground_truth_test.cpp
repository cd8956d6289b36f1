#include "app/evaluation/ground_truth.h"

#include <gtest/gtest.h>

namespace proviso::evaluation {
namespace {

GroundTruth sample() {
  return {.scene = "crowd",
          .seed = 7,
          .video_sha256 = std::string(64, 'a'),
          .frames = 100,
          .size = {1920, 1080},
          .persons = {{"obama", true, false}, {"b01", false, true}},
          .passes = {{.id = 1,
                      .person = "obama",
                      .listed = true,
                      .first_frame = 10,
                      .boxes = {{-15, 20, 500, 600, 970}, {0, 21, 501, 601, 1000}}}}};
}

TEST(GroundTruth, ReadsBackWhatItWrote) {
  const auto read = parse_ground_truth(to_lines(sample()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value(), sample());
  EXPECT_FLOAT_EQ(read.value().passes[0].boxes[0].rect().x, -1.5F);
}

TEST(GroundTruth, SaysThatItIsNoAccuracyFigure) {
  EXPECT_NE(to_lines(sample()).find(kFunctionalCheck), std::string::npos);
}

TEST(GroundTruth, RefusesAFileThatIsCutEmptyOrOfAnotherKind) {
  const auto lines = to_lines(sample());
  EXPECT_FALSE(parse_ground_truth(""));
  EXPECT_FALSE(parse_ground_truth(lines.substr(0, lines.find('\n') + 1)));
  EXPECT_FALSE(parse_ground_truth(lines.substr(lines.find('\n') + 1)));
  EXPECT_TRUE(parse_ground_truth(lines));
}

TEST(GroundTruth, TakesTheLongestPassAndRefusesOneFrameMore) {
  auto truth = sample();
  truth.passes[0].boxes.assign(kPassFramesMax, {0, 0, 500, 600, 1000});
  EXPECT_TRUE(parse_ground_truth(to_lines(truth)));
  truth.passes[0].boxes.emplace_back();
  EXPECT_FALSE(parse_ground_truth(to_lines(truth)));
}

}  // namespace
}  // namespace proviso::evaluation
