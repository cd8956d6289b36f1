#include "safeguards/authority/gate.h"

#include <gtest/gtest.h>

#include <functional>
#include <iostream>
#include <random>
#include <thread>

#include "base/core/concat.h"
#include "safeguards/authority/open_gate_tool.h"

namespace proviso::authority {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr microseconds kTick{1};

WallTime time_at(std::string_view text) {
  return parse_rfc3339(text).value();
}

CameraId camera_named(std::string_view text) {
  return CameraId::parse(text).value();
}

std::shared_ptr<const watchlist::SealedList> list_of(std::size_t entries,
                                                     const crypto::Digest& model_pack,
                                                     WallTime sealed_at) {
  watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                   .made_at = sealed_at,
                                   .model_pack = model_pack,
                                   .dimension = 2,
                                   .entries = {}};
  for (std::size_t n = 0; n < entries; ++n) {
    contents.entries.push_back({.id = EntryId::parse(concat("entry-", n)).value(),
                                .label = "",
                                .category = {},
                                .photographs = {crypto::Digest{}},
                                .values = {1, 0},
                                .thumbnail_jpeg = {}});
  }
  return watchlist::SealedList::parse(watchlist::to_bytes(contents)).value();
}

class GateTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  GateTest() { renew(); }

  // A list and a statement as of now.
  void renew() {
    site_ = std::make_unique<TestSite>(clock_);
    list_ = list_of(3, pack_, clock_.wall());
    statement_ = site_->statement();
    statement_.not_before = clock_.wall() - minutes(1);
    statement_.not_after = clock_.wall() + hours(6);
    statement_.cameras = {
        {.id = camera_named("north"),
         .kind = CameraKind::kLive,
         .address = "rtsp://192.0.2.7/a",
         .zone = whole_frame()},
        {.id = camera_named("south"),
         .kind = CameraKind::kRecording,
         .address = "clip.mp4",
         .zone = whole_frame()},
    };
    statement_.model_pack = pack_;
    statement_.watchlist = list_->digest();
    statement_.watchlist_entries_max = 3;
    cameras_ = {north_};
    circumstances_ = undisturbed(statement_);
  }

  // With what the test changed of the statement, the cameras, the list, the pack and the clock.
  Result<std::unique_ptr<Gate>> open() {
    return Gate::open(
        site_->authority(statement_),
        {.cameras = cameras_, .watchlist = *list_, .model_pack = pack_, .precision = precision_},
        circumstances_,
        clock_);
  }

  void expect_open() {
    const auto gate = open();
    ASSERT_TRUE(gate.has_value()) << gate.error().message;
    EXPECT_TRUE(gate.value()->admit(key()).has_value());
  }

  void expect_refused(std::string_view part) {
    const auto gate = open();
    ASSERT_FALSE(gate.has_value()) << part;
    EXPECT_EQ(gate.error().code, ErrorCode::kNotAuthorised);
    EXPECT_NE(gate.error().message.find(part), std::string::npos)
        << part << " in: " << gate.error().message;
    EXPECT_NE(gate.error().message.find("; "), std::string::npos) << "no next step";
  }

  FrameKey key(std::string_view camera = "north") {
    return {.camera = camera_named(camera), .sequence = ++sequence_, .captured_at = clock_.wall()};
  }

  // Nothing is admitted, no earlier permit is confirmed, and the reason is given.
  void expect_closed(const Gate& gate, const LivePermit& permit, std::string_view part) {
    const auto admitted = gate.admit(key());
    ASSERT_FALSE(admitted.has_value()) << part;
    EXPECT_EQ(admitted.error().code, ErrorCode::kNotAuthorised);
    EXPECT_NE(admitted.error().message.find(part), std::string::npos) << admitted.error().message;
    const auto confirmed = gate.confirm(permit);
    ASSERT_FALSE(confirmed.has_value()) << part;
    EXPECT_EQ(confirmed.error().message, admitted.error().message);
    ASSERT_TRUE(gate.closed().has_value()) << part;
    EXPECT_EQ(gate.closed()->message, admitted.error().message);
    EXPECT_FALSE(gate.suspended().has_value());
  }

  // The same for now; update() may open it again.
  void expect_suspended(const Gate& gate, const LivePermit& permit, std::string_view rule) {
    const auto admitted = gate.admit(key());
    ASSERT_FALSE(admitted.has_value()) << rule;
    EXPECT_EQ(rule_of(admitted.error(), ""), rule);
    EXPECT_FALSE(gate.confirm(permit).has_value()) << rule;
    EXPECT_FALSE(gate.closed().has_value()) << gate.closed()->message;
    ASSERT_TRUE(gate.suspended().has_value());
    EXPECT_EQ(gate.suspended()->rule, rule);
  }

  void expect_admits(const Gate& gate, const LivePermit& permit) {
    EXPECT_TRUE(gate.admit(key()).has_value());
    EXPECT_TRUE(gate.confirm(permit).has_value());
    EXPECT_FALSE(gate.closed().has_value());
    EXPECT_FALSE(gate.suspended().has_value());
  }

  FakeClock clock_{time_at("2026-11-24T09:00:00Z")};
  crypto::Digest pack_{.bytes = {7}};
  std::string precision_ = "f32";
  std::unique_ptr<TestSite> site_;
  Circumstances circumstances_;
  std::shared_ptr<const watchlist::SealedList> list_;
  RunRequest::Camera north_{
      .id = camera_named("north"), .kind = CameraKind::kLive, .address = "rtsp://192.0.2.7/a"};
  RunRequest::Camera south_{
      .id = camera_named("south"), .kind = CameraKind::kRecording, .address = "clip.mp4"};
  std::vector<RunRequest::Camera> cameras_;
  Statement statement_;
  std::uint64_t sequence_ = 0;
};

TEST_F(GateTest, OpensForWhatTheStatementNamesAndGivesItBack) {
  cameras_ = {south_, north_};
  const auto gate = open().value();
  EXPECT_EQ(gate->statement(), statement_);

  const FrameKey asked = key("south");
  const LivePermit permit = gate->admit(asked).value();
  EXPECT_EQ(permit.key(), asked);
  expect_admits(*gate, permit);
}

TEST_F(GateTest, OpensFromTheFirstMomentOfTheWindowToTheLastBeforeItsEnd) {
  statement_.not_before = clock_.wall();
  expect_open();
  statement_.not_before = clock_.wall() + kTick;
  expect_refused("not valid before 2026-11-24T09:00:00.000001Z, now it is 2026-11-24T09:00:00Z");

  statement_.not_before = clock_.wall() - hours(1);
  statement_.not_after = clock_.wall() + kTick;
  expect_open();
  statement_.not_after = clock_.wall();
  expect_refused("ended at 2026-11-24T09:00:00Z");
}

TEST_F(GateTest, RefusesAClockIn1970AndIn2106) {
  expect_open();
  clock_.step_wall(time_at("1970-01-01T00:00:00Z") - clock_.wall());
  expect_refused("not valid before 2026-11-24T08:59:00Z, now it is 1970-01-01T00:00:00Z");
  clock_.step_wall(time_at("2105-12-31T23:59:59Z") - clock_.wall() + seconds(1));
  expect_refused("ended at 2026-11-24T15:00:00Z, now it is 2106-01-01T00:00:00Z");
}

TEST_F(GateTest, RefusesAnotherModelPackOrPrecisionAndAListThatAnotherPackMade) {
  expect_open();
  const crypto::Digest other{.bytes = {8}};
  precision_ = "bf16";
  expect_refused("the networks run in \"bf16\", the authority names \"f32\"");
  precision_ = "f32";
  statement_.model_pack = other;
  expect_refused(concat("the model pack is ", crypto::to_hex(pack_)));

  statement_.model_pack = pack_;
  list_ = list_of(3, other, clock_.wall());
  statement_.watchlist = list_->digest();
  expect_refused(concat("was made by the model pack ", crypto::to_hex(other)));
}

TEST_F(GateTest, RefusesAnotherListAndOneOfMoreEntriesThanAllowed) {
  expect_open();
  statement_.watchlist = list_of(2, pack_, clock_.wall())->digest();
  expect_refused(concat("the watchlist's sha256 is ", crypto::to_hex(list_->digest())));

  statement_.watchlist = list_->digest();
  statement_.watchlist_entries_max = 2;
  expect_refused("has 3 entries, the authority allows 2");
}

TEST_F(GateTest, RefusesACameraThatTheStatementDoesNotNameSo) {
  expect_open();
  const auto expect_camera_refused = [&](RunRequest::Camera camera, std::string_view part) {
    cameras_ = {south_, std::move(camera)};
    expect_refused(part);
  };
  RunRequest::Camera camera = north_;
  camera.id = camera_named("east");
  expect_camera_refused(camera, "camera east is not named");
  camera = north_;
  camera.kind = CameraKind::kRecording;
  expect_camera_refused(camera, "camera north is a recording source, the authority names a live");
  camera = north_;
  camera.address = "rtsp://192.0.2.8/a";
  expect_camera_refused(camera, "the address of camera north is \"rtsp://192.0.2.8/a\"");
  expect_camera_refused(south_, "camera south is given twice");
  cameras_.clear();
  expect_refused("no camera given");
}

TEST_F(GateTest, AdmitsOnlyCamerasOfThisRun) {
  const auto gate = open().value();
  EXPECT_TRUE(gate->admit(key("north")).has_value());

  // South stands in the statement, but its source was not checked when the run began.
  for (const char* camera : {"south", "east"}) {
    const auto refused = gate->admit(key(camera));
    ASSERT_FALSE(refused.has_value()) << camera;
    EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised);
    EXPECT_NE(refused.error().message.find("is not of this run"), std::string::npos);
  }
  EXPECT_FALSE(gate->closed().has_value()) << "the others go on";
}

TEST_F(GateTest, ConfirmsNoPermitOfAnotherGate) {
  const auto gate = open().value();
  const auto other = open().value();
  const LivePermit permit = gate->admit(key()).value();
  ASSERT_TRUE(gate->confirm(permit).has_value());

  const auto refused = other->confirm(permit);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised);
  EXPECT_NE(refused.error().message.find("the permit is of epoch"), std::string::npos);
}

TEST_F(GateTest, ClosesAtTheEndOfTheWindowForGood) {
  const auto gate = open().value();
  const LivePermit permit = gate->admit(key()).value();
  clock_.advance(hours(6) - kTick);
  expect_admits(*gate, permit);
  clock_.advance(kTick);
  expect_closed(*gate, permit, "ended at 2026-11-24T15:00:00Z");
  clock_.step_wall(-hours(1));
  expect_closed(*gate, permit, "");
}

TEST_F(GateTest, EndsByTheWallClockWhereThatComesFirst) {
  const auto gate = open().value();
  const LivePermit permit = gate->admit(key()).value();
  clock_.advance(hours(6) - seconds(1));
  clock_.step_wall(seconds(1) - kTick);
  expect_admits(*gate, permit);
  clock_.step_wall(kTick);
  expect_closed(*gate, permit, "ended at 2026-11-24T15:00:00Z");
}

TEST_F(GateTest, AClockSetByNoMoreThanTwoSecondsIsBorneAndMoreClosesForGood) {
  for (const microseconds direction : {kTick, -kTick}) {
    const auto gate = open().value();
    const LivePermit permit = gate->admit(key()).value();
    const microseconds most = kClockStepMax * direction.count();
    clock_.step_wall(most);
    expect_admits(*gate, permit);
    clock_.step_wall(direction);
    expect_closed(*gate, permit, "the clock was set by more than 2 s");
    clock_.step_wall(-most - direction);
    expect_closed(*gate, permit, "the clock was set by more than 2 s");
  }
}

TEST_F(GateTest, ClosesWhenTheClockIsSetFarDuringTheRun) {
  for (const WallTime set_to : {clock_.wall() - hours(2),
                                clock_.wall() + hours(2),
                                time_at("1970-01-01T00:00:00Z"),
                                time_at("2105-12-31T23:59:59Z") + seconds(1)}) {
    const auto gate = open().value();
    const LivePermit permit = gate->admit(key()).value();
    expect_admits(*gate, permit);
    const microseconds step = set_to - clock_.wall();
    clock_.step_wall(step);
    expect_closed(*gate, permit, "the clock was set");
    clock_.step_wall(-step);
  }
}

TEST_F(GateTest, ASlowClockCannotLengthenTheRun) {
  const auto gate = open().value();
  const LivePermit permit = gate->admit(key()).value();
  const auto pass_with_the_wall_behind = [&](microseconds by) {
    clock_.advance(by + kTick);
    clock_.step_wall(-by);
  };
  pass_with_the_wall_behind(kClockStepMax);
  expect_admits(*gate, permit);
  clock_.advance(hours(6) - kClockStepMax - 2 * kTick);
  expect_admits(*gate, permit);
  clock_.advance(kTick);  // By the wall clock two seconds are left.
  expect_closed(*gate, permit, "ended at");

  const auto second = [&] {
    statement_.not_after = clock_.wall() + hours(6);
    return open().value();
  }();
  const LivePermit of_second = second->admit(key()).value();
  pass_with_the_wall_behind(kClockStepMax + kTick);
  expect_closed(*second, of_second, "the clock was set");
}

TEST_F(GateTest, AClockThatStandsStillForFourTenthsOfASecondClosesForGood) {
  const auto gate = open().value();
  const LivePermit permit = gate->admit(key()).value();
  const auto pass_with_the_wall_frozen = [&](microseconds by) {
    clock_.advance(by);
    clock_.step_wall(-by);
  };
  pass_with_the_wall_frozen(kClockStillMax - kTick);
  expect_admits(*gate, permit);
  clock_.advance(kTick);  // It has moved: what it stood before is forgotten.
  expect_admits(*gate, permit);
  pass_with_the_wall_frozen(kClockStillMax - kTick);
  expect_admits(*gate, permit);
  pass_with_the_wall_frozen(kTick);
  expect_closed(*gate, permit, "the clock read the same for 400 ms");
  EXPECT_EQ(gate->closed().value_or(Cause{}).rule, "clock-still");
  clock_.advance(seconds(1));
  expect_closed(*gate, permit, "the clock read the same");
}

TEST_F(GateTest, AClockThatStandsStillIsSeenAlsoWhereNoFrameComes) {
  const auto gate = open().value();
  const auto unasked = open().value();
  for (int look = 0; look < 2; ++look) {
    EXPECT_FALSE(gate->closed().has_value()) << look;
    clock_.advance(milliseconds(250));
    clock_.step_wall(-milliseconds(250));
  }
  EXPECT_EQ(gate->closed().value_or(Cause{}).rule, "clock-still");
  clock_.advance(hours(1));
  EXPECT_FALSE(unasked->closed().has_value()) << "nobody looked while it stood, and it goes on";
}

TEST_F(GateTest, ClosesWhenTheWallClockIsSetToBeforeTheWindow) {
  statement_.not_before = clock_.wall();
  const auto gate = open().value();
  const LivePermit permit = gate->admit(key()).value();
  clock_.step_wall(-kTick);
  expect_closed(*gate, permit, "not valid before");
  clock_.step_wall(kTick);
  expect_admits(*gate, permit);
}

TEST_F(GateTest, AStopIsFinalAndKeepsItsFirstReason) {
  const auto gate = open().value();
  const LivePermit permit = gate->admit(key()).value();
  expect_admits(*gate, permit);

  gate->stop("stopped by the operator");
  expect_closed(*gate, permit, "stopped by the operator");
  gate->stop("another reason");
  expect_closed(*gate, permit, "stopped by the operator");

  clock_.advance(hours(7));
  expect_closed(*gate, permit, "stopped by the operator");
  EXPECT_FALSE(open().has_value());
}

TEST_F(GateTest, EveryGateBeginsAtAnEpochThatNoEarlierOneReaches) {
  const auto first = open().value();
  const std::uint64_t before = first->admit(key()).value().epoch();
  first->stop("stopped");
  const auto second = open().value();
  EXPECT_GT(second->admit(key()).value().epoch(), before + 1);
}

TEST_F(GateTest, Over50SeededRunsNothingIsAdmittedAfterTheEnd) {
  constexpr int kRuns = 50;
  std::mt19937_64 random(11);
  const auto up_to = [&](microseconds most) {
    return microseconds(std::uniform_int_distribution<microseconds::rep>(0, most.count())(random));
  };
  std::uint64_t admitted = 0;
  std::uint64_t refused = 0;
  for (int run = 0; run < kRuns; ++run) {
    renew();
    statement_.not_before = clock_.wall() - up_to(hours(12));
    statement_.watchlist_built_at = statement_.not_before - hours(1);
    statement_.not_after = clock_.wall() + kTick + up_to(hours(12));
    const MonotonicTime end = clock_.monotonic() + (statement_.not_after - clock_.wall());
    const auto gate = open().value();
    const LivePermit permit = gate->admit(key()).value();
    while (clock_.monotonic() < end + hours(1)) {
      clock_.advance(up_to(minutes(20)));
      if (up_to(seconds(3)) < seconds(1)) clock_.step_wall(up_to(seconds(2)) - seconds(1));
      if (up_to(hours(3)) < minutes(1)) clock_.step_wall(up_to(hours(4)) - hours(2));
      const bool admits = gate->admit(key()).has_value();
      ASSERT_EQ(gate->confirm(permit).has_value(), admits) << "run " << run;
      ASSERT_EQ(!gate->closed().has_value(), admits) << "run " << run;
      ASSERT_FALSE(admits && clock_.monotonic() >= end) << "run " << run;
      ASSERT_FALSE(admits && clock_.wall() >= statement_.not_after) << "run " << run;
      ++(admits ? admitted : refused);
    }
  }
  std::cout << "seed 11, " << kRuns << " runs: " << admitted << " frames admitted, " << refused
            << " refused\n";
  EXPECT_GT(admitted, 500U);
  EXPECT_GT(refused, 50U);
}

TEST_F(GateTest, StoppedByOneThreadAdmitsAndConfirmsInNoOther) {
  constexpr int kRounds = 50;
  constexpr int kThreads = 3;
  constexpr std::uint64_t kFramesBeforeStop = 200;
  const FrameKey asked = key();
  for (int round = 0; round < kRounds; ++round) {
    const auto gate = open().value();
    const LivePermit early = gate->admit(asked).value();
    std::atomic<std::uint64_t> admitted{0};
    std::atomic<bool> stopped{false};
    std::atomic<int> too_late{0};
    std::vector<std::thread> threads;
    for (int n = 0; n < kThreads; ++n) {
      threads.emplace_back([&] {
        while (true) {
          const bool was_stopped = stopped.load();
          const auto permit = gate->admit(asked);
          const bool confirmed = gate->confirm(early).has_value();
          const bool closed = gate->closed().has_value();
          if (was_stopped && (permit.has_value() || confirmed || !closed)) ++too_late;
          if (was_stopped) return;
          if (permit) ++admitted;
        }
      });
    }
    while (admitted.load() < kFramesBeforeStop) clock_.advance(kTick);
    gate->stop("stopped");
    stopped.store(true);
    for (std::thread& thread : threads) thread.join();
    ASSERT_EQ(too_late.load(), 0) << "round " << round;
    expect_closed(*gate, early, "stopped");
  }
}

}  // namespace
}  // namespace proviso::authority
