#pragma once

// The `quality` stage: is this face worth comparing? Asked of every detection, so it is cheap.
//
//   in       the pixels of a frame or photograph, one face on it in its pixels, the options
//   out      an Assessment: every component measured, and the first reason why not, if there is one
//   threads  reentrant; errors: none; a box without area or that is not finite, or points that are
//            not finite, are a broken promise
//   cost     about the same for every size: the face is looked at kLookedAtWidthPx wide
//
// Components, and the quality component of ISO/IEC 29794-5 that each stands for. The standard
// measures on a portrait with many landmarks; five points and 32 px allow approximations (~):
//   inter_eye_distance_px    inter-eye distance (7.4.5), without the correction for yaw
//   sharpness              ~ sharpness: mean square of the second difference along rows or along
//                            columns, the smaller (so that motion shows), over the variance of the
//                            luma: neither light nor contrast nor the size of the face enters
//   luminance_mean         ~ luminance mean, of the middle of the box instead of the face's mask
//   dynamic_range          ~ dynamic range: entropy of the same pixels' histogram
//   yaw, pitch, roll       ~ head pose, from five points on a head of average proportions
//   kCutOff                ~ face within the picture
// Not measured: uniformity of the light, eyes open, mouth closed, occlusion.
//
// unified_score grows with the width of the box, sharpness, frontality and the detector's
// confidence, each up to 1: their product. The floors were chosen by measurement: docs/quality.md.

#include "base/image/pixels.h"
#include "stages/detect/face.h"
#include "stages/quality/assessment.h"

namespace proviso::quality {

// Below the smallest face that is compared, so that a small face is not found blurred for being
// small, and noise is averaged away.
inline constexpr int kLookedAtWidthPx = 24;

struct QualityOptions {
  float face_width_px_min = 32;  // Of the box; the written authority states it.
  float yaw_degrees_max = 50;    // Either way. A profile measures 55 to 65.
  float pitch_degrees_max = 35;  // Either way.
  float sharpness_min = 0.05F;
  float luminance_mean_min = 20;
  float luminance_mean_max = 235;
  float outside_fraction_max = 0.2F;  // Of the box's area, beyond the edges of the picture.
};

Assessment assess(const image::YuvImage& pixels,
                  const detect::Face& face,
                  const QualityOptions& options);

}  // namespace proviso::quality
