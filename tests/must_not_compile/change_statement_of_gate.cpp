// refused: as .+this.+ argument discards qualifiers
// What runs is what was signed: nobody can give a run another window.
#include "safeguards/authority/gate.h"

using namespace proviso::authority;

proviso::WallTime end_of(const Gate& gate) {
#ifdef REFUSED
  gate.statement().not_after = proviso::WallTime::max();
#endif
  return gate.statement().not_after;
}
