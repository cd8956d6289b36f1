// refused: could not convert .*evaluation.* from .*embed::Sample>.* to .*Reference>
// What an EvaluationPermit allows is a Sample, which no list takes.
#include "stages/embed/embedder.h"

using namespace proviso;

Result<watchlist::Reference> reference_of(
    embed::Embedder& embedder,
    [[maybe_unused]] const authority::EnrolmentPermit& enrolment,
    [[maybe_unused]] std::span<const embed::WeightedReference> enrolled,
    [[maybe_unused]] const authority::EvaluationPermit& evaluation,
    [[maybe_unused]] const image::YuvImage& picture,
    [[maybe_unused]] const detect::Face& face) {
#ifdef REFUSED
  return embedder.embed(evaluation, picture, face);
#else
  return embedder.fuse(enrolment, enrolled);
#endif
}
