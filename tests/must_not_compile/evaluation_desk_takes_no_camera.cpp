// refused: no matching function for call to .*EvaluationDesk.const proviso::CameraId&
// An EvaluationPermit is never for a live source: its desk cannot be told a camera.
#include "safeguards/authority/desks.h"
#include "safeguards/authority/statement.h"

using namespace proviso::authority;

EvaluationDesk desk_for([[maybe_unused]] const AuthorisedCamera& camera,
                        const proviso::Clock& clock) {
#ifdef REFUSED
  return EvaluationDesk(camera.id, clock);
#else
  return EvaluationDesk(PictureSet::kConsented, clock);
#endif
}
