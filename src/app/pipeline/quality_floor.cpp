#include "app/pipeline/quality_floor.h"

namespace proviso::pipeline {

quality::QualityOptions quality_floor(const policy::Policy& policy) {
  constexpr float kMillion = 1e6F;
  constexpr float kThousand = 1e3F;
  const policy::QualityFloor& floor = policy.quality;
  return {.face_width_px_min = static_cast<float>(policy.operating_point.face_width_px_min),
          .yaw_degrees_max = static_cast<float>(floor.yaw_degrees_max),
          .pitch_degrees_max = static_cast<float>(floor.pitch_degrees_max),
          .sharpness_min = static_cast<float>(floor.sharpness_min_millionths) / kMillion,
          .luminance_mean_min = static_cast<float>(floor.luminance_mean_min),
          .luminance_mean_max = static_cast<float>(floor.luminance_mean_max),
          .outside_fraction_max = static_cast<float>(floor.outside_permille_max) / kThousand};
}

}  // namespace proviso::pipeline
