#pragma once

// The people of a simulated crowd: faces found in a folder of photographs and clips.
//
//   in       a folder with sample1..6.jpg, t1.jpg, biden.jpg, obama*.jpg and
//            carphone_pristine.mp4, any of which may be missing; a detector and an evaluation desk
//   out      persons `obama`, `carphone`, `biden`, then one bystander `b01`, `b02`... a face
//   enrolled is never among `shown` where a person has other pictures; else same_image is set
//   errors   those of jpeg, ffmpeg and detect; kNotFound if no face is large enough
//   threads  thread-bound
//   limits   faces under kShownFaceWidthPxMin are left out

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/image/pixels.h"
#include "safeguards/authority/desks.h"
#include "stages/detect/detector.h"

namespace proviso::evaluation {

inline constexpr float kShownFaceWidthPxMin = 44;
inline constexpr float kFaceWidthKeptPxMax = 180;  // Larger faces are shrunk once, when loaded.

// A head, cut out softly.
struct Cutout {
  image::BgrImage picture;
  std::vector<std::uint8_t> alpha;  // One a pixel.
  image::RectPx face;               // The detector's box in `picture`.
};

struct Person {
  std::string id;
  std::vector<Cutout> shown;
  image::BgrImage enrolled;
  bool same_image = false;
  bool usable = true;  // These three are measured by measure_people().
  double score_small = 0;
  bool listable = false;
};

// `face` is a box on `photograph`.
Cutout cut_out(const image::YuvImage& photograph, const image::RectPx& face);

Result<std::vector<Person>> load_gallery(const std::filesystem::path& folder,
                                         detect::Detector& detector,
                                         authority::EvaluationDesk& desk);

}  // namespace proviso::evaluation
