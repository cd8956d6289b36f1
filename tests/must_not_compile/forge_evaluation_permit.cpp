// refused: EvaluationPermit::EvaluationPermit.* is private within this context
// Only the evaluation desk makes an EvaluationPermit.
#include "safeguards/authority/desks.h"

using namespace proviso::authority;

proviso::Result<EvaluationPermit> permit_of(EvaluationDesk& desk, [[maybe_unused]] FrameKey key) {
#ifdef REFUSED
  return EvaluationPermit(key);
#else
  return desk.admit();
#endif
}
