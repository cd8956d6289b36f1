// refused: Query::permit.* is uninitialized reference
#include "stages/search/searcher.h"

using namespace proviso;

search::Query query_of([[maybe_unused]] const authority::LivePermit& permit,
                       const embed::Probe& probe) {
#ifdef REFUSED
  return search::Query{.probe = probe};
#else
  return search::Query{.permit = permit, .probe = probe};
#endif
}
