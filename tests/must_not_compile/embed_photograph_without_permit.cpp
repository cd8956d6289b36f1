// refused: member .*permit.* is uninitialized reference
#include "stages/embed/embedder.h"

using namespace proviso;

bool has_template(embed::Embedder& embedder,
                  [[maybe_unused]] const authority::EnrolmentPermit& permit,
                  const image::BgrImage& aligned) {
#ifdef REFUSED
  const embed::EnrolmentShot shot{.aligned = aligned};
#else
  const embed::EnrolmentShot shot{.permit = permit, .aligned = aligned};
#endif
  return embedder.embed(std::span(&shot, 1)).has_value();
}
