// refused: EnrolmentPermit::EnrolmentPermit.* is private within this context
// Only the enrolment desk makes an EnrolmentPermit.
#include "safeguards/authority/desks.h"

using namespace proviso::authority;

proviso::Result<EnrolmentPermit> permit_of(EnrolmentDesk& desk, [[maybe_unused]] FrameKey key) {
#ifdef REFUSED
  return EnrolmentPermit(key);
#else
  return desk.admit();
#endif
}
