// The eight steps with real stages, gate, list and threads. Two things are scripted, so that each
// claim is about the pipeline alone: cameras, which give the frames they are told to, and networks,
// which see one face in the middle of whatever they are shown. Real cameras and models run in
// tests/acceptance.

#include "app/pipeline/pipeline.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto/digest.h"
#include "safeguards/authority/desks.h"
#include "safeguards/authority/open_gate_tool.h"
#include "safeguards/watchlist/list_file.h"

namespace proviso::pipeline {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kDimension = 4;
constexpr WallTime kNow{std::chrono::hours(500'000)};
constexpr image::SizePx kPicture{320, 320};
constexpr milliseconds kFrameTime{40};

// YuNet's outputs for one face in the middle of the input: 32 px of a sweep, and of a near look the
// third that it is made for, so that both see a face of 64 px in the picture.
class MiddleFaceNetwork final : public tensor::Network {
 public:
  explicit MiddleFaceNetwork(image::SizePx input) : input_(input) {
    for (const int stride : {8, 16, 32}) {
      const auto cells = static_cast<std::size_t>(input.width / stride) *
                         static_cast<std::size_t>(input.height / stride);
      const std::string end = "_" + std::to_string(stride);
      specs_.push_back({"cls" + end, cells});
      specs_.push_back({"obj" + end, cells});
      specs_.push_back({"bbox" + end, cells * 4});
      specs_.push_back({"kps" + end, cells * 10});
    }
  }
  image::SizePx input_size() const override { return input_; }
  std::span<const tensor::OutputSpec> outputs() const override { return specs_; }
  std::size_t lanes() const override { return 1; }
  std::uint64_t images_run() const override { return images_; }
  void wipe() override {}
  Status run(std::span<const tensor::Job> jobs) override {
    for (const tensor::Job& job : jobs) write(job);
    images_ += jobs.size();
    return Done{};
  }

 private:
  void write(const tensor::Job& job) const {
    for (const auto output : job.outputs) std::fill(output.begin(), output.end(), 0.0F);
    constexpr int kStride = 32;
    constexpr std::size_t kCoarse = 8;  // The outputs of stride 32 come last: cls, obj, bbox, kps.
    const int column = input_.width / kStride / 2;
    const int row = input_.height / kStride / 2;
    const int cells_a_row = input_.width / kStride;
    const auto cell = static_cast<std::size_t>(row) * static_cast<std::size_t>(cells_a_row) +
                      static_cast<std::size_t>(column);
    const float x = static_cast<float>(input_.width) / 2 / kStride - static_cast<float>(column);
    const float y = static_cast<float>(input_.height) / 2 / kStride - static_cast<float>(row);
    job.outputs[kCoarse][cell] = 1;
    job.outputs[kCoarse + 1][cell] = 1;
    job.outputs[kCoarse + 2][cell * 4] = x;
    job.outputs[kCoarse + 2][cell * 4 + 1] = y;
    const float strides_wide =
        input_.width == detect::kNearInputPx ? detect::kNearInputPx / 3.0F / kStride : 1.0F;
    job.outputs[kCoarse + 2][cell * 4 + 2] = std::log(strides_wide);
    job.outputs[kCoarse + 2][cell * 4 + 3] = std::log(strides_wide);
    constexpr float kPoints[10] = {-0.2F, -0.2F, 0.2F, -0.2F, 0, 0, -0.15F, 0.2F, 0.15F, 0.2F};
    for (std::size_t n = 0; n < 10; n += 2) {
      job.outputs[kCoarse + 3][cell * 10 + n] = x + kPoints[n] * strides_wide;
      job.outputs[kCoarse + 3][cell * 10 + n + 1] = y + kPoints[n + 1] * strides_wide;
    }
  }
  image::SizePx input_;
  std::vector<tensor::OutputSpec> specs_;
  std::uint64_t images_ = 0;
};

class MiddleFaceMaker final : public tensor::NetworkMaker {
 public:
  Result<std::shared_ptr<tensor::Network>> make(image::SizePx input) override {
    return std::shared_ptr<tensor::Network>(std::make_shared<MiddleFaceNetwork>(input));
  }
  std::uint64_t images_run() const override { return 0; }
};

// Every face is the same person: the first axis.
class OnePersonNetwork final : public tensor::Network {
 public:
  image::SizePx input_size() const override { return {112, 112}; }
  std::span<const tensor::OutputSpec> outputs() const override { return specs_; }
  std::size_t lanes() const override { return 1; }
  std::uint64_t images_run() const override { return 0; }
  void wipe() override {}
  Status run(std::span<const tensor::Job> jobs) override {
    for (const tensor::Job& job : jobs) {
      std::fill(job.outputs[0].begin(), job.outputs[0].end(), 0.0F);
      job.outputs[0][axis] = 2;
    }
    return Done{};
  }
  std::size_t axis = 0;

 private:
  std::vector<tensor::OutputSpec> specs_{{.name = "values", .floats = kDimension}};
};

image::YuvImage chequered() {
  const auto side = static_cast<std::size_t>(kPicture.width);
  auto bytes = std::make_shared<std::vector<std::uint8_t>>(side * side * 3 / 2, std::uint8_t{128});
  for (std::size_t n = 0; n < side * side; ++n) {
    (*bytes)[n] = ((n % side / 4) + (n / side / 4)) % 2 == 0 ? 80 : 170;
  }
  const auto half = static_cast<std::ptrdiff_t>(side / 2);
  return {.size = kPicture,
          .y = {bytes->data(), static_cast<std::ptrdiff_t>(side)},
          .u = {bytes->data() + side * side, half},
          .v = {bytes->data() + side * side * 5 / 4, half},
          .owner = bytes};
}

// Gives `frames` frames of one picture; `before` is called with the number of each.
class ScriptedSource final : public video::Source {
 public:
  ScriptedSource(CameraId camera, int frames, const Clock& clock, std::function<void(int)> before)
      : camera_(std::move(camera)), frames_(frames), clock_(clock), before_(std::move(before)) {}

  Result<std::variant<video::Frame, video::EndOfStream>> next() override {
    using Next = std::variant<video::Frame, video::EndOfStream>;
    if (given_ == frames_) return Next(video::EndOfStream{});
    if (before_) before_(given_);
    const auto media_time = kFrameTime * given_++;
    return Next(video::Frame{.key = {.camera = camera_,
                                     .sequence = static_cast<std::uint64_t>(given_),
                                     .captured_at = kNow + media_time},
                             .camera_time = {},
                             .media_time = media_time,
                             .arrived_at = clock_.monotonic(),
                             .pixels = picture_});
  }
  void interrupt() override {}
  std::string peer_state() const override { return "scripted"; }
  std::string decoding() const override { return "none"; }

 private:
  CameraId camera_;
  int frames_;
  const Clock& clock_;
  std::function<void(int)> before_;
  int given_ = 0;
  image::YuvImage picture_ = chequered();
};

class PipelineTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::start());
    arena_ = crypto::GuardedArena::create(1024, kDimension).value();
    person_ = std::make_shared<OnePersonNetwork>();
    embedder_ = embed::Embedder::create(person_, *arena_).value();
    detector_ = std::make_unique<detect::Detector>(std::make_shared<MiddleFaceMaker>(),
                                                   detect::DetectorOptions{});
    auto file = watchlist::ListFile::create(crypto::sha256("pack"), kDimension, kNow);
    const EntryId id = EntryId::parse("sought").value();
    authority::EnrolmentDesk desk(id, clock_);
    const auto permit = desk.admit().value();
    const image::BgrImage aligned = embed::aligned_crop(chequered(), face());
    const embed::EnrolmentShot shot{.permit = permit, .aligned = aligned};
    auto reference = embedder_->embed(std::span(&shot, 1)).value().front();
    ASSERT_TRUE(file.add({.id = id,
                          .label = "Sought",
                          .photographs = {crypto::sha256("photograph")},
                          .reference = std::move(reference),
                          .thumbnail_jpeg = {}}));
    list_ = watchlist::SealedList::parse(file.seal(kNow)).value();
    searcher_ = search::Searcher::create(list_).value();
    alerter_ = std::make_unique<alert::Alerter>(
        alert::AlerterOptions{}, list_, [] { return AlertId::parse("alert-1").value(); });
  }

  static detect::Face face() {
    return {.box = {128, 128, 64, 64},
            .points = {{{147, 147}, {173, 147}, {160, 160}, {150, 173}, {170, 173}}},
            .confidence = 1};
  }

  void open_gate(const std::vector<std::string>& cameras,
                 const std::function<void(authority::Statement&)>& change = {},
                 const policy::Policy& policy = authority::test_policy()) {
    std::vector<authority::RunRequest::Camera> asked;
    for (const std::string& name : cameras) {
      asked.push_back({.id = CameraId::parse(name).value(),
                       .kind = authority::CameraKind::kRecording,
                       .address = name});
    }
    gate_ = authority::gate_for(asked, *list_, clock_, change, policy);
  }

  CameraSetup camera(const std::string& name, int frames, std::function<void(int)> before = {}) {
    const CameraId id = CameraId::parse(name).value();
    return {.id = id,
            .open =
                [this, id, frames, before = std::move(before)](const std::stop_token&) {
                  return Result<std::unique_ptr<video::Source>>(
                      std::make_unique<ScriptedSource>(id, frames, clock_, before));
                },
            .feed = {.pace = Pace::kFullSpeed}};
  }

  Summary run_cameras(std::vector<CameraSetup> cameras) {
    const Parts parts{.gate = *gate_,
                      .detector = *detector_,
                      .embedder = *embedder_,
                      .searcher = *searcher_,
                      .alerter = *alerter_,
                      .clock = clock_};
    const Outputs outputs{
        .on_alert =
            [this](const alert::Alert& alert, const video::Frame&, const Latency&) {
              if (withhold_ && withhold_()) return false;
              alerts_.push_back(alert);
              return true;
            },
        .on_progress = {}};
    return run(parts, std::move(cameras), outputs, std::stop_token{}).value();
  }

  FakeClock clock_{kNow};
  std::unique_ptr<crypto::GuardedArena> arena_;
  std::shared_ptr<OnePersonNetwork> person_;
  std::unique_ptr<embed::Embedder> embedder_;
  std::unique_ptr<detect::Detector> detector_;
  std::shared_ptr<const watchlist::SealedList> list_;
  std::unique_ptr<search::Searcher> searcher_;
  std::unique_ptr<alert::Alerter> alerter_;
  std::unique_ptr<authority::Gate> gate_;
  std::vector<alert::Alert> alerts_;
  std::function<bool()> withhold_;  // Whether an alert does not leave.
};

TEST_F(PipelineTest, AListedPersonAlertsOnceAndEveryTemplateIsWiped) {
  open_gate({"one"});

  const Summary summary = run_cameras({camera("one", 50)});

  ASSERT_EQ(alerts_.size(), 1U);
  EXPECT_EQ(alerts_[0].entry.text(), "sought");
  EXPECT_EQ(alerts_[0].shots_agreeing, 3U);
  EXPECT_EQ(summary.cameras[0].frames, 50U);
  EXPECT_EQ(summary.cameras[0].frames_dropped, 0U);
  EXPECT_EQ(summary.cameras[0].faces_seen, 1U);
  EXPECT_EQ(summary.cameras[0].compared, 1U);
  EXPECT_EQ(summary.stop_reason, "sources ended");
  EXPECT_EQ(arena_->slots_in_use(), 0U);
}

TEST_F(PipelineTest, AStrangerIsComparedAndNobodyIsTold) {
  open_gate({"one"});
  person_->axis = 1;

  const Summary summary = run_cameras({camera("one", 50)});

  EXPECT_TRUE(alerts_.empty());
  EXPECT_GE(summary.cameras[0].comparisons, 3U);
}

TEST_F(PipelineTest, AFaceBelowThePolicysFloorIsNotCompared) {
  policy::Policy policy = authority::test_policy();
  policy.operating_point.face_width_px_min = 48;
  open_gate({"one"}, {}, policy);
  const Summary control = run_cameras({camera("one", 50)});
  EXPECT_EQ(control.cameras[0].compared, 1U);

  policy.operating_point.face_width_px_min = 500;
  open_gate({"one"}, {}, policy);
  const Summary small = run_cameras({camera("one", 50)});
  EXPECT_EQ(small.cameras[0].faces_seen, 1U);
  EXPECT_EQ(small.cameras[0].comparisons, 0U);

  policy = authority::test_policy();
  policy.quality.luminance_mean_max = 60;
  open_gate({"one"}, {}, policy);
  const Summary bright = run_cameras({camera("one", 50)});
  EXPECT_EQ(bright.cameras[0].faces_seen, 1U);
  EXPECT_EQ(bright.cameras[0].comparisons, 0U);
}

TEST_F(PipelineTest, AStopEndsTheRunAndNothingIsAdmittedAfterIt) {
  open_gate({"one"});

  const Summary summary = run_cameras({camera("one", 1000, [this](int number) {
    if (number == 20) gate_->stop("an officer stopped it");
  })});

  EXPECT_EQ(summary.stop_reason, "an officer stopped it");
  EXPECT_LE(summary.cameras[0].frames, 20U);
  EXPECT_EQ(arena_->slots_in_use(), 0U);
}

TEST_F(PipelineTest, TheEndOfTheWindowEndsTheRunAndSaysWhy) {
  open_gate({"one"});

  const Summary summary = run_cameras({camera("one", 1000, [this](int number) {
    if (number == 20) clock_.advance(std::chrono::hours(1));
  })});

  EXPECT_NE(summary.stop_reason.find("ended at"), std::string::npos) << summary.stop_reason;
  EXPECT_LE(summary.cameras[0].frames, 20U);
}

TEST_F(PipelineTest, ACameraThatCannotOpenLeavesTheOthersAlone) {
  open_gate({"good", "bad"});
  CameraSetup bad = camera("bad", 0);
  bad.open = [](const std::stop_token&) {
    return Result<std::unique_ptr<video::Source>>(
        Error{ErrorCode::kInvalidInput, "no video in bad"});
  };

  const Summary summary = run_cameras({camera("good", 50), std::move(bad)});

  EXPECT_EQ(alerts_.size(), 1U);
  EXPECT_EQ(summary.cameras[0].frames, 50U);
  EXPECT_FALSE(summary.cameras[1].ever_gave_a_frame);
  EXPECT_EQ(summary.cameras[1].why, "no video in bad");
}

TEST_F(PipelineTest, TheSamePersonOnASecondCameraUpdatesTheAlert) {
  open_gate({"one", "two"});

  static_cast<void>(run_cameras({camera("one", 50), camera("two", 50)}));

  ASSERT_EQ(alerts_.size(), 2U);
  EXPECT_EQ(alerts_[0].kind, alert::Kind::kNew);
  EXPECT_EQ(alerts_[1].kind, alert::Kind::kUpdate);
  EXPECT_EQ(alerts_[1].id, alerts_[0].id);
}

TEST_F(PipelineTest, ASuspensionWipesEverybodyAndTheRunGoesOnAfterIt) {
  open_gate({"one"});
  authority::Circumstances circumstances = authority::undisturbed(gate_->statement());
  std::size_t held_before = 0;
  std::size_t held = 1;

  const Summary summary = run_cameras({camera("one", 120, [&](int number) {
    if (number == 50) {
      held_before = arena_->slots_in_use();
      circumstances.suspended = {.rule = "suspension", .found = "a", .needed = "b", .next = "c"};
      gate_->update(circumstances);
    }
    if (number == 70) {
      held = arena_->slots_in_use();
      circumstances.suspended.reset();
      gate_->update(circumstances);
    }
  })});

  EXPECT_GT(held_before, 0U) << "control: somebody was held";
  EXPECT_EQ(held, 0U) << "nobody is held while nobody may be looked at";
  EXPECT_GE(summary.cameras[0].frames_refused, 15U);
  EXPECT_EQ(summary.refused_rule, "suspension");
  EXPECT_EQ(summary.cameras[0].faces_seen, 2U) << "before, and anew after";
  EXPECT_EQ(summary.stop_rule, "sources-ended");
}

TEST_F(PipelineTest, AnAlertThatCouldNotLeaveIsCountedAndRaisedAnewOnceTheRunGoesOn) {
  open_gate({"one"});
  const authority::Circumstances undisturbed = authority::undisturbed(gate_->statement());
  withhold_ = [this, left = 1]() mutable {
    if (left-- <= 0) return false;
    gate_->suspend({.rule = "journal", .found = "a", .needed = "b", .next = "c"});
    return true;
  };
  const Summary summary = run_cameras({camera("one", 120, [&](int number) {
    if (number == 70) gate_->update(undisturbed);
  })});
  EXPECT_EQ(summary.cameras[0].withheld, 1U);
  EXPECT_EQ(summary.cameras[0].alerts, 1U);
  ASSERT_EQ(alerts_.size(), 1U);
  EXPECT_EQ(alerts_[0].kind, alert::Kind::kNew) << "nobody has seen the first";
}

class PipelineExpiryTest : public PipelineTest, public testing::WithParamInterface<int> {};

// 50 windows, each with its own end; the clock runs with the frames.
TEST_P(PipelineExpiryTest, LeavesNothingAfterTheEnd) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  const auto window =
      std::chrono::milliseconds(std::uniform_int_distribution<int>(400, 4000)(random));
  open_gate({"one"}, [&](authority::Statement& statement) {
    statement.not_after = statement.not_before + window;
  });

  const Summary summary =
      run_cameras({camera("one", 1000, [this](int) { clock_.advance(kFrameTime); })});

  const WallTime end = kNow + window;
  EXPECT_EQ(summary.stop_rule, "window");
  EXPECT_GT(summary.cameras[0].frames, 0U) << "control: it ran";
  EXPECT_LE(kNow + kFrameTime * (summary.cameras[0].frames - 1), end) << "a frame after the end";
  for (const alert::Alert& alert : alerts_) EXPECT_LT(alert.captured_at, end);
  EXPECT_EQ(arena_->slots_in_use(), 0U);
  EXPECT_LE(clock_.wall() - end, std::chrono::seconds(1));
}
INSTANTIATE_TEST_SUITE_P(Trials, PipelineExpiryTest, testing::Range(0, 50));

}  // namespace
}  // namespace proviso::pipeline
