// refused: no matching function for call to .*Embedder::embed.const proviso::image::YuvImage
#include "stages/embed/embedder.h"

using namespace proviso;

bool has_template(embed::Embedder& embedder,
                  [[maybe_unused]] const authority::EnrolmentPermit& permit,
                  const image::YuvImage& photograph,
                  const detect::Face& face) {
#ifdef REFUSED
  return embedder.embed(photograph, face).has_value();
#else
  return embedder.embed(permit, photograph, face).has_value();
#endif
}
