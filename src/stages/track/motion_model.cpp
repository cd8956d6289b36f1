#include "stages/track/motion_model.h"

#include <algorithm>

#include "base/core/check.h"

namespace proviso::track {
namespace {

// In face widths (about 15 cm): people speed up by some metres per second squared; a detector's
// box shakes by a few per cent of its width; and at first anybody may walk at 1.5 m/s.
constexpr double kAccelerationWidths = 12;
constexpr double kMeasurementWidths = 0.06;
constexpr double kFirstVelocityWidths = 6;
constexpr double kLongGapS = 0.25;

double seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration<double>(to - from).count();
}

double square(double value) {
  return value * value;
}

}  // namespace

void MotionModel::Axis::advance(double seconds, double acceleration_variance) {
  const double s2 = seconds * seconds;
  position += velocity * seconds;
  const double pp = p_pp + 2 * seconds * p_pv + s2 * p_vv + acceleration_variance * s2 * s2 / 4;
  const double pv = p_pv + seconds * p_vv + acceleration_variance * s2 * seconds / 2;
  p_pp = pp;
  p_pv = pv;
  p_vv += acceleration_variance * s2;
}

void MotionModel::Axis::correct(double measured, double measured_variance) {
  const double innovation_variance = p_pp + measured_variance;
  const double gain_position = p_pp / innovation_variance;
  const double gain_velocity = p_pv / innovation_variance;
  const double innovation = measured - position;
  position += gain_position * innovation;
  velocity += gain_velocity * innovation;
  p_vv -= gain_velocity * p_pv;
  p_pv *= 1 - gain_position;
  p_pp *= 1 - gain_position;
}

std::array<double, 3> MotionModel::measure(const image::RectPx& box) const {
  const image::PointPx middle = image::centre(box);
  return {middle.x, middle.y, box.width};
}

MotionModel::MotionModel(const image::RectPx& box, WallTime seen_at)
    : height_per_width_(box.height / std::max(1.0F, box.width)), seen_at_(seen_at), last_box_(box) {
  const auto measured = measure(box);
  for (std::size_t n = 0; n < axes_.size(); ++n) {
    axes_.at(n).position = measured.at(n);
    axes_.at(n).p_pp = square(kMeasurementWidths * box.width);
    axes_.at(n).p_vv = square(kFirstVelocityWidths * box.width);
  }
}

image::RectPx MotionModel::predict(WallTime at) const {
  const double seconds = seconds_between(seen_at_, at);
  PROVISO_CHECK(seconds >= 0);
  const auto ahead = [&](const Axis& axis) { return axis.position + axis.velocity * seconds; };
  // A width does not shrink to nothing, however long the gap.
  const double width = std::max(axes_[2].position / 2, ahead(axes_[2]));
  const double height = width * height_per_width_;
  return {.x = static_cast<float>(ahead(axes_[0]) - width / 2),
          .y = static_cast<float>(ahead(axes_[1]) - height / 2),
          .width = static_cast<float>(width),
          .height = static_cast<float>(height)};
}

void MotionModel::see(const image::RectPx& box, WallTime seen_at) {
  const double seconds = seconds_between(seen_at_, seen_at);
  PROVISO_CHECK(seconds >= 0);
  const auto measured = measure(box);
  const auto before = measure(last_box_);
  const double acceleration_variance = square(kAccelerationWidths * box.width);
  const double measured_variance = square(kMeasurementWidths * box.width);
  for (std::size_t n = 0; n < axes_.size(); ++n) {
    Axis& axis = axes_.at(n);
    axis.advance(seconds, acceleration_variance);
    axis.correct(measured.at(n), measured_variance);
    // After a gap the path between the two sightings is a better velocity than the filter's guess.
    if (seconds > kLongGapS) axis.velocity = (measured.at(n) - before.at(n)) / seconds;
  }
  height_per_width_ = box.height / std::max(1.0F, box.width);
  seen_at_ = seen_at;
  last_box_ = box;
}

}  // namespace proviso::track
