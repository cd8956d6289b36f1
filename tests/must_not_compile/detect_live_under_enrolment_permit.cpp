// refused: initialization of reference .*LivePermit&.* from .*EnrolmentPermit
#include "stages/detect/detector.h"

using namespace proviso;

detect::LiveLook look_at([[maybe_unused]] const authority::LivePermit& live,
                         [[maybe_unused]] const authority::EnrolmentPermit& enrolment,
                         const video::Frame& frame,
                         const image::ZonePolygon& zone) {
#ifdef REFUSED
  return detect::LiveLook{
      .permit = enrolment, .frame = frame, .zone = zone, .sweep = true, .near = {}};
#else
  return detect::LiveLook{.permit = live, .frame = frame, .zone = zone, .sweep = true, .near = {}};
#endif
}
