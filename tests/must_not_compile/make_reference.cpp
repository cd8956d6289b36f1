// refused: Reference::Reference.* is private within this context
// Only the embedder makes one, under an EnrolmentPermit.
#include "safeguards/watchlist/reference.h"

using proviso::watchlist::Reference;

Reference reference_of([[maybe_unused]] std::vector<float> values, const Reference& made) {
#ifdef REFUSED
  return Reference(std::move(values));
#else
  return made;
#endif
}
