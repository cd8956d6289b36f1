#include "safeguards/authority/desks.h"

#include "base/core/concat.h"

namespace proviso::authority {
namespace {

std::string_view name_of(PictureSet set) {
  switch (set) {
    case PictureSet::kConsented: return "consented";
    case PictureSet::kSimulated: return "simulated";
    case PictureSet::kBenchmark: return "benchmark";
  }
  PROVISO_CHECK(false);
}

CameraId desk_name(std::string_view text) {
  return CameraId::parse(text).value();
}

Result<FrameKey> next_key(const CameraId& name, const Clock& clock, std::uint64_t& admitted) {
  if (admitted == kPicturesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("desk: ", kPicturesMax, " pictures admitted, the limit; start a new run")};
  }
  ++admitted;
  return FrameKey{.camera = name, .sequence = admitted, .captured_at = clock.wall()};
}

}  // namespace

EnrolmentDesk::EnrolmentDesk(const EntryId& request, const Clock& clock)
    : name_(desk_name(request.text())), clock_(clock) {}

Result<EnrolmentPermit> EnrolmentDesk::admit() {
  PROVISO_TRY(auto key, next_key(name_, clock_, admitted_));
  return EnrolmentPermit(std::move(key));
}

EvaluationDesk::EvaluationDesk(PictureSet set, const Clock& clock)
    : name_(desk_name(name_of(set))), clock_(clock) {}

Result<EvaluationPermit> EvaluationDesk::admit() {
  PROVISO_TRY(auto key, next_key(name_, clock_, admitted_));
  return EvaluationPermit(std::move(key));
}

}  // namespace proviso::authority
