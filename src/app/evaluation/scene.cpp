#include "app/evaluation/scene.h"

#include <algorithm>

#include "app/evaluation/seeded.h"
#include "base/core/concat.h"

namespace proviso::evaluation {
namespace {

constexpr int kCrowdSeconds = 120;
constexpr int kStandardSeconds = 60;
constexpr double kPassSecondsMax = 6.5;
constexpr int kLanes = 6;
constexpr int kStandardLanes = 8;
constexpr std::size_t kStandardListed = 3;
constexpr double kCycleSeconds = 20;
constexpr double kResidueStepSeconds = 1.0;
constexpr int kFirstListedSlot = 3;
constexpr int kSlotsAListed = 9;
constexpr int kSlotsToRepeat = 8;  // About 15 s.
constexpr int kCoveredEvery = 4;
constexpr double kWidthFromPxMin = 50;
constexpr double kWidthToPxMax = 120;
constexpr double kEnlargedMax = 1.35;  // Beyond it a photograph has no detail left to show.

double width_to(const Cutout& cutout, double wanted_px) {
  const double widest = static_cast<double>(cutout.face.width) * kEnlargedMax;
  return std::clamp(widest, kWidthFromPxMin + 1, wanted_px);
}

PassPlan walk(Seeded& seeded, const Person& person, std::size_t index, std::size_t image) {
  PassPlan pass{.person = index, .image = image % person.shown.size()};
  pass.duration_s = seeded.between(5.2, kPassSecondsMax);
  pass.width_to_px = width_to(person.shown[pass.image], seeded.between(100, kWidthToPxMax));
  pass.width_from_px = seeded.between(kWidthFromPxMin, std::min(60.0, pass.width_to_px));
  pass.roll_degrees = seeded.between(-4, 4);
  pass.gain = seeded.between(0.85, 1.12);
  pass.variation = seeded.next();
  return pass;
}

struct Lane {
  int number;
  int of;
  double drift_px_max;
};

void place(PassPlan& pass, Seeded& seeded, const Scene& scene, const Lane& lane) {
  const double lane_px = static_cast<double>(scene.size.width) / lane.of;
  pass.drift_px = seeded.between(-lane.drift_px_max, lane.drift_px_max);
  pass.x_px = (lane.number + 0.5) * lane_px - pass.drift_px / 2;
}

// Which listed person, and which of their passes, a slot of the crowd belongs to.
struct ListedSlot {
  bool listed = false;
  std::size_t person = 0;
  std::size_t time = 0;
};

ListedSlot listed_slot(int slot) {
  for (int k = 0; k < kCrowdListed; ++k) {
    const int first = kFirstListedSlot + k * kSlotsAListed;
    const auto person = static_cast<std::size_t>(k);
    if (slot == first) return {true, person, 0};
    if (slot == first + kSlotsToRepeat) return {true, person, 1};
  }
  return {};
}

// Who is listed, and who is not, as indices of people.
struct Cast {
  std::vector<std::size_t> listed;
  std::vector<std::size_t> others;
};

// People with pictures besides the enrolled one are listed first: they say most. The rest are
// drawn.
Result<Cast> cast(const std::vector<Person>& persons, std::size_t count, Seeded& seeded) {
  Cast cast;
  std::vector<std::size_t> drawn;
  for (std::size_t i = 0; i < persons.size(); ++i) {
    if (persons[i].listable) (persons[i].same_image ? drawn : cast.listed).push_back(i);
  }
  while (cast.listed.size() < count && !drawn.empty()) {
    const auto at = drawn.begin() + static_cast<std::ptrdiff_t>(seeded.below(drawn.size()));
    cast.listed.push_back(*at);
    drawn.erase(at);
  }
  if (cast.listed.size() < count) {
    return Error{ErrorCode::kInvalidInput,
                 concat("scene: needs ",
                        count,
                        " people who can be recognised at the smallest size shown; found ",
                        cast.listed.size(),
                        "; add photographs to the folder")};
  }
  cast.listed.resize(count);
  for (std::size_t i = 0; i < persons.size(); ++i) {
    if (std::find(cast.listed.begin(), cast.listed.end(), i) == cast.listed.end()) {
      cast.others.push_back(i);
    }
  }
  return cast;
}

Status plan_crowd(Scene& scene, const std::vector<Person>& persons, Seeded& seeded) {
  PROVISO_TRY(const auto people, cast(persons, kCrowdListed, seeded));
  for (const auto person : people.listed) scene.listed[person] = true;
  const double step = (kCrowdSeconds - kPassSecondsMax) / (kCrowdPasses - 1);
  std::size_t other = 0;
  for (int slot = 0; slot < kCrowdPasses; ++slot) {
    const auto listed = listed_slot(slot);
    const std::size_t person = listed.listed ? people.listed[listed.person]
                                             : people.others[other++ % people.others.size()];
    auto pass = walk(seeded, persons[person], person, listed.time);
    pass.start_s = slot * step;
    if (pass.start_s + pass.duration_s > scene.duration_s) break;
    if (slot % kCoveredEvery == 1) {
      pass.covered_at_s = seeded.between(1.5, 3.5);
      pass.covered_for_s = seeded.between(0.3, 0.5);
    }
    place(pass, seeded, scene, {.number = slot % kLanes, .of = kLanes, .drift_px_max = 60});
    scene.passes.push_back(pass);
  }
  return Done{};
}

Status plan_standard(Scene& scene, const std::vector<Person>& persons, Seeded& seeded) {
  PROVISO_TRY(const auto people, cast(persons, kStandardListed, seeded));
  for (const auto person : people.listed) scene.listed[person] = true;
  std::size_t other = 0;
  for (std::size_t cycle = 0;; ++cycle) {
    const double start = static_cast<double>(cycle) * kCycleSeconds;
    if (start + kCycleSeconds / 2 > scene.duration_s) break;
    for (int lane = 0; lane < kStandardLanes; ++lane) {
      const bool listed = lane == static_cast<int>(cycle * 3 % kStandardLanes);
      const std::size_t person = listed ? people.listed[cycle % kStandardListed]
                                        : people.others[other++ % people.others.size()];
      auto pass = walk(seeded, persons[person], person, cycle / kStandardListed);
      pass.start_s = start;
      pass.duration_s = kCycleSeconds / 2;
      place(pass, seeded, scene, {.number = lane, .of = kStandardLanes, .drift_px_max = 20});
      scene.passes.push_back(pass);
    }
  }
  return Done{};
}

void plan_residue(Scene& scene, const std::vector<Person>& persons, Seeded& seeded) {
  for (int slot = 0; slot < kResiduePasses; ++slot) {
    const auto person = static_cast<std::size_t>(slot) % persons.size();
    auto pass = walk(seeded, persons[person], person, static_cast<std::size_t>(slot));
    pass.start_s = slot * kResidueStepSeconds;
    if (pass.start_s + pass.duration_s > scene.duration_s) break;
    place(pass, seeded, scene, {.number = slot % kLanes, .of = kLanes, .drift_px_max = 40});
    scene.passes.push_back(pass);
  }
}

Error refused(const SceneRequest& request) {
  return Error{ErrorCode::kInvalidInput,
               concat("scene: needs crowd, standard_clip or residue, and 1 to ",
                      kSceneSecondsMax,
                      " seconds; found ",
                      in_quotes(request.name),
                      " and ",
                      request.duration_s,
                      " s; choose one of these")};
}

}  // namespace

Result<Scene> plan(const SceneRequest& request, const std::vector<Person>& persons) {
  if (request.duration_s < 0 || request.duration_s > kSceneSecondsMax || request.seed < 0) {
    return refused(request);
  }
  if (persons.size() < kScenePersonsMin) {
    return Error{ErrorCode::kInvalidInput,
                 concat("scene: needs at least ",
                        kScenePersonsMin,
                        " people; found ",
                        persons.size(),
                        "; add photographs to the folder")};
  }
  Scene scene{.name = request.name,
              .seed = request.seed,
              .duration_s = static_cast<double>(request.duration_s),
              .listed = std::vector<bool>(persons.size()),
              .passes = {}};
  const auto or_else = [&](double seconds) {
    if (request.duration_s == 0) scene.duration_s = seconds;
  };
  Seeded seeded{static_cast<std::uint64_t>(request.seed)};
  if (request.name == "crowd") {
    or_else(kCrowdSeconds);
    PROVISO_TRY_DONE(plan_crowd(scene, persons, seeded));
  } else if (request.name == "standard_clip") {
    or_else(kStandardSeconds);
    PROVISO_TRY_DONE(plan_standard(scene, persons, seeded));
  } else if (request.name == "residue") {
    or_else(kResiduePasses * kResidueStepSeconds + kPassSecondsMax);
    plan_residue(scene, persons, seeded);
  } else {
    return refused(request);
  }
  return scene;
}

}  // namespace proviso::evaluation
