// refused: const class proviso::embed::Probe.* has no member named .*values
// A Sample of consented pictures may be read; a passer-by's template may not.
#include "stages/embed/probe.h"

std::span<const float> values_of([[maybe_unused]] const proviso::embed::Probe& probe,
                                 [[maybe_unused]] const proviso::embed::Sample& sample) {
#ifdef REFUSED
  return probe.values();
#else
  return sample.values();
#endif
}
