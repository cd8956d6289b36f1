// refused: initialization of reference .*LivePermit&.* from .*EvaluationPermit
#include "stages/search/searcher.h"

using namespace proviso;

search::Query query_of([[maybe_unused]] const authority::LivePermit& live,
                       [[maybe_unused]] const authority::EvaluationPermit& evaluation,
                       const embed::Probe& probe) {
#ifdef REFUSED
  return search::Query{.permit = evaluation, .probe = probe};
#else
  return search::Query{.permit = live, .probe = probe};
#endif
}
