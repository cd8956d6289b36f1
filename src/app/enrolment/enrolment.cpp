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
#include "safeguards/authority/desks.h"

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

struct Enrolment::Usable {
  std::size_t photograph = 0;  // Its place among the photographs of the request.
  watchlist::Reference reference;
  float quality = 0;
  crypto::Digest digest;
  std::vector<std::uint8_t> thumbnail_jpeg;
};

Result<std::optional<Enrolment::Usable>> Enrolment::assess(const authority::EnrolmentPermit& permit,
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
  PROVISO_TRY(auto reference, embedder_.embed(permit, pixels, face));
  report.strength = reference.strength();
  report.composite_score =
      composite_score(measure_composite(embed::aligned_crop(pixels, face), reference.strength()));
  PROVISO_TRY(
      auto thumbnail,
      jpeg::encode(image::crop_scaled(pixels, thumbnail_box(face), kThumbnail), kThumbnailQuality));
  return Found(Usable{.photograph = 0,
                      .reference = std::move(reference),
                      .quality = report.assessment->unified_score,
                      .digest = crypto::sha256(photograph.bytes),
                      .thumbnail_jpeg = std::move(thumbnail)});
}

void Enrolment::refuse_outliers(std::vector<Usable>& usable,
                                std::vector<PhotographReport>& reports) {
  if (usable.size() < 2) return;
  std::vector<Usable> fitting;
  for (std::size_t n = 0; n < usable.size(); ++n) {
    std::vector<double> to_others;
    for (std::size_t other = 0; other < usable.size(); ++other) {
      if (other == n) continue;
      to_others.push_back(likeness(usable[n].reference, usable[other].reference));
    }
    const double to_rest = median(std::move(to_others));
    if (to_rest >= kOnePersonScoreMin) {
      fitting.push_back(usable[n]);
      continue;
    }
    reports[usable[n].photograph].refusal =
        concat("does not fit: likeness to the other photographs ",
               hundredths(to_rest),
               ", needed ",
               hundredths(kOnePersonScoreMin),
               "; see whether all show one person, and take out who does not belong");
  }
  usable = std::move(fitting);
}

Result<Enrolled> Enrolment::enrol(const EntryId& id,
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
  constexpr float kWeightLowest = 0.05F;
  authority::EnrolmentDesk desk(id, clock_);
  std::vector<PhotographReport> reports;
  std::vector<Usable> usable;
  for (const Photograph& photograph : photographs) {
    PROVISO_TRY(const auto permit, desk.admit());
    reports.push_back({.name = photograph.name, .refusal = {}, .assessment = {}});
    PROVISO_TRY(auto found, assess(permit, photograph, reports.back()));
    if (!found) continue;
    found->photograph = reports.size() - 1;
    usable.push_back(std::move(*found));
  }
  refuse_outliers(usable, reports);
  if (usable.empty()) return Enrolled{.entry = {}, .photographs = std::move(reports)};
  std::vector<embed::WeightedReference> weighted;
  std::vector<crypto::Digest> digests;
  for (const Usable& one : usable) {
    weighted.push_back(
        {.reference = one.reference, .weight = std::max(kWeightLowest, one.quality)});
    digests.push_back(one.digest);
  }
  PROVISO_TRY(const auto permit, desk.admit());
  PROVISO_TRY(auto fused, embedder_.fuse(permit, weighted));
  const auto best =
      std::max_element(usable.begin(), usable.end(), [](const auto& a, const auto& b) {
        return a.quality < b.quality;
      });
  return Enrolled{.entry = watchlist::NewEntry{.id = id,
                                               .label = label,
                                               .photographs = std::move(digests),
                                               .reference = std::move(fused),
                                               .thumbnail_jpeg = std::move(best->thumbnail_jpeg)},
                  .photographs = std::move(reports)};
}

}  // namespace proviso::enrolment
