#pragma once

// Who walks where and when: a scene is a plan that render() turns into video and ground truth.
//
//   crowd          60 passes in two minutes, 12 of them of six listed people, each of whom comes
//                  again within a minute; faces grow from 50-60 to 100-120 px
//   standard_clip  cycles of 20 s: eight slow walkers for 10 s, then nobody; three are listed
//   residue        200 passes, nobody listed; the faces that there are repeat with variation
//
// Listed are people whom measure_people() found listable. Threads: reentrant. The same seed and
// people give the same plan. Errors: kInvalidInput for an unknown name, a duration outside 1 to
// kSceneSecondsMax, or too few people to show or to list.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/evaluation/gallery.h"
#include "base/core/result.h"

namespace proviso::evaluation {

inline constexpr int kSceneSecondsMax = 600;
inline constexpr std::size_t kScenePersonsMin = 8;
inline constexpr int kCrowdPasses = 60;
inline constexpr int kCrowdListed = 6;
inline constexpr int kResiduePasses = 200;

// From now on: times in seconds of the scene, lengths in pixels of its frame.
struct PassPlan {
  std::size_t person = 0;
  std::size_t image = 0;
  double start_s = 0;
  double duration_s = 0;
  double width_from_px = 0;  // Of the face, far away.
  double width_to_px = 0;
  double x_px = 0;  // Of the face's centre at the start.
  double drift_px = 0;
  double roll_degrees = 0;
  double gain = 1;              // Light and shadow, reached half way.
  double covered_at_s = 0;      // Somebody steps in front, from the pass's start on.
  double covered_for_s = 0;     // 0: nobody does.
  std::uint64_t variation = 0;  // Clothes, gait.
};

struct Scene {
  std::string name;
  std::int64_t seed = 0;
  image::SizePx size{1920, 1080};
  int frames_per_s = 25;
  double duration_s = 0;
  std::string preset = "veryfast";
  std::vector<bool> listed;  // For each person of the gallery.
  std::vector<PassPlan> passes;
};

struct SceneRequest {
  std::string name;  // crowd, standard_clip or residue.
  std::int64_t seed = 1;
  int duration_s = 0;  // 0: 120 for crowd, 60 for standard_clip, as long as 200 passes for residue.
};

Result<Scene> plan(const SceneRequest& request, const std::vector<Person>& persons);

}  // namespace proviso::evaluation
