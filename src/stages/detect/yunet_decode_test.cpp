#include "stages/detect/yunet_decode.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace proviso::detect {
namespace {

constexpr image::SizePx kInput{64, 32};
constexpr float kNoNumber = std::numeric_limits<float>::quiet_NaN();

std::vector<tensor::OutputSpec> specs() {
  std::vector<tensor::OutputSpec> all;
  for (const std::size_t stride : {8U, 16U, 32U}) {
    const std::size_t cells = (64 / stride) * (32 / stride);
    const std::string suffix = "_" + std::to_string(stride);
    all.push_back({"kps" + suffix, cells * 10});
    all.push_back({"cls" + suffix, cells});
    all.push_back({"bbox" + suffix, cells * 4});
    all.push_back({"obj" + suffix, cells});
  }
  return all;
}

class YunetDecodeTest : public testing::Test {
 protected:
  YunetDecodeTest() {
    for (const tensor::OutputSpec& spec : specs()) outputs_.emplace_back(spec.floats);
  }

  // A face of 16x16 px whose middle is the cell's corner, with its eyes 4 px apart.
  void put_face(std::size_t grid, std::size_t cell, float score) {
    const YunetOutputs::Grid& g = where_.grids.at(grid);
    const auto stride = static_cast<float>(g.stride_px);
    outputs_[g.cls][cell] = score;
    outputs_[g.obj][cell] = score;
    outputs_[g.bbox][cell * 4 + 2] = std::log(16 / stride);
    outputs_[g.bbox][cell * 4 + 3] = std::log(16 / stride);
    outputs_[g.kps][cell * 10 + 2] = 4 / stride;
  }
  std::vector<Face> decoded(float confidence_min = 0.6F) const {
    return decode(where_, outputs_, kInput, confidence_min);
  }

  const YunetOutputs where_ = find_outputs(specs(), kInput).value();
  std::vector<std::vector<float>> outputs_;
};

TEST_F(YunetDecodeTest, AMissingOutputIsNamed) {
  auto all = specs();
  all[2].name = "box_8";
  const auto found = find_outputs(all, kInput);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(found.error().message.find("bbox_8"), std::string::npos);
}

TEST_F(YunetDecodeTest, AnOutputOfAnotherLengthIsNamedWithBothLengths) {
  auto all = specs();
  all[1].floats = 31;
  const auto found = find_outputs(all, kInput);
  ASSERT_FALSE(found);
  EXPECT_NE(found.error().message.find("cls_8 has 31 values, needed 32"), std::string::npos);
}

TEST_F(YunetDecodeTest, AFaceStandsAtItsCellCountedFromTheCornerOfThePicture) {
  put_face(1, 6, 0.9F);  // Stride 16, second row, third column.
  const auto faces = decoded();
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_NEAR(faces[0].confidence, 0.9F, 1e-6F);
  EXPECT_NEAR(faces[0].box.x, 32 - 8 + 0.5F, 1e-4F);
  EXPECT_NEAR(faces[0].box.y, 16 - 8 + 0.5F, 1e-4F);
  EXPECT_NEAR(faces[0].box.width, 16, 1e-4F);
  EXPECT_NEAR(faces[0].box.height, 16, 1e-4F);
  EXPECT_NEAR(faces[0].points[0].x, 32.5F, 1e-4F);
  EXPECT_NEAR(faces[0].points[1].x, 36.5F, 1e-4F);
  EXPECT_NEAR(faces[0].points[4].y, 16.5F, 1e-4F);
}

TEST_F(YunetDecodeTest, AFaceIsKeptFromTheLeastConfidenceOn) {
  put_face(0, 3, 0.7F);
  EXPECT_EQ(decoded(0.69F).size(), 1U);
  EXPECT_TRUE(decoded(0.71F).empty());
}

TEST_F(YunetDecodeTest, ValuesThatAreNoNumbersGiveNoFace) {
  put_face(0, 3, 0.9F);
  ASSERT_EQ(decoded().size(), 1U);
  const YunetOutputs::Grid& grid = where_.grids[0];
  for (float* value : {&outputs_[grid.cls][3],
                       &outputs_[grid.bbox][12],
                       &outputs_[grid.bbox][14],
                       &outputs_[grid.kps][37]}) {
    const float before = *value;
    *value = kNoNumber;
    EXPECT_TRUE(decoded().empty());
    *value = before;
  }
  outputs_[grid.bbox][14] = std::numeric_limits<float>::max();  // exp() of it is infinite.
  EXPECT_TRUE(decoded().empty());
}

TEST_F(YunetDecodeTest, EyesInOnePlaceGiveNoFace) {
  put_face(0, 3, 0.9F);
  outputs_[where_.grids[0].kps][3 * 10 + 2] = 0;
  EXPECT_TRUE(decoded().empty());
}

Face face_at(float x, float confidence) {
  return {.box = {x, 0, 10, 10}, .points = {}, .confidence = confidence};
}

TEST_F(YunetDecodeTest, OfTwoFacesThatOverlapTheMoreConfidentIsKept) {
  const std::vector<Face> faces{face_at(0, 0.7F), face_at(1, 0.9F), face_at(50, 0.8F)};
  const auto kept = without_overlaps(faces, 0.3F, 10);
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].box.x, 1);
  EXPECT_EQ(kept[1].box.x, 50);
}

TEST_F(YunetDecodeTest, AsManyFacesAsAllowedAreKeptAndOfOneMoreTheLeastConfidentGoes) {
  std::vector<Face> faces;
  for (int n = 0; n < 4; ++n) {
    faces.push_back(face_at(static_cast<float>(n * 20), 0.6F + 0.1F * static_cast<float>(n)));
  }
  EXPECT_EQ(without_overlaps(faces, 0.3F, 4).size(), 4U);
  const auto kept = without_overlaps(faces, 0.3F, 3);
  ASSERT_EQ(kept.size(), 3U);
  EXPECT_EQ(kept.back().box.x, 20);
}

}  // namespace
}  // namespace proviso::detect
