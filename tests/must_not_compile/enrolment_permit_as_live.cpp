// refused: initialization of reference .*LivePermit&.* from .*EnrolmentPermit
#include "safeguards/authority/permit.h"

using namespace proviso::authority;

void look_under(const LivePermit& permit);

void look([[maybe_unused]] const EnrolmentPermit& other, [[maybe_unused]] const LivePermit& own) {
#ifdef REFUSED
  look_under(other);
#else
  look_under(own);
#endif
}
