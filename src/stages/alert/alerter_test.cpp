#include "stages/alert/alerter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "base/core/concat.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::alert {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::seconds{1'700'000'000}};
constexpr std::size_t kEntries = kOpenMax + 1;

// Entry n is "entry-000000n"; sealed lists are sorted by id.
std::string entry_id(std::size_t n) {
  const std::string digits = std::to_string(n);
  return concat("entry-", std::string(8 - digits.size(), '0'), digits);
}

const std::shared_ptr<const watchlist::SealedList>& list() {
  static const auto made = [] {
    EXPECT_TRUE(crypto::start());
    watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                     .made_at = kStart,
                                     .model_pack = {},
                                     .dimension = 2,
                                     .entries = {}};
    for (std::size_t n = 0; n < kEntries; ++n) {
      crypto::Digest photograph{};
      photograph.bytes[0] = static_cast<std::uint8_t>(n);
      photograph.bytes[1] = static_cast<std::uint8_t>(n >> 8U);
      contents.entries.push_back({.id = EntryId::parse(entry_id(n)).value(),
                                  .label = "Somebody",
                                  .category = {},
                                  .photographs = {photograph},
                                  .values = {1, 0},
                                  .thumbnail_jpeg = {}});
    }
    return watchlist::SealedList::parse(watchlist::to_bytes(contents)).value();
  }();
  return made;
}

class AlerterTest : public testing::Test {
 protected:
  struct Seen {
    std::size_t entry = 7;
    double fused = 0.6;
    std::vector<double> shots{0.6, 0.6, 0.6};
    std::uint64_t track = 1;
    const char* camera = "door";
    std::chrono::microseconds after{0};
  };

  std::vector<Alert> consider(const Seen& seen) {
    const search::Candidate candidate{.entry = seen.entry, .score = seen.fused};
    return alerter_.consider({.camera = CameraId::parse(seen.camera).value(),
                              .track = {seen.track},
                              .captured_at = kStart + seen.after,
                              .first_usable_at = kStart + seen.after - 200ms,
                              .box = {1, 2, 30, 40},
                              .fused = std::span(&candidate, 1),
                              .shot_scores = std::span(&seen.shots, 1)});
  }

  int next_id_ = 0;
  Alerter alerter_{{.threshold = 0.45, .shots_min = 3, .repeat = 60s}, list(), [this] {
                     return AlertId::parse(concat("alert-", ++next_id_)).value();
                   }};
};

TEST_F(AlerterTest, RaisesOneAlertThatSaysWhoWhereWhenAndOnWhatGround) {
  const auto alerts = consider({.entry = 7, .fused = 0.61, .shots = {0.5, 0.62, 0.34, 0.7}});
  ASSERT_EQ(alerts.size(), 1U);
  const Alert& alert = alerts[0];
  EXPECT_EQ(alert.id.text(), "alert-1");
  EXPECT_EQ(alert.kind, Kind::kNew);
  EXPECT_FALSE(alert.linked_to.has_value());
  EXPECT_EQ(alert.entry.text(), entry_id(7));
  EXPECT_EQ(alert.camera.text(), "door");
  EXPECT_EQ(alert.track.value, 1U);
  EXPECT_EQ(alert.captured_at, kStart);
  EXPECT_EQ(alert.first_usable_at, kStart - 200ms);
  EXPECT_EQ(alert.score, 0.61);
  EXPECT_EQ(alert.threshold, 0.45);
  EXPECT_EQ(alert.shots_agreeing, 3U);
  EXPECT_EQ(alert.box.width, 30);
}

TEST_F(AlerterTest, RaisesAtTheThresholdAndNotBelow) {
  EXPECT_TRUE(consider({.fused = std::nextafter(0.45, 0.0)}).empty());
  EXPECT_EQ(consider({.fused = 0.45}).size(), 1U);
}

TEST_F(AlerterTest, RaisesWhenEnoughShotsAgreeAndNotWithOneFewer) {
  const double agrees = 0.45 - kAgreementMargin;
  const double differs = std::nextafter(agrees, 0.0);
  EXPECT_TRUE(consider({.fused = 0.9, .shots = {0.9, 0.9}}).empty());
  EXPECT_TRUE(consider({.fused = 0.9, .shots = {0.9, 0.9, differs, differs}}).empty());
  EXPECT_EQ(consider({.fused = 0.9, .shots = {agrees, agrees, agrees}}).size(), 1U);
}

TEST_F(AlerterTest, DoesNotRaiseOnWhatIsNoNumber) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  EXPECT_TRUE(consider({.fused = none}).empty());
  EXPECT_TRUE(consider({.fused = 0.6, .shots = {none, 0.6, 0.6}}).empty());
  EXPECT_EQ(consider({.fused = 0.6}).size(), 1U);
}

TEST_F(AlerterTest, NeverAlertsTwiceForOneTrackAndEntry) {
  EXPECT_EQ(consider({}).size(), 1U);
  EXPECT_TRUE(consider({.fused = 0.9, .after = 1s}).empty());
  EXPECT_TRUE(consider({.fused = 0.9, .after = 2h}).empty());
  // Controls: the same number on another camera is another track; another entry is another alert.
  EXPECT_EQ(consider({.camera = "gate", .after = 2h}).size(), 1U);
  EXPECT_EQ(consider({.entry = 8, .after = 2h}).size(), 1U);
}

TEST_F(AlerterTest, AlertsForBothOfTwoLookAlikes) {
  const std::vector<search::Candidate> candidates{
      {.entry = 3, .score = 0.7}, {.entry = 4, .score = 0.6}, {.entry = 5, .score = 0.44}};
  const std::vector<std::vector<double>> shots(3, {0.6, 0.6, 0.6});
  const auto alerts = alerter_.consider({.camera = CameraId::parse("door").value(),
                                         .track = {1},
                                         .captured_at = kStart,
                                         .first_usable_at = kStart,
                                         .box = {},
                                         .fused = candidates,
                                         .shot_scores = shots});
  ASSERT_EQ(alerts.size(), 2U);
  EXPECT_EQ(alerts[0].entry.text(), entry_id(3));
  EXPECT_EQ(alerts[1].entry.text(), entry_id(4));
  EXPECT_NE(alerts[0].id, alerts[1].id);
  EXPECT_FALSE(alerts[1].linked_to.has_value());
}

TEST_F(AlerterTest, UpdatesTheOpenAlertWhenTheSameEntryIsSeenElsewhere) {
  ASSERT_EQ(consider({}).size(), 1U);
  const auto update = consider({.fused = 0.5, .track = 9, .camera = "gate", .after = 20s});
  ASSERT_EQ(update.size(), 1U);
  EXPECT_EQ(update[0].kind, Kind::kUpdate);
  EXPECT_EQ(update[0].id.text(), "alert-1");
  EXPECT_EQ(update[0].camera.text(), "gate");
  EXPECT_EQ(update[0].track.value, 9U);
  EXPECT_EQ(update[0].captured_at, kStart + 20s);
  EXPECT_EQ(update[0].score, 0.5);
}

TEST_F(AlerterTest, UpdatesAtTheEndOfRepeatAndLinksANewAlertAfterIt) {
  ASSERT_EQ(consider({.track = 1}).size(), 1U);
  const auto at_the_end = consider({.track = 2, .after = 60s});
  ASSERT_EQ(at_the_end.size(), 1U);
  EXPECT_EQ(at_the_end[0].kind, Kind::kUpdate);

  const auto after_it = consider({.track = 3, .after = 120s + 1us});
  ASSERT_EQ(after_it.size(), 1U);
  EXPECT_EQ(after_it[0].kind, Kind::kNew);
  EXPECT_NE(after_it[0].id, at_the_end[0].id);
  EXPECT_EQ(after_it[0].linked_to, at_the_end[0].id);

  // An update of the second still says what it is linked to.
  const auto later = consider({.track = 4, .after = 130s});
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].id, after_it[0].id);
  EXPECT_EQ(later[0].linked_to, at_the_end[0].id);
}

TEST_F(AlerterTest, UpdatesWhenAnotherCameraRunsALittleBehind) {
  ASSERT_EQ(consider({.after = 10s}).size(), 1U);
  const auto earlier = consider({.track = 2, .camera = "gate", .after = 9s});
  ASSERT_EQ(earlier.size(), 1U);
  EXPECT_EQ(earlier[0].kind, Kind::kUpdate);
  // The window still runs from the latest.
  EXPECT_EQ(consider({.track = 3, .after = 70s})[0].kind, Kind::kUpdate);
}

TEST_F(AlerterTest, ForgetsATrackWhenItCloses) {
  ASSERT_EQ(consider({}).size(), 1U);
  EXPECT_TRUE(consider({.after = 1s}).empty());
  alerter_.track_closed(CameraId::parse("gate").value(), {1});
  EXPECT_TRUE(consider({.after = 1s}).empty());
  alerter_.track_closed(CameraId::parse("door").value(), {1});
  EXPECT_EQ(consider({.after = 1s}).size(), 1U);
}

TEST_F(AlerterTest, AnAlertThatWasWithdrawnIsRaisedAnewByTheSameTrack) {
  const auto withheld = consider({});
  ASSERT_EQ(withheld.size(), 1U);
  alerter_.withdraw(withheld[0]);
  const auto anew = consider({.after = 1s});
  ASSERT_EQ(anew.size(), 1U);
  EXPECT_EQ(anew[0].kind, Kind::kNew);
  EXPECT_NE(anew[0].id, withheld[0].id);
  EXPECT_FALSE(anew[0].linked_to.has_value());
  EXPECT_TRUE(consider({.after = 2s}).empty()) << "the control: it has left now";
}

TEST_F(AlerterTest, AWithdrawnUpdateLeavesTheAlertThatItBelongsTo) {
  const auto first = consider({});
  const auto update = consider({.track = 2, .after = 1s});
  ASSERT_EQ(update.size(), 1U);
  alerter_.withdraw(update[0]);
  const auto anew = consider({.track = 2, .after = 2s});
  ASSERT_EQ(anew.size(), 1U);
  EXPECT_EQ(anew[0].kind, Kind::kUpdate);
  EXPECT_EQ(anew[0].id, first[0].id);
}

TEST_F(AlerterTest, RemembersAsManyOpenAlertsAsItMayAndOfOneMoreForgetsTheOldest) {
  for (std::size_t n = 0; n < kOpenMax; ++n) {
    consider({.entry = n, .track = n, .after = std::chrono::microseconds(n)});
  }
  EXPECT_EQ(consider({.entry = 0, .track = 10'000, .after = 1s})[0].kind, Kind::kUpdate);

  consider({.entry = kOpenMax, .track = 20'000, .after = 1s});

  // Entry 1 was the oldest: it alerts anew, nothing is lost. Entry 2 had to make room for it.
  const auto forgotten = consider({.entry = 1, .track = 20'001, .after = 1s});
  ASSERT_EQ(forgotten.size(), 1U);
  EXPECT_EQ(forgotten[0].kind, Kind::kNew);
  EXPECT_FALSE(forgotten[0].linked_to.has_value());
  EXPECT_EQ(consider({.entry = 3, .track = 20'002, .after = 1s})[0].kind, Kind::kUpdate);
}

TEST_F(AlerterTest, RemembersAsManyTracksAsItMayAndOfOneMoreForgetsTheOldest) {
  for (std::size_t n = 0; n < kTracksMax; ++n) {
    consider({.track = n, .after = std::chrono::microseconds(n)});
  }
  EXPECT_TRUE(consider({.track = 0, .after = 0s}).empty());

  consider({.track = kTracksMax, .after = 1s});

  EXPECT_EQ(consider({.track = 0, .after = 1s}).size(), 1U);
  EXPECT_TRUE(consider({.track = 2, .after = 1s}).empty());
}

}  // namespace
}  // namespace proviso::alert
