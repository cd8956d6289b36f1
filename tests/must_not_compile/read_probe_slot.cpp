// refused: Probe::slot_.* is private within this context
// There is no way to a passer-by's template but search.
#include "stages/embed/probe.h"

const void* look_into(const proviso::embed::Probe& probe) {
#ifdef REFUSED
  return &probe.slot_;
#else
  return &probe.permit();
#endif
}
