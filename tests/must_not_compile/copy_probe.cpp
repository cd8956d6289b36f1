// refused: use of deleted function .*Probe::Probe.const proviso::embed::Probe&
// A passer-by's template exists once, so that wiping it leaves none.
#include "stages/embed/probe.h"

using proviso::embed::Probe;

Probe second(Probe& probe) {
#ifdef REFUSED
  return Probe(probe);
#else
  return Probe(std::move(probe));
#endif
}
