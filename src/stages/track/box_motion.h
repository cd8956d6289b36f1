#pragma once

// How one face's box moves: a Kalman filter of nearly constant velocity for the centre's two
// coordinates and for the logarithm of the width, independent of each other. The state stands at
// the last observation; any later moment is forecast from there, so looks may come unevenly.
//
//   unit     pixels of the frame, seconds since the last observation; noise in face widths (fw),
//            because a face of twice the width moves and jitters by twice the pixels
//   method   Kalman, Journal of Basic Engineering 82, 1960, with white acceleration; on return from
//            a gap the observation-centric re-update of Cao et al., CVPR 2023
//   threads  a value

#include "base/image/geometry.h"

namespace proviso::track {

// One coordinate and its velocity.
struct Coordinate {
  double position = 0;
  double velocity = 0;
  double position_variance = 0;
  double covariance = 0;
  double velocity_variance = 0;

  Coordinate after(double seconds, double acceleration_density) const;
  void correct(double observed, double observed_variance);
};

class BoxMotion {
 public:
  // Beyond this a velocity says nothing: the forecast stays there.
  static constexpr double kForecastSecondsMax = 1.0;

  explicit BoxMotion(const image::RectPx& first);

  struct Forecast {
    image::RectPx box;
    double x_variance_px2 = 0;  // Of an observation there, its own noise included.
    double y_variance_px2 = 0;
    double log_width_variance = 0;
  };
  Forecast forecast(double seconds) const;

  // `looks_missed` looks since the last observation did not show the face. A contested one may be
  // another's face, so it counts for less.
  void observe(const image::RectPx& box, double seconds, int looks_missed, bool is_contested);

 private:
  struct Noise;
  struct Seen {
    double x;
    double y;
    double log_width;
  };
  Noise noise() const;
  void step(const Seen& seen, double seconds, double doubt);

  Coordinate x_;
  Coordinate y_;
  Coordinate log_width_;
  double height_over_width_;
};

}  // namespace proviso::track
