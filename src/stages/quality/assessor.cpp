#include "stages/quality/assessor.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

#include "base/core/check.h"
#include "base/image/resample.h"

namespace proviso::quality {
namespace {

using image::PointPx;

// A head of average proportions in millimetres, from the midpoint of the eyes: half the distance
// of the eyes and of the corners of the mouth, and how far the mouth lies below and the tip of the
// nose below and before.
constexpr float kEyesHalfMm = 31.5F;
constexpr float kMouthHalfMm = 26.0F;
constexpr float kMouthBelowMm = 73.0F;
constexpr float kNoseBelowMm = 36.0F;
constexpr float kNoseBeforeMm = 30.0F;

// Where each factor of the unified score reaches 63 %.
constexpr float kWidthScalePx = 20.0F;
constexpr float kSharpnessScale = 0.1F;
// Where the factor of the detector's confidence leaves 0 and reaches 1.
constexpr float kConfidenceLow = 0.5F;
constexpr float kConfidenceHigh = 0.95F;

PointPx operator-(PointPx a, PointPx b) {
  return {a.x - b.x, a.y - b.y};
}

PointPx middle(PointPx a, PointPx b) {
  return {(a.x + b.x) / 2, (a.y + b.y) / 2};
}

float degrees(float radians) {
  return radians * 180 / std::numbers::pi_v<float>;
}

float cosine(float angle_degrees) {
  return std::max(0.0F, std::cos(angle_degrees * std::numbers::pi_v<float> / 180));
}

struct Pose {
  float yaw_degrees = 0;
  float pitch_degrees = 0;
  float roll_degrees = 0;
};

Pose pose_of(const image::FivePoints& points) {
  const PointPx eyes = middle(points[0], points[1]);
  const PointPx mouth = middle(points[3], points[4]);
  const PointPx across{points[1].x - points[0].x + points[4].x - points[3].x,
                       points[1].y - points[0].y + points[4].y - points[3].y};
  const PointPx down = mouth - eyes;
  // Both axes of the face tell the roll; in profile the one across is too short to.
  const float roll = std::atan2(across.y - 2 * down.x, across.x + 2 * down.y);
  const auto upright = [cos = std::cos(roll), sin = std::sin(roll)](PointPx p) {
    return PointPx{p.x * cos + p.y * sin, p.y * cos - p.x * sin};
  };
  const float across_px_per_mm = upright(across).x / (2 * (kEyesHalfMm + kMouthHalfMm));
  const float down_px_per_mm = upright(down).y / kMouthBelowMm;
  const float below = kNoseBelowMm / kMouthBelowMm;
  const PointPx bridge{eyes.x + below * down.x, eyes.y + below * down.y};
  const PointPx nose = upright(points[2] - bridge);
  // Points that cannot be a face's are as good as a profile.
  if (across_px_per_mm <= 0 || down_px_per_mm <= 0) return {90, 0, degrees(roll)};
  return {.yaw_degrees = degrees(std::atan2(nose.x / kNoseBeforeMm, across_px_per_mm)),
          .pitch_degrees = degrees(std::atan2(nose.y / kNoseBeforeMm, down_px_per_mm)),
          .roll_degrees = degrees(roll)};
}

// The luma of the middle of a face (without the background at the corners of its box, the hair and
// the collar) at one size, whatever its own.
class Look {
 public:
  Look(const image::YuvImage& pixels, const image::RectPx& box) {
    const image::RectPx part = within_reach({box.x + box.width * (1 - kWidthShare) / 2,
                                             box.y + box.height * (1 - kHeightShare) / 2,
                                             box.width * kWidthShare,
                                             box.height * kHeightShare});
    const float rows = std::round(part.height / part.width * kColumns);
    rows_ = static_cast<int>(std::clamp<float>(rows, kRowsMin, kRowsMax));
    const std::span<std::uint8_t> luma(luma_.data(), static_cast<std::size_t>(count()));
    image::crop_luma_scaled(pixels, part, {kColumns, rows_}, luma);
    if (pixels.range == image::YuvRange::kLimited) stretch(luma);
  }

  float mean() const {
    int sum = 0;
    for (int i = 0; i < count(); ++i) sum += at(i);
    return static_cast<float>(sum) / static_cast<float>(count());
  }

  float entropy_bits() const {
    std::array<int, 256> histogram{};
    for (int i = 0; i < count(); ++i) ++histogram[static_cast<std::size_t>(at(i))];
    float bits = 0;
    for (const int pixels : histogram) {
      if (pixels == 0) continue;
      const float share = static_cast<float>(pixels) / static_cast<float>(count());
      bits -= share * std::log2(share);
    }
    return bits;
  }

  float sharpness() const {
    std::int64_t sum = 0;
    std::int64_t squares = 0;
    std::int64_t across = 0;
    std::int64_t down = 0;
    for (int y = 1; y + 1 < rows_; ++y) {
      for (int x = 1; x + 1 < kColumns; ++x) {
        const int i = y * kColumns + x;
        const std::int64_t twice = std::int64_t{2} * at(i);
        const std::int64_t along_row = twice - at(i - 1) - at(i + 1);
        const std::int64_t along_column = twice - at(i - kColumns) - at(i + kColumns);
        sum += at(i);
        squares += std::int64_t{at(i)} * at(i);
        across += along_row * along_row;
        down += along_column * along_column;
      }
    }
    const std::int64_t pixels = std::int64_t{kColumns - 2} * (rows_ - 2);
    // One more code of variance: a flat picture's noise is no detail.
    const std::int64_t variance_times_squared = squares * pixels - sum * sum + pixels * pixels;
    return static_cast<float>(std::min(across, down) * pixels) /
           static_cast<float>(variance_times_squared);
  }

 private:
  static constexpr float kWidthShare = 0.8F;
  static constexpr float kHeightShare = 0.7F;
  static constexpr int kColumns = static_cast<int>(kWidthShare * kLookedAtWidthPx);
  static constexpr int kRowsMin = 8;
  static constexpr int kRowsMax = 64;

  // A detector's numbers may be absurd; of such a box nearly all is outside any picture.
  static image::RectPx within_reach(const image::RectPx& part) {
    constexpr float kReach = image::kReachPxMax;
    return {std::clamp(part.x, -kReach, kReach),
            std::clamp(part.y, -kReach, kReach),
            std::min(part.width, kReach),
            std::min(part.height, kReach)};
  }

  static void stretch(std::span<std::uint8_t> luma) {
    for (std::uint8_t& value : luma) {
      value = static_cast<std::uint8_t>(std::clamp((value - 16) * 255 / 219, 0, 255));
    }
  }

  int count() const { return kColumns * rows_; }
  int at(int i) const { return luma_[static_cast<std::size_t>(i)]; }

  int rows_ = 0;
  std::array<std::uint8_t, static_cast<std::size_t>(kColumns* kRowsMax)> luma_{};
};

float outside_fraction(const image::RectPx& box, image::SizePx size) {
  const float left = std::max(box.x, 0.0F);
  const float top = std::max(box.y, 0.0F);
  const float right = std::min(box.x + box.width, static_cast<float>(size.width));
  const float bottom = std::min(box.y + box.height, static_cast<float>(size.height));
  return 1 - image::area_px2({left, top, right - left, bottom - top}) / image::area_px2(box);
}

bool is_cut_off(const detect::Face& face, image::SizePx size, const QualityOptions& options) {
  const auto is_outside = [&](PointPx p) {
    return p.x < 0 || p.y < 0 || p.x > static_cast<float>(size.width) ||
           p.y > static_cast<float>(size.height);
  };
  return outside_fraction(face.box, size) > options.outside_fraction_max ||
         std::ranges::any_of(face.points, is_outside);
}

Reason reason_of(const Assessment& measured, bool is_cut_off, const QualityOptions& options) {
  if (measured.face_width_px < options.face_width_px_min) return Reason::kTooSmall;
  if (std::abs(measured.yaw_degrees) > options.yaw_degrees_max ||
      std::abs(measured.pitch_degrees) > options.pitch_degrees_max) {
    return Reason::kTurnedAway;
  }
  if (measured.sharpness < options.sharpness_min) return Reason::kBlurred;
  if (measured.luminance_mean < options.luminance_mean_min) return Reason::kTooDark;
  if (measured.luminance_mean > options.luminance_mean_max) return Reason::kTooBright;
  return is_cut_off ? Reason::kCutOff : Reason::kUsable;
}

float unified(const Assessment& measured, float confidence) {
  const float size = 1 - std::exp(-measured.face_width_px / kWidthScalePx);
  const float sharp = 1 - std::exp(-measured.sharpness / kSharpnessScale);
  const float frontal =
      cosine(measured.yaw_degrees) * cosine(measured.pitch_degrees) * cosine(measured.roll_degrees);
  const float sure =
      std::clamp((confidence - kConfidenceLow) / (kConfidenceHigh - kConfidenceLow), 0.0F, 1.0F);
  return size * sharp * frontal * sure;
}

}  // namespace

Assessment assess(const image::YuvImage& pixels,
                  const detect::Face& face,
                  const QualityOptions& options) {
  const auto is_finite = [](PointPx p) { return std::isfinite(p.x) && std::isfinite(p.y); };
  PROVISO_CHECK(std::ranges::all_of(face.points, is_finite));
  const Look look(pixels, face.box);
  const Pose pose = pose_of(face.points);
  const PointPx eyes = face.points[1] - face.points[0];
  Assessment result{.face_width_px = face.box.width,
                    .inter_eye_distance_px = std::hypot(eyes.x, eyes.y),
                    .sharpness = look.sharpness(),
                    .yaw_degrees = pose.yaw_degrees,
                    .pitch_degrees = pose.pitch_degrees,
                    .roll_degrees = pose.roll_degrees,
                    .luminance_mean = look.mean(),
                    .dynamic_range = look.entropy_bits()};
  result.reason = reason_of(result, is_cut_off(face, pixels.size, options), options);
  result.unified_score = unified(result, face.confidence);
  return result;
}

}  // namespace proviso::quality
