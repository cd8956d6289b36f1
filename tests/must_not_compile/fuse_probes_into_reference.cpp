// refused: initialization of reference .*watchlist::Reference&.* from .*embed::Probe
// A passer-by's template does not become a sought person's by being averaged.
#include "stages/embed/embedder.h"

using namespace proviso;

embed::WeightedReference weighted([[maybe_unused]] const embed::Probe& probe,
                                  [[maybe_unused]] const watchlist::Reference& reference) {
#ifdef REFUSED
  return embed::WeightedReference{.reference = probe, .weight = 1};
#else
  return embed::WeightedReference{.reference = reference, .weight = 1};
#endif
}
