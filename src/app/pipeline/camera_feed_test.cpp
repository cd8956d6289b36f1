// One camera's thread with scripted sources. Its waits go by a clock that the tests move; real time
// is only the bound after which a test that hangs has failed.

#include "app/pipeline/camera_feed.h"

#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <future>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace proviso::pipeline {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Next = std::variant<video::Frame, video::EndOfStream>;
using Step = std::function<Result<Next>()>;
using Opened = Result<std::unique_ptr<video::Source>>;
using Opening = std::function<Opened(const std::stop_token&)>;

constexpr auto kHanging = 10s;

Step frame_at(std::chrono::microseconds media_time) {
  return [media_time]() -> Result<Next> {
    return Next(video::Frame{.key = {.camera = CameraId::parse("one").value(),
                                     .sequence = 0,
                                     .captured_at = WallTime(media_time)},
                             .camera_time = std::nullopt,
                             .media_time = media_time,
                             .arrived_at = {},
                             .pixels = {}});
  };
}
Step failing(ErrorCode code, const std::string& message) {
  return [code, message]() -> Result<Next> { return Error{code, message}; };
}
Step ending(const std::optional<std::string>& warning = std::nullopt) {
  return [warning]() -> Result<Next> { return Next(video::EndOfStream{.warning = warning}); };
}

// Takes one step after another, then says nothing more until it is interrupted.
class ScriptedSource final : public video::Source {
 public:
  ScriptedSource(std::vector<Step> steps,
                 std::promise<void>* silent,
                 std::atomic<video::Thinned>& thinned)
      : steps_(std::move(steps)), silent_(silent), thinned_(thinned) {}

  Result<Next> next() override {
    if (at_ < steps_.size()) return steps_[at_++]();
    if (silent_ != nullptr) silent_->set_value();
    interrupted_.get_future().wait();
    return Error{ErrorCode::kUnavailable, "stopped"};
  }
  void interrupt() override { interrupted_.set_value(); }
  std::string peer_state() const override { return "scripted"; }
  void thin(video::Thinned level) override { thinned_ = level; }
  std::uint64_t left_out() const override { return 7; }

 private:
  std::vector<Step> steps_;
  std::promise<void>* silent_;
  std::atomic<video::Thinned>& thinned_;
  std::size_t at_ = 0;
  std::promise<void> interrupted_;
};

class CameraFeedTest : public testing::Test {
 protected:
  // The next opening gives these steps; after the last it is silent, and `silent` hears of it.
  void script(std::vector<Step> steps, std::promise<void>* silent = nullptr) {
    openings_.push_back([this, steps = std::move(steps), silent](const std::stop_token&) {
      return Opened(std::make_unique<ScriptedSource>(steps, silent, thinned_));
    });
  }
  void script_refusal(ErrorCode code, const std::string& message) {
    openings_.push_back(
        [code, message](const std::stop_token&) { return Opened(Error{code, message}); });
  }

  CameraFeed& start(FeedOptions options) {
    feed_ = std::make_unique<CameraFeed>(
        CameraId::parse("one").value(),
        [this](const std::stop_token& stop) {
          opened_at_.push_back(clock_.monotonic());
          if (openings_.empty()) return Opened(Error{ErrorCode::kUnavailable, "script ended"});
          const Opening opening = std::move(openings_.front());
          openings_.pop_front();
          return opening(stop);
        },
        options,
        clock_,
        signal_);
    feed_->start();
    return *feed_;
  }

  // The next frame, while the clock goes on by `step` at each look.
  std::optional<video::Frame> take(std::chrono::microseconds step = 0us) {
    const auto hanging_at = steady_clock::now() + kHanging;
    auto seen = signal_.generation();
    while (steady_clock::now() < hanging_at) {
      if (auto frame = feed_->take()) return frame;
      if (feed_->finished()) return std::nullopt;
      clock_.advance(step);
      seen = signal_.wait_past(seen, steady_clock::now() + CameraFeed::kClockLook);
    }
    ADD_FAILURE() << "no frame and no end";
    return std::nullopt;
  }
  bool ends() {
    const auto hanging_at = steady_clock::now() + kHanging;
    auto seen = signal_.generation();
    while (!feed_->finished() && steady_clock::now() < hanging_at) {
      seen = signal_.wait_past(seen, hanging_at);
    }
    return feed_->finished();
  }
  video::Condition condition() const { return feed_->state().condition(clock_.monotonic()); }

  static constexpr FeedOptions kLive{.pace = Pace::kAsItComes, .is_live = true};
  static constexpr FeedOptions kAtFullSpeed{.pace = Pace::kFullSpeed};
  static constexpr FeedOptions kInRealTime{.pace = Pace::kRealTime};

  FakeClock clock_{WallTime(500'000h)};
  Signal signal_;
  std::atomic<video::Thinned> thinned_{video::Thinned::kNothing};  // What the source was told.
  std::deque<Opening> openings_;  // Of the feed's thread while there is one, as all below.
  std::vector<MonotonicTime> opened_at_;
  std::unique_ptr<CameraFeed> feed_;
};

TEST_F(CameraFeedTest, ARecordingAtFullSpeedLosesNoFrame) {
  std::vector<Step> steps;
  for (int n = 0; n < 100; ++n) steps.push_back(frame_at(n * 40ms));
  steps.push_back(ending("it was cut"));
  script(std::move(steps));
  CameraFeed& feed = start(kAtFullSpeed);
  for (std::uint64_t n = 1; n <= 100; ++n) {
    const auto frame = take();
    ASSERT_TRUE(frame.has_value()) << n;
    EXPECT_EQ(frame->key.sequence, n);
  }
  EXPECT_TRUE(ends());
  EXPECT_EQ(feed.dropped(), 0U);
  EXPECT_EQ(feed.warnings(), std::vector<std::string>{"it was cut"});
  EXPECT_EQ(feed.peer_state(), "scripted");
  EXPECT_EQ(condition(), video::Condition::kEnded);
}

TEST_F(CameraFeedTest, ALiveCameraNeverWaitsAndItsOldestFramesAreDropped) {
  std::promise<void> silent;
  script({frame_at(1ms), frame_at(2ms), frame_at(3ms), frame_at(4ms), frame_at(5ms)}, &silent);
  CameraFeed& feed = start(kLive);
  ASSERT_EQ(silent.get_future().wait_for(kHanging), std::future_status::ready);
  EXPECT_EQ(take()->key.sequence, 4U);
  EXPECT_EQ(take()->key.sequence, 5U);
  EXPECT_EQ(feed.take(), std::nullopt);
  EXPECT_EQ(feed.dropped(), 3U);
  EXPECT_EQ(condition(), video::Condition::kOnline);
}

TEST_F(CameraFeedTest, ARecordingInRealTimeGivesEachFrameWhenItIsDue) {
  script({frame_at(0ms), frame_at(1h), frame_at(90min), ending()});
  start(kInRealTime);
  const MonotonicTime began = take()->arrived_at;
  EXPECT_GE(take(10min)->arrived_at, began + 1h);
  EXPECT_GE(take(10min)->arrived_at, began + 90min);
  EXPECT_TRUE(ends());
}

TEST_F(CameraFeedTest, AFrameThatIsLateIsNotWaitedFor) {
  const auto after_an_hour = [this]() -> Result<Next> {
    clock_.advance(1h);
    return frame_at(40ms)();
  };
  script({frame_at(0ms), after_an_hour, ending()});
  start(kInRealTime);
  EXPECT_TRUE(take().has_value());
  EXPECT_TRUE(take().has_value());  // The clock does not move any more.
}

TEST_F(CameraFeedTest, AStopEndsTheWaitForAFrameThatIsNotDue) {
  std::promise<void> read;
  const auto much_later = [&read]() -> Result<Next> {
    read.set_value();
    return frame_at(1h)();
  };
  script({frame_at(0ms), much_later});
  CameraFeed& feed = start(kInRealTime);
  ASSERT_EQ(read.get_future().wait_for(kHanging), std::future_status::ready);
  feed.stop();
  EXPECT_TRUE(feed.take().has_value());
  EXPECT_EQ(feed.take(), std::nullopt);
}

TEST_F(CameraFeedTest, ALiveCameraThatBreaksOffIsOpenedAgainAfterASecond) {
  script({frame_at(1ms), failing(ErrorCode::kUnavailable, "broke off")});
  script({frame_at(2ms)});
  CameraFeed& feed = start(kLive);
  EXPECT_EQ(take()->key.sequence, 1U);
  const auto again = take(100ms);
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->key.sequence, 2U);  // Numbers of one camera never repeat.
  feed.stop();
  ASSERT_EQ(opened_at_.size(), 2U);
  EXPECT_GE(opened_at_[1] - opened_at_[0], 1s);
  EXPECT_EQ(feed.state().why(), "");
}

TEST_F(CameraFeedTest, ALiveCameraThatIsDownAtTheStartIsTriedUntilItAnswers) {
  for (int n = 0; n < 6; ++n) script_refusal(ErrorCode::kUnavailable, "no answer");
  script({frame_at(1ms)});
  CameraFeed& feed = start(kLive);
  EXPECT_TRUE(take(500ms).has_value());
  feed.stop();
  ASSERT_EQ(opened_at_.size(), 7U);
  for (std::size_t n = 1; n < 6; ++n) EXPECT_GE(opened_at_[n] - opened_at_[n - 1], 1s) << n;
  EXPECT_GE(opened_at_[6] - opened_at_[5], 5s);
}

TEST_F(CameraFeedTest, ALiveCameraThatNeverGaveAFrameAndIsRefusedEnds) {
  script_refusal(ErrorCode::kInvalidInput, "no such stream (404)");
  CameraFeed& feed = start(kLive);
  EXPECT_TRUE(ends());
  EXPECT_FALSE(feed.ever_gave_a_frame());
  EXPECT_EQ(feed.state().why(), "no such stream (404)");
  EXPECT_EQ(condition(), video::Condition::kEnded);
  EXPECT_EQ(opened_at_.size(), 1U);
}

TEST_F(CameraFeedTest, ALiveCameraThatOnceGaveFramesIsTriedAgainWhateverItSays) {
  script({frame_at(1ms), failing(ErrorCode::kOverLimit, "pictures of 9000x9000")});
  script_refusal(ErrorCode::kInvalidInput, "no such stream (404)");
  script_refusal(ErrorCode::kInvalidInput, "the certificate is refused");
  script({frame_at(2ms)});
  CameraFeed& feed = start(kLive);
  EXPECT_TRUE(take().has_value());
  EXPECT_TRUE(take(250ms).has_value());
  EXPECT_EQ(condition(), video::Condition::kOnline);
  feed.stop();
  EXPECT_EQ(opened_at_.size(), 4U);
}

TEST_F(CameraFeedTest, ARecordingThatFailsEndsAndSaysWhy) {
  script({frame_at(0ms), failing(ErrorCode::kUnavailable, "the disk is gone")});
  CameraFeed& feed = start(kAtFullSpeed);
  EXPECT_TRUE(take().has_value());
  EXPECT_TRUE(ends());
  EXPECT_EQ(feed.state().why(), "the disk is gone");
  EXPECT_EQ(opened_at_.size(), 1U);
}

TEST_F(CameraFeedTest, ACameraThatNeverAnswersIsOfflineAfter20SecondsAndHoldsNobodyUp) {
  std::promise<void> opening;
  openings_.push_back([&opening](const std::stop_token& stop) {
    std::promise<void> stopped;
    const std::stop_callback on_stop(stop, [&stopped] { stopped.set_value(); });
    opening.set_value();
    stopped.get_future().wait();
    return Opened(Error{ErrorCode::kUnavailable, "stopped"});
  });
  CameraFeed& silent = start(kLive);
  ASSERT_EQ(opening.get_future().wait_for(kHanging), std::future_status::ready);
  const std::unique_ptr<CameraFeed> never = std::move(feed_);

  script({frame_at(1ms), ending()});
  start(kAtFullSpeed);
  EXPECT_TRUE(take().has_value());
  EXPECT_TRUE(ends());

  clock_.advance(19'999ms);
  EXPECT_EQ(silent.state().condition(clock_.monotonic()), video::Condition::kConnecting);
  clock_.advance(1ms);
  EXPECT_EQ(silent.state().condition(clock_.monotonic()), video::Condition::kOffline);
  silent.stop();  // Returns although the opening would have waited for ever.
  EXPECT_TRUE(silent.finished());
}

TEST_F(CameraFeedTest, DroppedFramesMakeTheSourceLeavePicturesOutAndAFullSpeedRecordingNever) {
  std::vector<Step> steps;
  for (int n = 0; n < 4; ++n) steps.push_back(frame_at(n * 40ms));
  std::promise<void> silent;
  script(steps, &silent);
  CameraFeed& feed = start(kLive);  // Nobody takes a frame: the third drops the first.
  ASSERT_EQ(silent.get_future().wait_for(kHanging), std::future_status::ready);
  EXPECT_EQ(thinned_.load(), video::Thinned::kUnreferenced);
  EXPECT_EQ(feed.left_out(), 7U);
  EXPECT_TRUE(feed.is_pressed());
  feed.stop();

  steps.push_back([this]() -> Result<Next> {
    clock_.advance(10s);  // As slow as can be: that is not late where nobody waits.
    return Next(video::EndOfStream{});
  });
  script(steps);
  start(kAtFullSpeed);
  for (int n = 0; n < 4; ++n) EXPECT_TRUE(take().has_value());
  EXPECT_TRUE(ends());
  EXPECT_EQ(thinned_.load(), video::Thinned::kNothing);
}

TEST_F(CameraFeedTest, AStopInterruptsAReadingThatIsUnderWay) {
  std::promise<void> silent;
  script({}, &silent);
  CameraFeed& feed = start(kLive);
  ASSERT_EQ(silent.get_future().wait_for(kHanging), std::future_status::ready);
  feed.stop();
  EXPECT_TRUE(feed.finished());
}

}  // namespace
}  // namespace proviso::pipeline
