#include "app/evaluation/listing.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/image/canvas.h"
#include "base/image/resample.h"
#include "stages/quality/assessor.h"

namespace proviso::evaluation {
namespace {

constexpr double kMillion = 1e6;
constexpr image::BgrColour kGrey{128, 128, 128};
constexpr image::SizePx kStage{256, 256};

image::BgrImage small(const Cutout& shown) {
  image::BgrImage stage(kStage);
  const auto width = static_cast<float>(kStage.width);
  const auto height = static_cast<float>(kStage.height);
  image::fill(stage, {0, 0, width, height}, kGrey);
  const float scale = kSmallestShownPx / shown.face.width;
  const float wide = static_cast<float>(shown.picture.size.width) * scale;
  const float high = static_cast<float>(shown.picture.size.height) * scale;
  image::blend_scaled(
      stage, shown.picture, shown.alpha, {(width - wide) / 2, (height - high) / 2, wide, high});
  return stage;
}

using Template = std::vector<float>;

class Measurement {
 public:
  Measurement(detect::Detector& detector,
              embed::Embedder& embedder,
              authority::EvaluationDesk& desk)
      : detector_(detector), embedder_(embedder), desk_(desk) {}

  // Empty where the picture does not hold exactly one face, or the face is not usable.
  Result<Template> of(const image::BgrImage& picture, int face_width_px_min) {
    PROVISO_TRY(const auto permit, desk_.admit());
    const auto pixels = image::to_yuv(picture);
    PROVISO_TRY(const auto faces, detector_.detect(permit, pixels));
    quality::QualityOptions floor;
    floor.face_width_px_min = static_cast<float>(face_width_px_min);
    if (faces.size() != 1 || !quality::assess(pixels, faces[0], floor).usable()) {
      return Template{};
    }
    PROVISO_TRY(const auto sample, embedder_.embed(permit, pixels, faces[0]));
    return Template(sample.values().begin(), sample.values().end());
  }

 private:
  detect::Detector& detector_;
  embed::Embedder& embedder_;
  authority::EvaluationDesk& desk_;
};

// 0 with an empty one.
double similarity(const Template& a, const Template& b) {
  if (a.empty() || b.empty()) return 0;
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

// `enrolled` belongs to `persons`, one each.
void take_out_doubles(std::vector<Person>& persons, const std::vector<Template>& enrolled) {
  constexpr double kMayBeOne = authority::kThresholdFloorMillionths / kMillion;
  std::vector<bool> out(persons.size());
  for (std::size_t a = 0; a < persons.size(); ++a) {
    for (std::size_t b = a + 1; b < persons.size(); ++b) {
      if (similarity(enrolled[a], enrolled[b]) < kMayBeOne) continue;
      out[persons[a].score_small < persons[b].score_small ? a : b] = true;
    }
  }
  std::vector<Person> left;
  for (std::size_t i = 0; i < persons.size(); ++i) {
    if (!out[i]) left.push_back(std::move(persons[i]));
  }
  persons = std::move(left);
}

}  // namespace

Status measure_people(std::vector<Person>& persons,
                      const authority::OperatingPoint& point,
                      detect::Detector& detector,
                      embed::Embedder& embedder,
                      authority::EvaluationDesk& desk) {
  Measurement measurement{detector, embedder, desk};
  std::vector<Template> all_enrolled;
  for (auto& person : persons) {
    PROVISO_TRY(auto enrolled, measurement.of(person.enrolled, point.enrolment_face_width_px_min));
    person.score_small = 1;
    for (const auto& shown : person.shown) {
      PROVISO_TRY(const auto seen, measurement.of(small(shown), point.face_width_px_min));
      person.usable = person.usable && !seen.empty();
      person.score_small = std::min(person.score_small, similarity(seen, enrolled));
    }
    person.listable = person.score_small >= point.threshold_millionths / kMillion;
    all_enrolled.push_back(std::move(enrolled));
  }
  take_out_doubles(persons, all_enrolled);
  return Done{};
}

}  // namespace proviso::evaluation
