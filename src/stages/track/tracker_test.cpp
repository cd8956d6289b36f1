#include "stages/track/tracker.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <random>
#include <span>
#include <vector>

namespace proviso::track {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::seconds{1'700'000'000}};
constexpr float kFacePx = 50;
const LookedAt kWhole;

detect::Face face_at(float x, float y = 300, float width = kFacePx) {
  return {.box = {x - width / 2, y - width * 0.6F, width, width * 1.2F},
          .points = {},
          .confidence = 0.9F};
}

TrackId only_id(Tracker& tracker, WallTime at, const detect::Face& face) {
  const auto ids = tracker.update(at, std::array{face}, kWhole);
  return ids.value().at(0);
}

Status look_at_nobody(Tracker& tracker, WallTime at, const LookedAt& where = kWhole) {
  PROVISO_TRY(const auto ids, tracker.update(at, {}, where));
  EXPECT_TRUE(ids.empty());
  return Done{};
}

// People in a scene of known truth, as a detector with jitter shows them: of two faces that overlap
// by more than its limit only the nearer (larger, else earlier) is seen.
struct Person {
  float x_fw_per_s = 0;  // In face widths, as everything about motion.
  float y_fw_per_s = 0;
  float x_at_middle = 0;
  float y_at_middle = 0;
  float width_px = kFacePx;
  std::optional<float> turns_back_at_s{};  // Walks back from then on, turning within half a second.
};

float way_fw(const Person& person, float seconds) {
  if (!person.turns_back_at_s) return person.x_fw_per_s * seconds;
  constexpr float kTurningS = 0.5F;
  const float since = seconds - *person.turns_back_at_s;
  const float until = person.x_fw_per_s * std::min(seconds, *person.turns_back_at_s);
  const float turning = std::clamp(since, 0.0F, kTurningS);
  const float after = std::max(since - kTurningS, 0.0F);
  return until + person.x_fw_per_s * (turning - turning * turning / kTurningS - after);
}

struct Seen {
  std::size_t person;
  detect::Face face;
};

std::vector<Seen> seen_at(std::span<const Person> people, float seconds, std::mt19937& random) {
  std::normal_distribution<float> jitter(0, 0.04F);
  std::vector<Seen> seen;
  for (std::size_t n = 0; n < people.size(); ++n) {
    const Person& person = people[n];
    const float width = person.width_px;
    detect::Face face = face_at(person.x_at_middle + way_fw(person, seconds) * width,
                                person.y_at_middle + person.y_fw_per_s * seconds * width,
                                width);
    const bool hidden = std::any_of(seen.begin(), seen.end(), [&](const Seen& other) {
      return image::overlap_iou(other.face.box, face.box) > 0.3F;
    });
    if (hidden) continue;
    face.box.x += jitter(random) * width;
    face.box.y += jitter(random) * width;
    face.box.width *= 1 + jitter(random);
    face.box.height *= 1 + jitter(random);
    seen.push_back({n, face});
  }
  return seen;
}

// How the truth was joined.
struct Joined {
  int exchanged = 0;       // Tracks that ended with another person than they began with.
  int wrong_looks = 0;     // In tracks that were not exchanged: looks that showed the other person.
  int wrong_unmarked = 0;  // Of those: not marked contested.
  int contested = 0;
  int looks = 0;
  std::size_t tracks = 0;
};

template <typename NextLook>
Joined walk(std::span<const Person> people, float half_s, unsigned seed, NextLook next_look) {
  std::mt19937 random(seed);
  const float from_s = -half_s - std::uniform_real_distribution<float>(0, 0.4F)(random);
  Tracker tracker{{}};
  std::map<TrackId, std::vector<std::pair<std::size_t, bool>>> sightings;
  float seconds = from_s;
  while (seconds < half_s) {
    const auto seen = seen_at(people, seconds, random);
    std::vector<detect::Face> faces;
    faces.reserve(seen.size());
    for (const Seen& one : seen) faces.push_back(one.face);
    const auto at = kStart + milliseconds{std::lround((seconds - from_s) * 1000)};
    const auto ids = tracker.update(at, faces, kWhole);
    for (std::size_t n = 0; n < seen.size(); ++n) {
      const TrackId id = ids.value()[n];
      sightings[id].emplace_back(seen[n].person, tracker.find(id)->contested);
    }
    seconds += next_look(random);
  }
  Joined joined{.tracks = sightings.size()};
  for (const auto& [id, seen] : sightings) {
    const bool exchanged = seen.back().first != seen.front().first;
    joined.exchanged += exchanged ? 1 : 0;
    for (const auto& [person, contested] : seen) {
      ++joined.looks;
      joined.contested += contested ? 1 : 0;
      if (exchanged || person == seen.front().first) continue;
      ++joined.wrong_looks;
      joined.wrong_unmarked += contested ? 0 : 1;
    }
  }
  return joined;
}

constexpr auto kNearLooks = [](std::mt19937&) { return 0.08F; };
constexpr auto kSweeps = [](std::mt19937&) { return 0.4F; };
constexpr auto kUnevenLooks = [](std::mt19937& random) {
  return 0.04F * static_cast<float>(std::uniform_int_distribution<int>(1, 10)(random));
};

// Each walks at up to 9 face widths a second (1.4 m/s across the picture), in the same or opposite
// directions, and passes the other at up to 0.3 widths above or below.
constexpr unsigned kCrossings = 1000;
constexpr float kSpeedMaxFwPerS = 9;

template <typename NextLook>
Joined cross(float relative_fw_per_s_min, NextLook next_look) {
  Joined all;
  for (unsigned seed = 0; seed < kCrossings; ++seed) {
    std::mt19937 random(seed);
    const auto uniform = [&](float from, float to) {
      return std::uniform_real_distribution<float>(from, to)(random);
    };
    const float relative = uniform(relative_fw_per_s_min, 2 * kSpeedMaxFwPerS);
    const float slower = uniform(-kSpeedMaxFwPerS, kSpeedMaxFwPerS - relative);
    const std::array people{Person{.x_fw_per_s = slower, .x_at_middle = 900, .y_at_middle = 500},
                            Person{.x_fw_per_s = slower + relative,
                                   .x_at_middle = 900,
                                   .y_at_middle = 500 + uniform(-0.3F, 0.3F) * kFacePx}};
    const float half_s = std::clamp(4 / relative, 1.2F, 4.0F);
    const Joined one = walk(people, half_s, seed, next_look);
    all.exchanged += one.exchanged;
    all.wrong_looks += one.wrong_looks;
    all.wrong_unmarked += one.wrong_unmarked;
    all.contested += one.contested;
    all.looks += one.looks;
    all.tracks += one.tracks;
  }
  return all;
}

void expect_ids_kept(const Joined& joined) {
  EXPECT_EQ(joined.exchanged, 0);
  EXPECT_EQ(joined.tracks, 2 * kCrossings);
  // While one hides the other a look may be given to either, but then it says so.
  EXPECT_GT(joined.wrong_looks, 0) << "nobody was hidden: the test shows nothing";
  EXPECT_LE(joined.wrong_unmarked, joined.wrong_looks / 50);
  EXPECT_LE(joined.contested, joined.looks / 5);
}

TEST(Tracker, KeepsTheIdsOfPeopleWhoCrossUnderNearLooks) {
  expect_ids_kept(cross(3, kNearLooks));
}

TEST(Tracker, KeepsTheIdsOfPeopleWhoCrossUnderSweeps) {
  expect_ids_kept(cross(3, kSweeps));
}

TEST(Tracker, KeepsTheIdsOfPeopleWhoCrossUnderUnevenLooks) {
  expect_ids_kept(cross(5, kUnevenLooks));
}

template <typename NextLook>
std::size_t tracks_of_one_who_turns(float fw_per_s, NextLook next_look) {
  std::size_t tracks = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    const std::array people{Person{
        .x_fw_per_s = fw_per_s, .x_at_middle = 900, .y_at_middle = 500, .turns_back_at_s = 0.0F}};
    tracks += walk(people, 2, seed, next_look).tracks;
  }
  return tracks;
}

TEST(Tracker, KeepsOnePersonWhoTurnsBackWithinHalfASecond) {
  for (const float fw_per_s : {1.0F, 2.0F, 4.0F, 6.0F}) {
    EXPECT_EQ(tracks_of_one_who_turns(fw_per_s, kNearLooks), 200U) << fw_per_s;
    EXPECT_EQ(tracks_of_one_who_turns(fw_per_s, kSweeps), 200U) << fw_per_s;
    EXPECT_EQ(tracks_of_one_who_turns(fw_per_s, kUnevenLooks), 200U) << fw_per_s;
  }
  EXPECT_EQ(tracks_of_one_who_turns(9, kNearLooks), 200U);
}

TEST(Tracker, KeepsOnePersonWhoWalksByMoreThanTheirWidthBetweenUnevenLooks) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    const float fw_per_s = static_cast<float>(seed % 13);  // Up to 1.8 m/s.
    const std::array people{
        Person{.x_fw_per_s = fw_per_s, .y_fw_per_s = fw_per_s / 4, .x_at_middle = 900}};
    EXPECT_EQ(walk(people, 2, seed, kUnevenLooks).tracks, 1U) << fw_per_s;
  }
}

TEST(Tracker, KeepsAPersonWhoIsHiddenForHalfASecondWhileWalking) {
  for (const float fw_per_s : {0.0F, 2.0F, 5.0F, 9.0F}) {
    Tracker tracker{{}};
    const auto place = [&](milliseconds after) {
      return face_at(400 + fw_per_s * kFacePx * std::chrono::duration<float>(after).count());
    };
    TrackId id;
    for (milliseconds after = 0ms; after <= 480ms; after += 80ms) {
      id = only_id(tracker, kStart + after, place(after));
    }
    for (milliseconds after = 560ms; after < 980ms; after += 80ms) {
      ASSERT_TRUE(look_at_nobody(tracker, kStart + after));
    }
    EXPECT_EQ(only_id(tracker, kStart + 980ms, place(980ms)), id) << fw_per_s;
    EXPECT_TRUE(tracker.take_closed().empty());
  }
}

TEST(Tracker, GivesAnewIdToSomebodyAtThePlaceOfOneWhoLeft) {
  Tracker tracker{{}};
  const TrackId first = only_id(tracker, kStart, face_at(400));
  ASSERT_TRUE(look_at_nobody(tracker, kStart + 400ms));

  const TrackId second = only_id(tracker, kStart + 1001ms, face_at(400));

  EXPECT_NE(second, first);
  const auto closed = tracker.take_closed();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].id, first);
  EXPECT_EQ(closed[0].last_seen, kStart);
  EXPECT_TRUE(tracker.take_closed().empty());
}

TEST(Tracker, StillKnowsThemAtTheLastMomentOfTheGap) {
  Tracker tracker{{}};
  const TrackId first = only_id(tracker, kStart, face_at(400));
  ASSERT_TRUE(look_at_nobody(tracker, kStart + 400ms));
  EXPECT_EQ(only_id(tracker, kStart + 1000ms, face_at(400)), first);
}

TEST(Tracker, DoesNotCountAsMissedWhereNobodyLooked) {
  Tracker tracker{{}};
  const auto ids = tracker.update(kStart, std::array{face_at(400), face_at(1200)}, kWhole);
  const TrackId looked_for = ids.value()[0];
  const TrackId left_alone = ids.value()[1];
  const std::array near{face_at(400).box};

  for (milliseconds after = 200ms; after <= 1400ms; after += 200ms) {
    ASSERT_TRUE(look_at_nobody(tracker, kStart + after, {.whole = false, .regions = near}));
  }

  EXPECT_EQ(tracker.find(looked_for), nullptr);
  EXPECT_NE(tracker.find(left_alone), nullptr);
  EXPECT_EQ(only_id(tracker, kStart + 1600ms, face_at(1200)), left_alone);
}

TEST(Tracker, ForgetsEvenWhereNobodyLookedAfterTheLongestTimeBetweenSweeps) {
  for (const auto unseen : {3000ms, 3001ms}) {
    Tracker tracker{{}};
    const TrackId first = only_id(tracker, kStart, face_at(400));
    const bool kept = only_id(tracker, kStart + unseen, face_at(400)) == first;
    EXPECT_EQ(kept, unseen == 3000ms);
  }
}

TEST(Tracker, DoesNotJoinAFaceOfAnotherSize) {
  for (const float width : {kFacePx * 1.2F, kFacePx * 2.5F}) {
    Tracker tracker{{}};
    const TrackId first = only_id(tracker, kStart, face_at(400));
    EXPECT_EQ(only_id(tracker, kStart + 80ms, face_at(400, 300, width)) == first, width < 100);
  }
}

TEST(Tracker, ForecastsWhereAWalkerWillBeForTheNextLook) {
  Tracker tracker{{}};
  for (int look = 0; look < 6; ++look) {
    only_id(tracker, kStart + look * 80ms, face_at(400 + 20 * static_cast<float>(look)));
  }
  const auto expected = tracker.predict(kStart + 5 * 80ms + 160ms);
  ASSERT_EQ(expected.size(), 1U);
  EXPECT_EQ(expected[0].sightings, 6U);
  EXPECT_NEAR(image::centre(expected[0].box).x, 540, 5);
  EXPECT_NEAR(image::centre(expected[0].box).y, 300, 1);
  EXPECT_NEAR(expected[0].box.width, kFacePx, 1);
}

TEST(Tracker, KeepsTheFaceAsDetectedAndItsConfidence) {
  Tracker tracker{{}};
  detect::Face face = face_at(400);
  face.confidence = 0.73F;
  const TrackId id = only_id(tracker, kStart, face);
  const Track* track = tracker.find(id);
  ASSERT_NE(track, nullptr);
  EXPECT_EQ(track->last_face.confidence, 0.73F);
  EXPECT_EQ(track->last_face.box.x, face.box.x);
  EXPECT_EQ(track->first_seen, kStart);
  EXPECT_EQ(tracker.find(TrackId{id.value + 1}), nullptr);
}

TEST(Tracker, RefusesALookFromThePastAndStaysAsItWas) {
  Tracker tracker{{}};
  const TrackId id = only_id(tracker, kStart + 40ms, face_at(0));

  const auto late = tracker.update(kStart, std::array{face_at(300)}, kWhole);

  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(tracker.open_count(), 1U);
  EXPECT_EQ(tracker.find(id)->sightings, 1U);
  // Control: the same look a moment later is taken.
  EXPECT_TRUE(tracker.update(kStart + 40ms, std::array{face_at(300)}, kWhole).has_value());
}

std::vector<detect::Face> crowd(std::size_t people) {
  std::vector<detect::Face> faces;
  faces.reserve(people);
  for (std::size_t n = 0; n < people; ++n) {
    const std::size_t row = n / 32;
    faces.push_back(face_at(200 * static_cast<float>(n % 32), 200 * static_cast<float>(row)));
  }
  return faces;
}

TEST(Tracker, HoldsAsManyTracksAsItMayAndRefusesOneMore) {
  Tracker tracker{{}};
  const auto full = crowd(256);
  const auto ids = tracker.update(kStart, full, kWhole);
  ASSERT_TRUE(ids.has_value());
  EXPECT_EQ(tracker.open_count(), 256U);

  const auto one_more = tracker.update(kStart + 80ms, crowd(257), kWhole);
  ASSERT_FALSE(one_more.has_value());
  EXPECT_EQ(one_more.error().code, ErrorCode::kOverLimit);
  const std::array stranger{face_at(9000, 9000)};
  const auto new_beside_open = tracker.update(kStart + 80ms, stranger, kWhole);
  ASSERT_FALSE(new_beside_open.has_value());
  EXPECT_EQ(new_beside_open.error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(tracker.open_count(), 256U);
  EXPECT_EQ(tracker.find(ids.value()[0])->sightings, 1U);

  // Control: the same people go on, and a newcomer has room once the others have left.
  EXPECT_EQ(tracker.update(kStart + 80ms, full, kWhole).value(), ids.value());
  EXPECT_TRUE(tracker.update(kStart + 1200ms, stranger, kWhole).has_value());
  EXPECT_EQ(tracker.take_closed().size(), 256U);
  EXPECT_EQ(tracker.open_count(), 1U);
}

TEST(Tracker, ClosesAllAndNeverUsesAnIdTwiceEvenAfterTheClockWasSetBack) {
  Tracker tracker{{}};
  const TrackId first = only_id(tracker, kStart, face_at(400));
  tracker.close_all();
  EXPECT_EQ(tracker.take_closed().size(), 1U);
  EXPECT_EQ(tracker.open_count(), 0U);

  EXPECT_GT(only_id(tracker, kStart - 1h, face_at(400)), first);
}

}  // namespace
}  // namespace proviso::track
