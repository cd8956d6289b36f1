#pragma once

// The two desks that permit work on pictures which are not a live camera's.
//
//   EnrolmentDesk   one photograph of one watchlist request at a time
//   EvaluationDesk  consented, simulated or benchmark pictures; it takes no camera and no address,
//                   so a live source cannot come this way
//
// Threads: thread-bound; one desk per command. Errors: kOverLimit over kPicturesMax.

#include <cstdint>
#include <string>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "safeguards/authority/permit.h"

namespace proviso::authority {

inline constexpr std::uint64_t kPicturesMax = 10'000'000;

class EnrolmentDesk {
 public:
  // `request` names the watchlist request that the photographs belong to.
  EnrolmentDesk(const EntryId& request, const Clock& clock);
  Result<EnrolmentPermit> admit();

 private:
  CameraId name_;
  const Clock& clock_;
  std::uint64_t admitted_ = 0;
};

enum class PictureSet : std::uint8_t { kConsented, kSimulated, kBenchmark };

class EvaluationDesk {
 public:
  EvaluationDesk(PictureSet set, const Clock& clock);
  Result<EvaluationPermit> admit();

 private:
  CameraId name_;
  const Clock& clock_;
  std::uint64_t admitted_ = 0;
};

}  // namespace proviso::authority
