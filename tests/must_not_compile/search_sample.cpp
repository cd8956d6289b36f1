// refused: initialization of reference .*embed::Probe&.* from .*embed::Sample
// The live search takes probes alone.
#include "stages/search/searcher.h"

using namespace proviso;

search::Query query_of(const authority::LivePermit& permit,
                       [[maybe_unused]] const embed::Probe& probe,
                       [[maybe_unused]] const embed::Sample& sample) {
#ifdef REFUSED
  return search::Query{permit, sample};
#else
  return search::Query{permit, probe};
#endif
}
