// refused: LiveLook::permit.* is uninitialized reference
#include "stages/detect/detector.h"

using namespace proviso;

detect::LiveLook look_at([[maybe_unused]] const authority::LivePermit& permit,
                         const video::Frame& frame,
                         const image::ZonePolygon& zone) {
#ifdef REFUSED
  return detect::LiveLook{.frame = frame, .zone = zone, .sweep = true, .near = {}};
#else
  return detect::LiveLook{
      .permit = permit, .frame = frame, .zone = zone, .sweep = true, .near = {}};
#endif
}
