#include "stages/quality/assessor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/jpeg/jpeg.h"
#include "base/core/file.h"
#include "base/image/orient.h"
#include "base/image/resample.h"

namespace proviso::quality {
namespace {

using image::RectPx;
using image::SizePx;

// Boxes and points that YuNet gives on the photographs of the media.
struct Known {
  const char* photograph;
  detect::Face face;
};
const Known kObama{
    "obama.jpg",
    {{374, 95, 231, 321}, {{{443, 208}, {550, 210}, {501, 271}, {445, 317}, {544, 320}}}, 0.95F}};
const Known kBiden{
    "biden.jpg",
    {{428, 177, 277, 383}, {{{531, 324}, {651, 346}, {592, 411}, {513, 451}, {618, 471}}}, 0.93F}};
const Known kThreeQuarter{
    "sample1.jpg",
    {{420, 361, 176, 238}, {{{438, 461}, {508, 457}, {454, 503}, {453, 546}, {508, 541}}}, 0.94F}};
const Known kProfile{
    "sample2.jpg",
    {{353, 122, 187, 308}, {{{374, 256}, {419, 244}, {365, 308}, {402, 362}, {438, 351}}}, 0.89F}};
const Known kAnotherProfile{
    "t1.jpg",
    {{906, 59, 100, 144}, {{{921, 122}, {946, 117}, {920, 150}, {935, 172}, {959, 167}}}, 0.92F}};

struct Picture {
  image::YuvImage pixels;
  detect::Face face;
};

detect::Face moved(const detect::Face& face, const image::Similarity& transform) {
  detect::Face result = face;
  const image::PointPx corner = transform({face.box.x, face.box.y});
  result.box = {corner.x, corner.y, face.box.width * transform.a, face.box.height * transform.a};
  for (image::PointPx& point : result.points) point = transform(point);
  return result;
}

// The face and as much again around it, `face_width_px` wide.
Picture picture(const Known& known, float face_width_px) {
  const auto file =
      read_file(std::string(PROVISO_DEPS "/media/") + known.photograph, jpeg::kBytesMax);
  EXPECT_TRUE(file);
  auto whole = jpeg::decode(file.value());
  EXPECT_TRUE(whole);
  const RectPx& box = known.face.box;
  const float scale = face_width_px / box.width;
  const RectPx around{box.x - box.width / 2, box.y - box.height / 2, box.width * 2, box.height * 2};
  const SizePx size{static_cast<int>(std::lround(around.width * scale)),
                    static_cast<int>(std::lround(around.height * scale))};
  return {image::to_yuv(image::crop_scaled(image::to_yuv(whole.value()), around, size)),
          moved(known.face, {scale, 0, -around.x * scale, -around.y * scale})};
}

RectPx whole(SizePx size) {
  return {0, 0, static_cast<float>(size.width), static_cast<float>(size.height)};
}

// Each pixel the mean of `length_px` along its row.
image::YuvImage smeared(const image::YuvImage& from, int length_px) {
  const image::BgrImage sharp = image::crop_scaled(from, whole(from.size), from.size);
  image::BgrImage result(sharp.size);
  const int row = from.size.width * 3;
  for (int i = 0; i < static_cast<int>(result.pixels.size()); ++i) {
    int sum = 0;
    for (int k = 0; k < length_px; ++k) {
      const int column = std::clamp((i % row) + (k - length_px / 2) * 3, i % 3, row - 3 + i % 3);
      sum += sharp.pixels[static_cast<std::size_t>(i - i % row) + static_cast<std::size_t>(column)];
    }
    result.pixels[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(sum / length_px);
  }
  return image::to_yuv(result);
}

// Three times along rows and columns is close to a Gaussian.
image::YuvImage blurred(const image::YuvImage& from, int length_px) {
  image::YuvImage result = from;
  for (int i = 0; i < 3; ++i) {
    result = image::rotate(smeared(image::rotate(smeared(result, length_px), 1), length_px), 3);
  }
  return result;
}

image::YuvImage lit(const image::YuvImage& from, float gain) {
  image::BgrImage bgr = image::crop_scaled(from, whole(from.size), from.size);
  for (std::uint8_t& value : bgr.pixels) {
    value = static_cast<std::uint8_t>(std::min(static_cast<float>(value) * gain, 255.0F));
  }
  return image::to_yuv(bgr);
}

// A face on a head of the assumed proportions, turned; 4 px a millimetre.
detect::Face turned(float yaw_degrees, float pitch_degrees, float roll_degrees) {
  constexpr std::array<std::array<float, 3>, 5> kHead{
      {{-31.5F, 0, 0}, {31.5F, 0, 0}, {0, 36, 30}, {-26, 73, 0}, {26, 73, 0}}};
  const auto radians = [](float degrees) { return degrees * 3.14159265F / 180; };
  const float yaw = radians(yaw_degrees);
  const float pitch = radians(pitch_degrees);
  const float roll = radians(roll_degrees);
  detect::Face face{.box = {200, 200, 400, 500}, .points = {}, .confidence = 0.95F};
  for (std::size_t i = 0; i < kHead.size(); ++i) {
    const auto [x, y, z] = kHead[i];
    const float across = x * std::cos(yaw) + z * std::sin(yaw);
    const float down = y * std::cos(pitch) + z * std::sin(pitch);
    face.points[i] = {400 + 4 * (across * std::cos(roll) - down * std::sin(roll)),
                      400 + 4 * (across * std::sin(roll) + down * std::cos(roll))};
  }
  return face;
}

image::YuvImage grey(SizePx size) {
  image::BgrImage bgr(size);
  std::ranges::fill(bgr.pixels, std::uint8_t{128});
  return image::to_yuv(bgr);
}

TEST(Assess, FindsFrontalAndHalfTurnedPeopleUsableFromTheSmallestFaceUp) {
  for (const Known* known : {&kObama, &kBiden, &kThreeQuarter}) {
    for (const float width : {32.01F, 40.0F, 60.0F, 120.0F}) {
      const Picture seen = picture(*known, width);
      const Assessment assessment = assess(seen.pixels, seen.face, {});
      EXPECT_EQ(assessment.reason, Reason::kUsable)
          << known->photograph << ' ' << width << ' ' << to_string(assessment.reason);
      EXPECT_GT(assessment.unified_score, 0.4F);
    }
  }
}

TEST(Assess, RefusesAProfileAndTakesItWhereTheOptionsDo) {
  for (const Known* known : {&kProfile, &kAnotherProfile}) {
    const Picture seen = picture(*known, 90);
    EXPECT_EQ(assess(seen.pixels, seen.face, {}).reason, Reason::kTurnedAway);
    EXPECT_EQ(assess(seen.pixels, seen.face, {.yaw_degrees_max = 80}).reason, Reason::kUsable);
  }
}

TEST(Assess, RefusesAFaceBlurredBeyondRecognition) {
  for (const Known* known : {&kObama, &kBiden, &kThreeQuarter}) {
    for (const float width : {40.0F, 80.0F, 120.0F}) {
      const Picture seen = picture(*known, width);
      const int length_px = static_cast<int>(width / 6);
      const auto reason = [&](const image::YuvImage& pixels) {
        return assess(pixels, seen.face, {}).reason;
      };
      EXPECT_EQ(reason(blurred(seen.pixels, length_px)), Reason::kBlurred) << width;
      EXPECT_EQ(reason(smeared(seen.pixels, 3 * length_px)), Reason::kBlurred) << width;
      EXPECT_EQ(reason(blurred(seen.pixels, 1)), Reason::kUsable) << width;
    }
  }
}

TEST(Assess, MeasuresAboutTheSameSharpnessAtEverySizeAndLight) {
  const Picture large = picture(kObama, 160);
  const float sharpness = assess(large.pixels, large.face, {}).sharpness;
  for (const float width : {40.0F, 64.0F, 120.0F}) {
    const Picture seen = picture(kObama, width);
    EXPECT_NEAR(assess(seen.pixels, seen.face, {}).sharpness / sharpness, 1, 0.25) << width;
  }
  EXPECT_NEAR(assess(lit(large.pixels, 0.4F), large.face, {}).sharpness / sharpness, 1, 0.1);
}

TEST(Assess, RefusesTheSmallestFaceLessAHairAndTakesIt) {
  Picture seen = picture(kObama, 40);
  const float width = seen.face.box.width;
  EXPECT_TRUE(assess(seen.pixels, seen.face, {.face_width_px_min = width}).usable());
  EXPECT_EQ(assess(seen.pixels, seen.face, {.face_width_px_min = width + 0.01F}).reason,
            Reason::kTooSmall);
}

TEST(Assess, RefusesADarkAndAnOverexposedFace) {
  const Picture seen = picture(kObama, 60);
  EXPECT_EQ(assess(lit(seen.pixels, 0.08F), seen.face, {}).reason, Reason::kTooDark);
  EXPECT_EQ(assess(lit(seen.pixels, 8), seen.face, {.sharpness_min = 0}).reason,
            Reason::kTooBright);
  EXPECT_TRUE(assess(lit(seen.pixels, 0.3F), seen.face, {}).usable());
  EXPECT_TRUE(assess(lit(seen.pixels, 1.3F), seen.face, {}).usable());
}

TEST(Assess, ReadsTheSameLightFromLimitedAndFullRange) {
  Picture seen = picture(kObama, 60);
  const Assessment full = assess(seen.pixels, seen.face, {});
  auto planes = std::make_shared<std::vector<std::uint8_t>>();
  const SizePx size = seen.pixels.size;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const int luma = seen.pixels.y.data[y * seen.pixels.y.stride_bytes + x];
      planes->push_back(static_cast<std::uint8_t>(16 + (luma * 219 + 127) / 255));
    }
  }
  image::YuvImage limited = seen.pixels;
  limited.y = {planes->data(), size.width};
  limited.range = image::YuvRange::kLimited;
  const Assessment same = assess(limited, seen.face, {});
  EXPECT_NEAR(same.luminance_mean, full.luminance_mean, 1);
  EXPECT_NEAR(same.sharpness / full.sharpness, 1, 0.05);
}

TEST(Assess, RefusesAFaceCutOffByTheEdgeOfThePicture) {
  const Picture seen = picture(kObama, 60);
  const auto shifted = [&](float pixels) {
    return moved(seen.face, {.tx = pixels - seen.face.box.x});
  };
  const float width = seen.face.box.width;
  const QualityOptions options{.sharpness_min = 0};
  EXPECT_TRUE(assess(seen.pixels, shifted(-0.19F * width), options).usable());
  EXPECT_EQ(assess(seen.pixels, shifted(-0.21F * width), options).reason, Reason::kCutOff);
}

TEST(Assess, RefusesAFaceWhoseEyesLieOutsideThePicture) {
  Picture seen = picture(kObama, 60);
  ASSERT_TRUE(assess(seen.pixels, seen.face, {}).usable());
  const float eyes_y = seen.face.points[0].y;
  seen.face.box.y -= eyes_y + 1;
  for (image::PointPx& point : seen.face.points) point.y -= eyes_y + 1;
  EXPECT_EQ(assess(seen.pixels, seen.face, {.sharpness_min = 0, .outside_fraction_max = 1}).reason,
            Reason::kCutOff);
}

TEST(Assess, RecoversThePoseOfATurnedHead) {
  const image::YuvImage pixels = grey({800, 800});
  for (const float yaw : {-60.0F, -20.0F, 0.0F, 35.0F}) {
    for (const float pitch : {-25.0F, 0.0F, 25.0F}) {
      for (const float roll : {-40.0F, 0.0F, 15.0F}) {
        const Assessment found = assess(pixels, turned(yaw, pitch, roll), {});
        // The roll is exact where the head is not turned, and the rest follows from it.
        EXPECT_NEAR(found.yaw_degrees, yaw, 2);
        EXPECT_NEAR(found.pitch_degrees, pitch, 2);
        EXPECT_NEAR(found.roll_degrees, roll, 2);
      }
    }
  }
}

TEST(Assess, TakesPointsThatCannotBeAFaceAsTurnedAway) {
  const image::YuvImage pixels = grey({800, 800});
  detect::Face swapped = turned(0, 0, 0);
  std::swap(swapped.points[0], swapped.points[1]);
  std::swap(swapped.points[3], swapped.points[4]);
  detect::Face collapsed = turned(0, 0, 0);
  collapsed.points.fill({400, 400});
  EXPECT_EQ(assess(pixels, swapped, {}).reason, Reason::kTurnedAway);
  EXPECT_EQ(assess(pixels, collapsed, {}).reason, Reason::kTurnedAway);
  EXPECT_EQ(assess(pixels, turned(0, 0, 0), {}).reason, Reason::kBlurred);
}

TEST(Assess, ScoresALargerSharperMoreFrontalAndSurerFaceHigher) {
  const Picture best = picture(kObama, 100);
  const auto score = [](const image::YuvImage& pixels, const detect::Face& face) {
    return assess(pixels, face, {}).unified_score;
  };
  const float highest = score(best.pixels, best.face);
  EXPECT_LE(highest, 1);
  const Picture small = picture(kObama, 34);
  EXPECT_LT(score(small.pixels, small.face), highest);
  EXPECT_LT(score(blurred(best.pixels, 5), best.face), highest);
  detect::Face turned_face = best.face;
  turned_face.points[2].x += 15;
  EXPECT_LT(score(best.pixels, turned_face), highest);
  detect::Face unsure = best.face;
  unsure.confidence = 0.8F;
  EXPECT_LT(score(best.pixels, unsure), highest);
  unsure.confidence = 0;
  EXPECT_EQ(score(best.pixels, unsure), 0);
}

TEST(Assess, GivesTheDistanceOfTheEyesAndTheWidthOfTheBox) {
  const Picture seen = picture(kObama, 115.5F);
  const Assessment assessment = assess(seen.pixels, seen.face, {});
  EXPECT_NEAR(assessment.face_width_px, 115.5, 0.1);
  EXPECT_NEAR(assessment.inter_eye_distance_px, 53.5, 0.2);
  EXPECT_GT(assessment.dynamic_range, 5);
  EXPECT_LE(assessment.dynamic_range, 8);
}

TEST(Assess, TakesAFaceOnOnePixelAndOneFarOutside) {
  const image::YuvImage one = grey({1, 1});
  EXPECT_FALSE(assess(one, moved(turned(0, 0, 0), {.a = 0.001F}), {}).usable());
  EXPECT_FALSE(assess(one, moved(turned(0, 0, 0), {.tx = 50'000}), {}).usable());
}

TEST(Assess, TakesABoxOfAbsurdSizeAsCutOff) {
  const image::YuvImage pixels = grey({800, 800});
  const QualityOptions options{.sharpness_min = 0, .luminance_mean_min = 0};
  detect::Face face = turned(0, 0, 0);
  EXPECT_TRUE(assess(pixels, face, options).usable());
  for (const RectPx& box : {RectPx{0, 0, 1e12F, 1e12F},
                            {-1e12F, -1e12F, 2e12F, 2e12F},
                            {1e12F, 0, 500, 500},
                            {-1e30F, 100, 60, 1e30F}}) {
    face.box = box;
    EXPECT_EQ(assess(pixels, face, options).reason, Reason::kCutOff);
  }
}

TEST(Assess, RefusesABoxWithoutArea) {
  detect::Face face = turned(0, 0, 0);
  face.box.width = 0;
  EXPECT_DEATH(assess(grey({8, 8}), face, {}), "is_within_reach");
}

TEST(Assess, RefusesPointsThatAreNoNumbers) {
  detect::Face face = turned(0, 0, 0);
  face.points[1].x = NAN;
  EXPECT_DEATH(assess(grey({800, 800}), face, {}), "is_finite");
}

TEST(Reasons, AllHaveWordsOfTheirOwn) {
  std::array<std::string_view, kReasonCount> words;
  for (std::size_t i = 0; i < kReasonCount; ++i) words[i] = to_string(static_cast<Reason>(i));
  std::ranges::sort(words);
  EXPECT_EQ(std::ranges::adjacent_find(words), words.end());
  EXPECT_FALSE(std::ranges::binary_search(words, "unknown"));
}

}  // namespace
}  // namespace proviso::quality
