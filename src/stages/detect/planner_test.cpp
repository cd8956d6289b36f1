#include "stages/detect/planner.h"

#include <gtest/gtest.h>

#include <set>

#include "stages/detect/detector.h"

namespace proviso::detect {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr milliseconds kTurn{400};
// Begins a turn: divisible by kTurn.
constexpr WallTime kStart{std::chrono::seconds{1'700'000'000}};
constexpr image::SizePx kLargeSweep{960, 544};
constexpr image::SizePx kSmallSweep{96, 96};

struct Looks {
  std::vector<milliseconds> sweeps;
  std::vector<milliseconds> near;
  std::size_t near_boxes = 0;
};

struct Scene {
  bool moving = false;
  std::size_t wanting = 0;
  std::size_t settled = 0;
  bool hidden = false;  // Known since the start, not seen again.
  image::SizePx sweep_input = kLargeSweep;
  WallTime start = kStart;
};

// Frames every 40 ms; what is looked at is seen.
Looks watch(Planner& planner, const Scene& scene, milliseconds until) {
  Looks looks;
  std::vector<WallTime> last_seen(scene.wanting + scene.settled, scene.start);
  for (milliseconds after = 0ms; after <= until; after += 40ms) {
    const WallTime now = scene.start + after;
    std::vector<KnownFace> known;
    for (std::size_t n = 0; n < last_seen.size(); ++n) {
      known.push_back({.expected_box = {static_cast<float>(n), 0, 32, 32},
                       .last_seen = last_seen[n],
                       .wants_shots = n < scene.wanting});
    }
    const Plan plan = planner.plan(now, scene.moving, scene.sweep_input, known);
    EXPECT_TRUE(!plan.sweep || plan.near.empty());
    if (plan.sweep) looks.sweeps.push_back(after);
    if (!plan.near.empty()) looks.near.push_back(after);
    looks.near_boxes += plan.near.size();
    if (scene.hidden) continue;
    for (std::size_t n = 0; n < last_seen.size(); ++n) {
      for (const auto& box : plan.near) {
        if (box.x == static_cast<float>(n)) last_seen[n] = now;
      }
      if (plan.sweep) last_seen[n] = now;
    }
  }
  return looks;
}

TEST(Planner, SweepsTheFirstFrameAndOnceATurnWhileSomethingMoves) {
  Planner planner{{.sweep_moving = kTurn}};
  const Looks looks = watch(planner, {.moving = true}, 2000ms);
  EXPECT_EQ(looks.sweeps, (std::vector<milliseconds>{0ms, 400ms, 800ms, 1200ms, 1600ms, 2000ms}));
  EXPECT_TRUE(looks.near.empty());
}

TEST(Planner, SweepsAStillPictureEveryTwoSeconds) {
  Planner planner{{.sweep_moving = kTurn}};
  const Looks looks = watch(planner, {}, 6000ms);
  EXPECT_EQ(looks.sweeps, (std::vector<milliseconds>{0ms, 2000ms, 4000ms, 6000ms}));
}

TEST(Planner, SweepsAtOnceWhenSomethingMovesAfterALongStillness) {
  Planner planner{{.sweep_moving = kTurn}};
  watch(planner, {}, 1000ms);
  EXPECT_TRUE(planner.plan(kStart + 1040ms, true, kLargeSweep, {}).sweep);
}

TEST(Planner, RemembersAMovementUntilTheNextTurn) {
  Planner planner{{.sweep_moving = kTurn}};
  EXPECT_TRUE(planner.plan(kStart, true, kLargeSweep, {}).sweep);
  EXPECT_FALSE(planner.plan(kStart + 120ms, true, kLargeSweep, {}).sweep);
  EXPECT_FALSE(planner.plan(kStart + 360ms, false, kLargeSweep, {}).sweep);
  EXPECT_TRUE(planner.plan(kStart + 400ms, false, kLargeSweep, {}).sweep);
  // Control: nothing moved since.
  EXPECT_FALSE(planner.plan(kStart + 800ms, false, kLargeSweep, {}).sweep);
}

TEST(Planner, CamerasOfDifferentPhasesDoNotSweepTogether) {
  std::multiset<milliseconds> sweeps;
  for (int camera = 0; camera < 10; ++camera) {
    Planner planner{{.sweep_moving = kTurn, .phase = 40ms * camera}};
    const Looks looks = watch(planner, {.moving = true}, 4000ms);
    // All sweep their first frame; the turns part them from then on.
    sweeps.insert(looks.sweeps.begin() + 1, looks.sweeps.end());
    EXPECT_EQ(looks.sweeps.size(), 11U);
  }
  for (const milliseconds at : sweeps) EXPECT_EQ(sweeps.count(at), 1U) << at.count();
}

TEST(Planner, ARecordingIsSweptTheSameWhateverTheSecondAtWhichItStarts) {
  const auto sweeps = [](TurnsFrom from, milliseconds later) {
    Planner planner({.sweep_moving = kTurn, .turns_from = from});
    return watch(planner, {.moving = true, .start = kStart + later}, 2000ms).sweeps;
  };
  EXPECT_EQ(sweeps(TurnsFrom::kFirstFrame, 0ms), sweeps(TurnsFrom::kFirstFrame, 150ms));
  EXPECT_NE(sweeps(TurnsFrom::kTimeOfDay, 0ms), sweeps(TurnsFrom::kTimeOfDay, 150ms));
}

TEST(Planner, LooksNearFacesThatWantShotsEverySecondFrame) {
  Planner planner{{.sweep_moving = kTurn}};
  const Looks looks = watch(planner, {.wanting = 2}, 400ms);
  EXPECT_EQ(looks.near, (std::vector<milliseconds>{80ms, 160ms, 240ms, 320ms, 400ms}));
  EXPECT_EQ(looks.near_boxes, 10U);
}

TEST(Planner, TakesAFrameThatIsALittleEarly) {
  const std::vector<KnownFace> known{
      {.expected_box = {}, .last_seen = kStart, .wants_shots = true}};
  for (const auto& [early, looked] : {std::pair{10ms, true}, {11ms, false}}) {
    Planner planner{{.sweep_moving = kTurn}};
    planner.plan(kStart, false, kLargeSweep, known);
    const Plan plan = planner.plan(kStart + 80ms - early, false, kLargeSweep, known);
    EXPECT_EQ(!plan.near.empty(), looked);
  }
}

TEST(Planner, LooksNearSettledFacesRarely) {
  Planner planner{{.sweep_moving = kTurn}};
  const Looks looks = watch(planner, {.settled = 3}, 1600ms);
  EXPECT_EQ(looks.near, (std::vector<milliseconds>{320ms, 640ms, 960ms, 1280ms, 1600ms}));
  EXPECT_EQ(looks.near_boxes, 15U);
}

TEST(Planner, SparesSettledFacesTheNearLookJustBeforeASweep) {
  Planner planner{{.sweep_moving = kTurn}};
  EXPECT_TRUE(watch(planner, {.moving = true, .settled = 3}, 2000ms).near.empty());
  // Control: faces that want shots are not spared.
  Planner other{{.sweep_moving = kTurn}};
  EXPECT_EQ(watch(other, {.moving = true, .wanting = 3}, 360ms).near.size(), 4U);
}

TEST(Planner, LooksForAHiddenFaceNoOftener) {
  Planner planner{{.sweep_moving = kTurn}};
  EXPECT_EQ(watch(planner, {.settled = 1, .hidden = true}, 1600ms).near.size(), 5U);
  Planner other{{.sweep_moving = kTurn}};
  EXPECT_EQ(watch(other, {.wanting = 1, .hidden = true}, 1600ms).near.size(), 20U);
}

TEST(Planner, SweepsInsteadOfManyNearLooksWhereItCostsNoMore) {
  // 512x320 is as much as ten near looks.
  for (const std::size_t faces : {9U, 10U}) {
    Planner planner{{.sweep_moving = kTurn}};
    const Scene scene{.wanting = faces, .sweep_input = {512, 320}};
    EXPECT_EQ(watch(planner, scene, 80ms).sweeps.size() == 2, faces == 10);
  }
  // However little a sweep costs: its points are coarse.
  for (const std::size_t faces : {kNearCheap, kNearCheap + 1}) {
    Planner planner{{.sweep_moving = kTurn}};
    const Scene scene{.wanting = faces, .sweep_input = kSmallSweep};
    EXPECT_EQ(watch(planner, scene, 80ms).sweeps.size() == 2, faces > kNearCheap);
  }
}

TEST(Planner, TellsASweepInPlaceOfNearLooksFromATurns) {
  Planner planner{{.sweep_moving = kTurn}};
  const std::vector<KnownFace> crowd(
      kNearMax + 1, {.expected_box = {}, .last_seen = kStart, .wants_shots = true});
  EXPECT_FALSE(planner.plan(kStart, true, kLargeSweep, crowd).in_place_of_near);
  EXPECT_TRUE(planner.plan(kStart + 80ms, true, kLargeSweep, crowd).in_place_of_near);
}

TEST(Planner, LooksNearFacesThatWantShotsBetweenTurnsHoweverRarelyFramesCome) {
  for (const bool wants : {true, false}) {
    Planner planner{{.sweep_moving = kTurn}};
    std::vector<bool> sweeps;
    for (milliseconds after = 0ms; after < 4s; after += 1s) {
      const std::vector<KnownFace> known{
          {.expected_box = {}, .last_seen = kStart, .wants_shots = wants}};
      const Plan plan = planner.plan(kStart + after, true, kLargeSweep, known);
      EXPECT_NE(plan.sweep, !plan.near.empty());
      sweeps.push_back(plan.sweep);
    }
    EXPECT_EQ(sweeps, (std::vector<bool>{true, !wants, true, !wants}));
  }
}

TEST(Planner, SweepsInsteadOfMoreNearLooksThanTheDetectorTakes) {
  for (const std::size_t faces : {kNearMax, kNearMax + 1}) {
    Planner planner{{.sweep_moving = kTurn}};
    const Scene scene{.wanting = faces, .sweep_input = {1920, 1088}};
    EXPECT_EQ(watch(planner, scene, 80ms).sweeps.size() == 2, faces > kNearMax);
  }
}

TEST(Planner, SweepsAtOnceWhenTheClockWasSetBack) {
  Planner planner{{.sweep_moving = kTurn}};
  watch(planner, {}, 1000ms);
  EXPECT_TRUE(planner.plan(kStart - 1h, false, kLargeSweep, {}).sweep);
  EXPECT_FALSE(planner.plan(kStart - 1h + 40ms, false, kLargeSweep, {}).sweep);
}

}  // namespace
}  // namespace proviso::detect
