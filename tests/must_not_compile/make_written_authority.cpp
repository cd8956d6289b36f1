// refused: WrittenAuthority::WrittenAuthority.* is private within this context
// An authority was verified: signatures over its very bytes, and every rule of its policy.
#include "safeguards/authority/written_authority.h"

using namespace proviso;
using authority::WrittenAuthority;

Result<std::shared_ptr<const WrittenAuthority>> authority_of(
    std::string_view note,
    const officers::Register& officers,
    std::shared_ptr<const policy::Policy> policy,
    WallTime now) {
#ifdef REFUSED
  return std::shared_ptr<const WrittenAuthority>(new WrittenAuthority());
#else
  return WrittenAuthority::verify(note, officers, std::move(policy), now);
#endif
}
