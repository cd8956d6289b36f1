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
//   two steps look() and templates(), so that the templates of several requests are made together,
//           which is cheaper each; enrol() is both for one
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
#include "safeguards/authority/desks.h"
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

// A request that was looked at, on its way to its template. It holds no photograph any more.
class Looked {
 public:
  std::size_t usable_count() const { return usable_.size(); }

 private:
  friend class Enrolment;
  struct Usable {
    std::size_t photograph = 0;  // Its place among the photographs of the request.
    authority::EnrolmentPermit permit;
    image::BgrImage aligned;
    float quality = 0;
    crypto::Digest digest;
    std::vector<std::uint8_t> thumbnail_jpeg;
  };
  Looked(EntryId id, std::string label, authority::EnrolmentDesk desk)
      : id_(std::move(id)), label_(std::move(label)), desk_(std::move(desk)) {}

  EntryId id_;
  std::string label_;
  authority::EnrolmentDesk desk_;
  std::vector<PhotographReport> reports_;
  std::vector<Usable> usable_;
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

  Result<Looked> look(const EntryId& id,
                      const std::string& label,
                      std::span<const Photograph> photographs);
  // In their order.
  Result<std::vector<Enrolled>> templates(std::vector<Looked> requests);

 private:
  using Usable = Looked::Usable;
  using References = std::vector<watchlist::Reference>;
  Result<std::optional<Usable>> assess(const authority::EnrolmentPermit& permit,
                                       const Photograph& photograph,
                                       PhotographReport& report);
  static void refuse_outliers(Looked& request, References& references);
  Result<Enrolled> enrolled(Looked request, References references);

  detect::Detector& detector_;
  embed::Embedder& embedder_;
  quality::QualityOptions quality_;
  const Clock& clock_;
};

}  // namespace proviso::enrolment
