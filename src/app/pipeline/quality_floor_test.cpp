#include "app/pipeline/quality_floor.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"

namespace proviso::pipeline {
namespace {

policy::Policy shipped(std::string_view profile) {
  EXPECT_TRUE(crypto::start());
  const auto file = std::filesystem::path(PROVISO_SOURCE) / "policies" / concat(profile, ".toml");
  return policy::Policy::parse(read_text_file(file, policy::Policy::kBytesMax).value()).value();
}

TEST(QualityFloor, IsThePolicysInEveryFigure) {
  policy::Policy policy = shipped("uk");
  policy.operating_point.face_width_px_min = 61;
  policy.quality = {.yaw_degrees_max = 11,
                    .pitch_degrees_max = 12,
                    .sharpness_min_millionths = 130'000,
                    .luminance_mean_min = 14,
                    .luminance_mean_max = 215,
                    .outside_permille_max = 160};
  const quality::QualityOptions floor = quality_floor(policy);
  EXPECT_FLOAT_EQ(floor.face_width_px_min, 61);
  EXPECT_FLOAT_EQ(floor.yaw_degrees_max, 11);
  EXPECT_FLOAT_EQ(floor.pitch_degrees_max, 12);
  EXPECT_FLOAT_EQ(floor.sharpness_min, 0.13F);
  EXPECT_FLOAT_EQ(floor.luminance_mean_min, 14);
  EXPECT_FLOAT_EQ(floor.luminance_mean_max, 215);
  EXPECT_FLOAT_EQ(floor.outside_fraction_max, 0.16F);
}

TEST(QualityFloor, OfTheShippedProfilesIsTheOneThatWasMeasured) {
  const quality::QualityOptions measured;
  for (const std::string_view profile : {"uk", "eu", "demonstration"}) {
    const quality::QualityOptions floor = quality_floor(shipped(profile));
    EXPECT_FLOAT_EQ(floor.yaw_degrees_max, measured.yaw_degrees_max) << profile;
    EXPECT_FLOAT_EQ(floor.pitch_degrees_max, measured.pitch_degrees_max) << profile;
    EXPECT_FLOAT_EQ(floor.sharpness_min, measured.sharpness_min) << profile;
    EXPECT_FLOAT_EQ(floor.luminance_mean_min, measured.luminance_mean_min) << profile;
    EXPECT_FLOAT_EQ(floor.luminance_mean_max, measured.luminance_mean_max) << profile;
    EXPECT_FLOAT_EQ(floor.outside_fraction_max, measured.outside_fraction_max) << profile;
  }
}

}  // namespace
}  // namespace proviso::pipeline
