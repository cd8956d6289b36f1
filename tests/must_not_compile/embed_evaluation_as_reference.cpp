// refused: could not convert .*evaluation.* from .*embed::Sample>.* to .*Reference>
// What an EvaluationPermit allows is a Sample, which no list takes.
#include "stages/embed/embedder.h"

using namespace proviso;

Result<watchlist::Reference> reference_of(
    embed::Embedder& embedder,
    [[maybe_unused]] const authority::EnrolmentPermit& enrolment,
    [[maybe_unused]] const authority::EvaluationPermit& evaluation,
    const image::YuvImage& picture,
    const detect::Face& face) {
#ifdef REFUSED
  return embedder.embed(evaluation, picture, face);
#else
  return embedder.embed(enrolment, picture, face);
#endif
}
