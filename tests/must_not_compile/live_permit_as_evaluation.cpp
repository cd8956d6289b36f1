// refused: initialization of reference .*EvaluationPermit&.* from .*LivePermit
#include "safeguards/authority/permit.h"

using namespace proviso::authority;

void look_under(const EvaluationPermit& permit);

void look([[maybe_unused]] const LivePermit& other, [[maybe_unused]] const EvaluationPermit& own) {
#ifdef REFUSED
  look_under(other);
#else
  look_under(own);
#endif
}
