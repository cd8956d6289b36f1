// refused: initialization of reference .*EnrolmentPermit&.* from .*LivePermit
// What is embedded together for a list comes each under a permit of its own request.
#include "stages/embed/embedder.h"

using namespace proviso;

bool has_templates(embed::Embedder& embedder,
                   [[maybe_unused]] const authority::EnrolmentPermit& enrolment,
                   [[maybe_unused]] const authority::LivePermit& live,
                   const image::BgrImage& aligned) {
#ifdef REFUSED
  const embed::EnrolmentShot shot{.permit = live, .aligned = aligned};
#else
  const embed::EnrolmentShot shot{.permit = enrolment, .aligned = aligned};
#endif
  return embedder.embed(std::span(&shot, 1)).has_value();
}
