#pragma once

// What a simulated video shows, exactly: who passes when, and where the face is on each frame.
// The file is docs/formats/ground-truth.md: a header line, then one line a pass.
//
//   boxes    integers in tenths of a pixel; what YuNet would box, before anything covers it
//   visible  per-mille of the box that nothing covers and that lies inside the frame
//   errors   parse: kInvalidInput naming the line and field; kOverLimit over the limits below
//   threads  values

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/image/geometry.h"

namespace proviso::evaluation {

inline constexpr std::int64_t kGroundTruthVersion = 2;
inline constexpr std::size_t kPassesMax = 10'000;
inline constexpr std::size_t kPassFramesMax = 1'500;
inline constexpr std::size_t kPersonsMax = 1'000;
inline constexpr std::string_view kFunctionalCheck = "functional check, not an accuracy figure";

struct TruthBox {
  int x_tenths = 0;
  int y_tenths = 0;
  int width_tenths = 0;
  int height_tenths = 0;
  int visible_permille = 0;
  image::RectPx rect() const;
  friend bool operator==(const TruthBox&, const TruthBox&) = default;
};

struct TruthPerson {
  std::string id;
  bool listed = false;
  bool same_image = false;  // Every pass shows the one photograph that there is.
  bool usable = true;       // Every picture shown is above the floor of quality: measure_people().
  friend bool operator==(const TruthPerson&, const TruthPerson&) = default;
};

struct TruthPass {
  int id = 0;
  std::string person;
  bool listed = false;
  bool same_image = false;
  std::int64_t first_frame = 0;
  std::vector<TruthBox> boxes;  // One a frame from first_frame on; not empty.
  std::int64_t last_frame() const {
    return first_frame + static_cast<std::int64_t>(boxes.size()) - 1;
  }
  friend bool operator==(const TruthPass&, const TruthPass&) = default;
};

struct GroundTruth {
  std::string scene;
  std::int64_t seed = 0;
  std::string video_sha256;
  int frames_per_s = 25;
  std::int64_t frames = 0;
  image::SizePx size;
  std::vector<TruthPerson> persons;
  std::vector<TruthPass> passes;
  friend bool operator==(const GroundTruth&, const GroundTruth&) = default;
};

std::string to_lines(const GroundTruth& truth);
Result<GroundTruth> parse_ground_truth(std::string_view lines);

}  // namespace proviso::evaluation
