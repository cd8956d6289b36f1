#include "stages/track/box_motion.h"

#include <algorithm>
#include <cmath>

#include "base/core/check.h"

namespace proviso::track {
namespace {

// The detector's boxes jitter by about one of the 16 to 20 pixels in which it sees a small face.
constexpr double kBoxJitterFw = 0.06;
constexpr double kWidthJitterLog = 0.08;
// A face is about 0.15 m wide: walking across the picture is 9 fw/s, running 20 fw/s.
constexpr double kFirstSpeedFwPerS = 5;
constexpr double kFirstGrowthLogPerS = 0.3;
// How much the velocity changes within a second: gait, turning, stopping.
constexpr double kSpeedChangeFwPerS = 2;
constexpr double kGrowthChangeLogPerS = 0.3;
constexpr double kContestedDoubt = 9;  // Of variance: three times the jitter.
constexpr double kShapeKept = 0.8;     // Of height over width, at each observation.
constexpr int kReplayedMax = 8;        // Steps of a re-update; more would change nothing.

double square(double value) {
  return value * value;
}

Coordinate first_seen(double position, double jitter, double speed) {
  return {.position = position,
          .velocity = 0,
          .position_variance = square(jitter),
          .covariance = 0,
          .velocity_variance = square(speed)};
}

}  // namespace

Coordinate Coordinate::after(double seconds, double acceleration_density) const {
  Coordinate later = *this;
  const double density = acceleration_density;
  later.position += velocity * seconds;
  later.position_variance += seconds * (2 * covariance + seconds * velocity_variance) +
                             density * seconds * seconds * seconds / 3;
  later.covariance += seconds * velocity_variance + density * seconds * seconds / 2;
  later.velocity_variance += density * seconds;
  return later;
}

void Coordinate::correct(double observed, double observed_variance) {
  const double innovation_variance = position_variance + observed_variance;
  const double position_gain = position_variance / innovation_variance;
  const double velocity_gain = covariance / innovation_variance;
  const double innovation = observed - position;
  position += position_gain * innovation;
  velocity += velocity_gain * innovation;
  velocity_variance -= velocity_gain * covariance;
  covariance *= 1 - position_gain;
  position_variance *= 1 - position_gain;
}

struct BoxMotion::Noise {
  double jitter_px2;
  double acceleration_px2_per_s3;
};

BoxMotion::Noise BoxMotion::noise() const {
  const double width_px = std::exp(log_width_.position);
  return {.jitter_px2 = square(kBoxJitterFw * width_px),
          .acceleration_px2_per_s3 = square(kSpeedChangeFwPerS * width_px)};
}

BoxMotion::BoxMotion(const image::RectPx& first)
    : height_over_width_(static_cast<double>(first.height) / first.width) {
  PROVISO_CHECK(first.width > 0 && first.height > 0);
  const image::PointPx middle = image::centre(first);
  const double width = first.width;
  x_ = first_seen(middle.x, kBoxJitterFw * width, kFirstSpeedFwPerS * width);
  y_ = first_seen(middle.y, kBoxJitterFw * width, kFirstSpeedFwPerS * width);
  log_width_ = first_seen(std::log(width), kWidthJitterLog, kFirstGrowthLogPerS);
}

BoxMotion::Forecast BoxMotion::forecast(double seconds) const {
  const double ahead = std::clamp(seconds, 0.0, kForecastSecondsMax);
  const Noise now = noise();
  const Coordinate x = x_.after(ahead, now.acceleration_px2_per_s3);
  const Coordinate y = y_.after(ahead, now.acceleration_px2_per_s3);
  const Coordinate log_width = log_width_.after(ahead, square(kGrowthChangeLogPerS));
  const double width = std::exp(log_width.position);
  const double height = width * height_over_width_;
  return {.box = {.x = static_cast<float>(x.position - width / 2),
                  .y = static_cast<float>(y.position - height / 2),
                  .width = static_cast<float>(width),
                  .height = static_cast<float>(height)},
          .x_variance_px2 = x.position_variance + now.jitter_px2,
          .y_variance_px2 = y.position_variance + now.jitter_px2,
          .log_width_variance = log_width.position_variance + square(kWidthJitterLog)};
}

void BoxMotion::step(const Seen& seen, double seconds, double doubt) {
  const Noise now = noise();
  x_ = x_.after(seconds, now.acceleration_px2_per_s3);
  y_ = y_.after(seconds, now.acceleration_px2_per_s3);
  log_width_ = log_width_.after(seconds, square(kGrowthChangeLogPerS));
  x_.correct(seen.x, now.jitter_px2 * doubt);
  y_.correct(seen.y, now.jitter_px2 * doubt);
  log_width_.correct(seen.log_width, square(kWidthJitterLog) * doubt);
}

void BoxMotion::observe(const image::RectPx& box,
                        double seconds,
                        int looks_missed,
                        bool is_contested) {
  PROVISO_CHECK(box.width > 0 && box.height > 0 && seconds >= 0);
  const image::PointPx middle = image::centre(box);
  const double log_width = std::log(static_cast<double>(box.width));
  // The velocity from before a gap is old: the way across it is walked again, straight, as if it
  // had been seen (OC-SORT's observation-centric re-update).
  const int steps = 1 + std::clamp(looks_missed, 0, kReplayedMax);
  const Coordinate from_x = x_;
  const Coordinate from_y = y_;
  const Coordinate from_log_width = log_width_;
  for (int n = 1; n <= steps; ++n) {
    const double part = static_cast<double>(n) / steps;
    step({.x = std::lerp(from_x.position, static_cast<double>(middle.x), part),
          .y = std::lerp(from_y.position, static_cast<double>(middle.y), part),
          .log_width = std::lerp(from_log_width.position, log_width, part)},
         seconds / steps,
         is_contested ? kContestedDoubt : 1);
  }
  const double shape = static_cast<double>(box.height) / box.width;
  height_over_width_ = kShapeKept * height_over_width_ + (1 - kShapeKept) * shape;
}

}  // namespace proviso::track
