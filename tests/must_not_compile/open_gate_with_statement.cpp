// refused: cannot convert.*Statement
// A statement says what is asked for. The gate takes what was granted: a verified authority.
#include "safeguards/authority/gate.h"

using namespace proviso::authority;

auto gate_of(std::shared_ptr<const WrittenAuthority> authority,
             const RunRequest& request,
             const Circumstances& circumstances,
             const proviso::Clock& clock) {
#ifdef REFUSED
  return Gate::open(authority->statement(), request, circumstances, clock);
#else
  return Gate::open(std::move(authority), request, circumstances, clock);
#endif
}
