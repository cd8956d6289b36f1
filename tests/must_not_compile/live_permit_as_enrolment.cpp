// refused: initialization of reference .*EnrolmentPermit&.* from .*LivePermit
#include "safeguards/authority/permit.h"

using namespace proviso::authority;

void look_under(const EnrolmentPermit& permit);

void look([[maybe_unused]] const LivePermit& other, [[maybe_unused]] const EnrolmentPermit& own) {
#ifdef REFUSED
  look_under(other);
#else
  look_under(own);
#endif
}
