#pragma once

// Where a face will be: a Kalman filter of constant velocity on the centre and the width of its
// box, each axis by itself. Unit: face widths for noise, so that near and far faces are alike.
//
// Threads: values. Time never goes back (PROVISO_CHECK).
// Source: Kalman 1960; observation-centric re-update after a gap as in OC-SORT (Cao et al., 2023).

#include <array>

#include "base/core/clock.h"
#include "base/image/geometry.h"

namespace proviso::track {

class MotionModel {
 public:
  MotionModel(const image::RectPx& box, WallTime seen_at);

  image::RectPx predict(WallTime at) const;
  void see(const image::RectPx& box, WallTime seen_at);

 private:
  // Position and velocity of one axis, with their covariance.
  struct Axis {
    double position = 0;
    double velocity = 0;  // Per second.
    double p_pp = 0;
    double p_pv = 0;
    double p_vv = 0;
    void advance(double seconds, double acceleration_variance);
    void correct(double measured, double measured_variance);
  };
  std::array<double, 3> measure(const image::RectPx& box) const;

  std::array<Axis, 3> axes_;  // Centre x, centre y, width.
  double height_per_width_ = 1;
  WallTime seen_at_;
  image::RectPx last_box_;
};

}  // namespace proviso::track
