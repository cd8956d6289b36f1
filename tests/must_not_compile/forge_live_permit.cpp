// refused: LivePermit::LivePermit.* is private within this context
// Only the gate makes a LivePermit.
#include "safeguards/authority/gate.h"

using namespace proviso::authority;

proviso::Result<LivePermit> permit_of(const Gate& gate, const FrameKey& key) {
#ifdef REFUSED
  return LivePermit(key, 1);
#else
  return gate.admit(key);
#endif
}
