#pragma once

// Photographs become one entry of a watchlist: each is decoded, looked at under an enrolment
// permit, assessed, and refused with its reason if it is unusable; the rest are fused.
//
//   outlier a photograph whose median likeness to the others stays under kOnePersonScoreMin is
//           refused: it shows somebody else. Of two that are unlike each other, both are
//   in      one request: id, label, photographs of one person, JPEG or PNG, told by
//           their first bytes
//   out     a report per photograph, in their order, and the new entry unless none is usable
//   errors  kOverLimit for no photograph or too many; those of the stages where a model cannot
//           run. A refused photograph is no error: its report says why.
//   threads thread-bound
//   limits  watchlist::kPhotographsMax photographs an entry; the decoders' own (adapters/jpeg, png)

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "safeguards/watchlist/list_file.h"
#include "stages/detect/detector.h"
#include "stages/embed/embedder.h"
#include "stages/quality/assessor.h"

namespace proviso::enrolment {

// Cosine of two templates. Of 40 people with 10 photographs each, pairs of one person scored 0.40
// at least (1,803 pairs) and 99 in 100 pairs of two people under 0.30 (7,800 pairs), with SFace.
inline constexpr double kOnePersonScoreMin = 0.3;

struct Photograph {
  std::string name;  // For the report.
  std::vector<std::byte> bytes;
};

struct PhotographReport {
  std::string name;
  std::optional<std::string> refusal;  // "no face", "several faces: 2", "too small: 31 px, ..."
  std::optional<quality::Assessment> assessment;
  std::optional<double> strength{};         // Of the network's answer: composite.h.
  std::optional<double> composite_score{};  // A finding or not, and no refusal: composite.h.
};

struct Enrolled {
  std::optional<watchlist::NewEntry> entry;  // Empty when no photograph is usable.
  std::vector<PhotographReport> photographs;
};

class Enrolment {
 public:
  // The parts outlive the enrolment.
  Enrolment(detect::Detector& detector,
            embed::Embedder& embedder,
            quality::QualityOptions quality,
            const Clock& clock)
      : detector_(detector), embedder_(embedder), quality_(quality), clock_(clock) {}

  Result<Enrolled> enrol(const EntryId& id,
                         const std::string& label,
                         std::span<const Photograph> photographs);

 private:
  struct Usable;
  Result<std::optional<Usable>> assess(const authority::EnrolmentPermit& permit,
                                       const Photograph& photograph,
                                       PhotographReport& report);
  static void refuse_outliers(std::vector<Usable>& usable, std::vector<PhotographReport>& reports);

  detect::Detector& detector_;
  embed::Embedder& embedder_;
  quality::QualityOptions quality_;
  const Clock& clock_;
};

}  // namespace proviso::enrolment
