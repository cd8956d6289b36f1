// refused: LiveShot::permit.* is uninitialized reference
#include "stages/embed/embedder.h"

using namespace proviso;

embed::LiveShot shot_of([[maybe_unused]] const authority::LivePermit& permit,
                        const video::Frame& frame,
                        const detect::Face& face) {
#ifdef REFUSED
  return embed::LiveShot{.frame = frame, .face = face};
#else
  return embed::LiveShot{.permit = permit, .frame = frame, .face = face};
#endif
}
