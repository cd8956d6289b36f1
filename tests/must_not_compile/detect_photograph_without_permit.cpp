// refused: no matching function for call to .*Detector::detect.const proviso::image::YuvImage&.
#include "stages/detect/detector.h"

using namespace proviso;

bool has_faces(detect::Detector& detector,
               [[maybe_unused]] const authority::EnrolmentPermit& permit,
               const image::YuvImage& photograph) {
#ifdef REFUSED
  return detector.detect(photograph).has_value();
#else
  return detector.detect(permit, photograph).has_value();
#endif
}
