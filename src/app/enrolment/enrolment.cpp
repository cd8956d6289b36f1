#include "app/enrolment/enrolment.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "adapters/jpeg/jpeg.h"
#include "app/enrolment/composite.h"
#include "app/enrolment/photograph.h"
#include "base/core/concat.h"
#include "base/image/resample.h"

namespace proviso::enrolment {
namespace {

constexpr image::SizePx kThumbnail{96, 112};
constexpr int kThumbnailQuality = 85;
constexpr float kThumbnailFaceHeights = 1.6F;

// The face with some of what is around it, in the thumbnail's proportions.
image::RectPx thumbnail_box(const detect::Face& face) {
  const float height = face.box.height * kThumbnailFaceHeights;
  const float width =
      height * static_cast<float>(kThumbnail.width) / static_cast<float>(kThumbnail.height);
  const image::PointPx middle = image::centre(face.box);
  return {middle.x - width / 2, middle.y - height / 2, width, height};
}

std::string whole(float number) {
  return std::to_string(std::lround(number));
}

std::string refusal_of(const quality::Assessment& assessment,
                       const quality::QualityOptions& floor) {
  const std::string name(quality::to_string(assessment.reason));
  switch (assessment.reason) {
    case quality::Reason::kTooSmall:
      return concat(name,
                    ": face ",
                    whole(assessment.face_width_px),
                    " px wide, needed ",
                    whole(floor.face_width_px_min),
                    "; use a larger photograph");
    case quality::Reason::kTurnedAway:
      return concat(name,
                    ": yaw ",
                    whole(assessment.yaw_degrees),
                    " and pitch ",
                    whole(assessment.pitch_degrees),
                    " degrees, needed within ",
                    whole(floor.yaw_degrees_max),
                    " and ",
                    whole(floor.pitch_degrees_max),
                    "; use a frontal photograph");
    case quality::Reason::kBlurred:
      return concat(name,
                    ": sharpness ",
                    std::to_string(assessment.sharpness),
                    ", needed ",
                    std::to_string(floor.sharpness_min),
                    "; use a sharper photograph");
    default: return concat(name, "; use another photograph");
  }
}

double likeness(const watchlist::Reference& one, const watchlist::Reference& other) {
  return std::inner_product(one.values().begin(), one.values().end(), other.values().begin(), 0.0);
}

// The median, the higher of the two in the middle. Not empty.
double median(std::vector<double> numbers) {
  const auto middle = numbers.begin() + static_cast<std::ptrdiff_t>((numbers.size() - 1) / 2);
  std::nth_element(numbers.begin(), middle, numbers.end(), std::greater<>());
  return *middle;
}

std::string hundredths(double number) {
  constexpr int kHundred = 100;
  const long whole = std::lround(std::abs(number) * kHundred);
  const std::string digits = std::to_string(kHundred + whole % kHundred).substr(1);
  return concat(number < 0 ? "-" : "", whole / kHundred, '.', digits);
}

}  // namespace

Result<std::optional<Looked::Usable>> Enrolment::assess(const authority::EnrolmentPermit& permit,
                                                        const Photograph& photograph,
                                                        PhotographReport& report) {
  using Found = std::optional<Usable>;
  auto decoded = decode_planes(photograph.bytes);
  if (!decoded) {
    report.refusal = decoded.error().message;
    return Found{};
  }
  const image::YuvImage& pixels = decoded.value();
  PROVISO_TRY(const auto faces, detector_.detect(permit, pixels));
  if (faces.empty()) {
    report.refusal = "no face; use a photograph that shows the person's face";
    return Found{};
  }
  if (faces.size() > 1) {
    report.refusal =
        concat("several faces: ", faces.size(), ", needed 1; cut out the person's own");
    return Found{};
  }
  const detect::Face& face = faces.front();
  report.assessment = quality::assess(pixels, face, quality_);
  if (!report.assessment->usable()) {
    report.refusal = refusal_of(*report.assessment, quality_);
    return Found{};
  }
  if (!embed::can_be_aligned(face)) {
    report.refusal = "both eyes at one point; use another photograph";
    return Found{};
  }
  PROVISO_TRY(
      auto thumbnail,
      jpeg::encode(image::crop_scaled(pixels, thumbnail_box(face), kThumbnail), kThumbnailQuality));
  return Found(Usable{.photograph = 0,
                      .permit = permit,
                      .aligned = embed::aligned_crop(pixels, face),
                      .quality = report.assessment->unified_score,
                      .digest = crypto::sha256(photograph.bytes),
                      .thumbnail_jpeg = std::move(thumbnail)});
}

void Enrolment::refuse_outliers(Looked& request, References& references) {
  if (references.size() < 2) return;
  std::vector<Usable> fitting;
  References of_fitting;
  for (std::size_t n = 0; n < references.size(); ++n) {
    std::vector<double> to_others;
    for (std::size_t other = 0; other < references.size(); ++other) {
      if (other == n) continue;
      to_others.push_back(likeness(references[n], references[other]));
    }
    const double to_rest = median(std::move(to_others));
    if (to_rest >= kOnePersonScoreMin) {
      fitting.push_back(std::move(request.usable_[n]));
      of_fitting.push_back(references[n]);
      continue;
    }
    request.reports_[request.usable_[n].photograph].refusal =
        concat("does not fit: likeness to the other photographs ",
               hundredths(to_rest),
               ", needed ",
               hundredths(kOnePersonScoreMin),
               "; see whether all show one person, and take out who does not belong");
  }
  request.usable_ = std::move(fitting);
  references = std::move(of_fitting);
}

Result<Looked> Enrolment::look(const EntryId& id,
                               const std::string& label,
                               std::span<const Photograph> photographs) {
  if (photographs.empty() || photographs.size() > watchlist::kPhotographsMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("entry ",
                        id.text(),
                        ": ",
                        photographs.size(),
                        " photographs, needed 1 to ",
                        watchlist::kPhotographsMax,
                        "; give the best ones")};
  }
  Looked request(id, label, authority::EnrolmentDesk(id, clock_));
  for (const Photograph& photograph : photographs) {
    PROVISO_TRY(const auto permit, request.desk_.admit());
    request.reports_.push_back({.name = photograph.name, .refusal = {}, .assessment = {}});
    PROVISO_TRY(auto found, assess(permit, photograph, request.reports_.back()));
    if (!found) continue;
    found->photograph = request.reports_.size() - 1;
    request.usable_.push_back(std::move(*found));
  }
  return request;
}

Result<std::vector<Enrolled>> Enrolment::templates(std::vector<Looked> requests) {
  std::vector<embed::EnrolmentShot> shots;
  for (const Looked& request : requests) {
    for (const Usable& one : request.usable_) {
      shots.push_back({.permit = one.permit, .aligned = one.aligned});
    }
  }
  PROVISO_TRY(const auto references, embedder_.embed(shots));
  std::vector<Enrolled> all;
  auto next = references.begin();
  for (Looked& request : requests) {
    const auto end = next + static_cast<std::ptrdiff_t>(request.usable_.size());
    PROVISO_TRY(auto one, enrolled(std::move(request), References(next, end)));
    all.push_back(std::move(one));
    next = end;
  }
  return all;
}

// `references`: of its usable photographs, in their order.
Result<Enrolled> Enrolment::enrolled(Looked request, References references) {
  constexpr float kWeightLowest = 0.05F;
  for (std::size_t n = 0; n < references.size(); ++n) {
    PhotographReport& report = request.reports_[request.usable_[n].photograph];
    report.strength = references[n].strength();
    report.composite_score =
        composite_score(measure_composite(request.usable_[n].aligned, *report.strength));
  }
  refuse_outliers(request, references);
  if (references.empty()) return Enrolled{.entry = {}, .photographs = std::move(request.reports_)};
  std::vector<embed::WeightedReference> weighted;
  std::vector<crypto::Digest> digests;
  for (std::size_t n = 0; n < references.size(); ++n) {
    weighted.push_back({.reference = references[n],
                        .weight = std::max(kWeightLowest, request.usable_[n].quality)});
    digests.push_back(request.usable_[n].digest);
  }
  PROVISO_TRY(const auto permit, request.desk_.admit());
  PROVISO_TRY(auto fused, embedder_.fuse(permit, weighted));
  const auto best = std::ranges::max_element(request.usable_, {}, &Usable::quality);
  return Enrolled{.entry = watchlist::NewEntry{.id = std::move(request.id_),
                                               .label = std::move(request.label_),
                                               .photographs = std::move(digests),
                                               .reference = std::move(fused),
                                               .thumbnail_jpeg = std::move(best->thumbnail_jpeg)},
                  .photographs = std::move(request.reports_)};
}

Result<Enrolled> Enrolment::enrol(const EntryId& id,
                                  const std::string& label,
                                  std::span<const Photograph> photographs) {
  std::vector<Looked> one;
  PROVISO_TRY(auto request, look(id, label, photographs));
  one.push_back(std::move(request));
  PROVISO_TRY(auto all, templates(std::move(one)));
  return std::move(all.front());
}

}  // namespace proviso::enrolment
