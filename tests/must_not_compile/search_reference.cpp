// refused: initialization of reference .*embed::Probe&.* from .*watchlist::Reference
// A photograph of a request is not searched for: lists are not compared with each other.
#include "safeguards/watchlist/reference.h"
#include "stages/search/searcher.h"

using namespace proviso;

search::Query query_of(const authority::LivePermit& permit,
                       [[maybe_unused]] const embed::Probe& probe,
                       [[maybe_unused]] const watchlist::Reference& reference) {
#ifdef REFUSED
  return search::Query{permit, reference};
#else
  return search::Query{permit, probe};
#endif
}
