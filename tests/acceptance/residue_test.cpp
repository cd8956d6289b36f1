// 200 passers-by, none of them listed, walk through the whole path with the real models; their
// tracks close, the process is still alive: its memory holds no form of their templates. Runs as a
// user who is not root. The forms that the fuse and the search make are scanned for beside them
// (app/models, app/pipeline); here it is what the network wrote, and its normalised form, in the
// pipeline's own batches.

#include <grp.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/jpeg/jpeg.h"
#include "app/models/memory_scan_tool.h"
#include "app/models/models.h"
#include "app/pipeline/pipeline.h"
#include "base/core/file.h"
#include "base/image/resample.h"
#include "safeguards/authority/desks.h"
#include "safeguards/authority/open_gate_tool.h"
#include "safeguards/watchlist/list_file.h"

namespace proviso {
namespace {

constexpr std::uint64_t kPassersBy = 200;
constexpr int kShowings = 8;  // Of the photographs, each time moved and scaled a little.
constexpr int kFramesShown = 12;
constexpr int kFramesBetween = 27;  // Long enough for every track to close.
constexpr std::chrono::milliseconds kFrameTime{40};
constexpr image::SizePx kFrame{960, 640};
constexpr std::uint64_t kControlAt = 30;  // Embedding at which the control scans.
constexpr uid_t kNobody = 65534;

// The embedder's network, which also takes down under a mask what to look for afterwards.
class Witnessed final : public tensor::Network {
 public:
  explicit Witnessed(std::shared_ptr<tensor::Network> network) : network_(std::move(network)) {}

  image::SizePx input_size() const override { return network_->input_size(); }
  std::span<const tensor::OutputSpec> outputs() const override { return network_->outputs(); }
  std::size_t lanes() const override { return network_->lanes(); }
  std::uint64_t images_run() const override { return network_->images_run(); }
  void wipe() override { network_->wipe(); }

  Status run(std::span<const tensor::Job> jobs) override {
    PROVISO_TRY_DONE(network_->run(jobs));
    if (!is_watching) return Done{};
    for (const tensor::Job& job : jobs) take_down(job.outputs[0]);
    if (needles.size() / 2 >= kControlAt && control_raw < 0) {
      models::MemoryScan scan;
      const auto found = scan.count(needles);
      control_raw = found[found.size() - 2];  // Just written, not yet normalised.
      control_normalised = 0;                 // Of those before it whose tracks are open.
      for (std::size_t n = 1; n < found.size(); n += 2) control_normalised += found[n];
    }
    return Done{};
  }

  bool is_watching = false;
  std::vector<models::Needle> needles;  // Raw and normalised in turn.
  int control_raw = -1;
  int control_normalised = -1;

 private:
  void take_down(std::span<const float> raw) {
    add("raw", raw);
    double squares = 0;
    for (const float value : raw) squares += static_cast<double>(value) * value;
    std::vector<float> normalised;
    normalised.reserve(raw.size());
    for (const float value : raw) {
      normalised.push_back(static_cast<float>(value / std::sqrt(squares)));
    }
    add("normalised", normalised);
    crypto::wipe(std::as_writable_bytes(std::span(normalised)));
  }

  // One window of each form is enough to know it by.
  void add(const std::string& form, std::span<const float> values) {
    models::add_needles(needles, form, values);
    needles.resize(needles.size() - 2);
  }

  std::shared_ptr<tensor::Network> network_;
};

std::vector<image::YuvImage> photographs() {
  std::vector<image::YuvImage> all;
  for (const char* name : {"sample1.jpg",
                           "sample2.jpg",
                           "sample3.jpg",
                           "sample4.jpg",
                           "sample5.jpg",
                           "sample6.jpg",
                           "t1.jpg"}) {
    const auto bytes = read_file(std::string(PROVISO_DEPS "/media/") + name, jpeg::kBytesMax);
    if (bytes) all.push_back(image::to_yuv(jpeg::decode(bytes.value()).value()));
  }
  return all;
}

// Shows each photograph for a while, then nothing, again and again, never twice the same.
class Crowd final : public video::Source {
 public:
  Crowd(CameraId camera, const std::vector<image::YuvImage>& pictures, const Clock& clock)
      : camera_(std::move(camera)),
        pictures_(pictures),
        clock_(clock),
        started_at_(clock.wall()),
        empty_(image::to_yuv(image::BgrImage(kFrame))) {}

  Result<std::variant<video::Frame, video::EndOfStream>> next() override {
    using Next = std::variant<video::Frame, video::EndOfStream>;
    constexpr int kPeriod = kFramesShown + kFramesBetween;
    const int showing = given_ / kPeriod;
    if (showing == kShowings * static_cast<int>(pictures_.size()))
      return Next(video::EndOfStream{});
    const int within = given_ % kPeriod;
    if (within == 0) shown_ = picture(showing);
    const auto media_time = kFrameTime * given_++;
    return Next(video::Frame{.key = {.camera = camera_,
                                     .sequence = static_cast<std::uint64_t>(given_),
                                     .captured_at = started_at_ + media_time},
                             .camera_time = {},
                             .media_time = media_time,
                             .arrived_at = clock_.monotonic(),
                             .pixels = within < kFramesShown ? shown_ : empty_});
  }
  void interrupt() override {}
  std::string peer_state() const override { return "photographs"; }
  std::string decoding() const override { return "none"; }

 private:
  image::YuvImage picture(int showing) const {
    const auto& from = pictures_[static_cast<std::size_t>(showing) % pictures_.size()];
    const int times_shown = showing / static_cast<int>(pictures_.size());
    const auto turn = static_cast<float>(times_shown);
    const auto width = static_cast<float>(from.size.width);
    const float scale = 1 + 0.02F * turn;
    const float height =
        width * static_cast<float>(kFrame.height) / static_cast<float>(kFrame.width);
    return image::to_yuv(image::crop_scaled(
        from, {-7.3F * turn, -4.1F * turn, width * scale, height * scale}, kFrame));
  }

  CameraId camera_;
  const std::vector<image::YuvImage>& pictures_;
  const Clock& clock_;
  const WallTime
      started_at_;  // From it on by the frames' own times, however fast they are worked on.
  image::YuvImage empty_;
  image::YuvImage shown_;
  int given_ = 0;
};

void become_nobody() {
  if (geteuid() != 0) return;
  ASSERT_EQ(setgroups(0, nullptr), 0);
  ASSERT_EQ(setgid(kNobody), 0);
  ASSERT_EQ(setuid(kNobody), 0);
}

class Site {
 public:
  // Everything that is read from disk is read here, before the rights go.
  Site() : models_(models::open(PROVISO_DEPS "/models", {.device = "CPU", .lanes = 2}).value()) {
    network = std::make_shared<Witnessed>(models_.embedder);
    pictures = photographs();
  }

  pipeline::Summary run() {
    auto arena = crypto::GuardedArena::create(2048, models_.dimension).value();
    auto embedder = embed::Embedder::create(network, *arena).value();
    detect::Detector detector(models_.detector, {});
    const auto list = list_of_one(*embedder);
    auto searcher = search::Searcher::create(list).value();
    alert::Alerter alerter({}, list, [] { return AlertId::parse("alert").value(); });
    const CameraId camera = CameraId::parse("street").value();
    const auto gate =
        authority::gate_for({{camera, authority::CameraKind::kRecording, "crowd"}}, *list, clock_);
    network->is_watching = true;
    const pipeline::Parts parts{*gate, detector, *embedder, *searcher, alerter, clock_};
    std::vector<pipeline::CameraSetup> cameras;
    cameras.push_back({.id = camera,
                       .open =
                           [this, camera](const std::stop_token&) {
                             return Result<std::unique_ptr<video::Source>>(
                                 std::make_unique<Crowd>(camera, pictures, clock_));
                           },
                       .feed = {.pace = pipeline::Pace::kFullSpeed}});
    return pipeline::run(parts,
                         std::move(cameras),
                         {.on_alert = [](const auto&, const auto&, const auto&) { return true; },
                          .on_progress = {}},
                         std::stop_token{})
        .value();
  }

  std::shared_ptr<Witnessed> network;
  std::vector<image::YuvImage> pictures;

 private:
  // Somebody who is nobody: a picture without a face.
  std::shared_ptr<const watchlist::SealedList> list_of_one(embed::Embedder& embedder) {
    const EntryId id = EntryId::parse("nobody").value();
    authority::EnrolmentDesk desk(id, clock_);
    const detect::Face face{
        .box = {100, 100, 80, 80},
        .points = {{{120, 130}, {160, 130}, {140, 150}, {125, 165}, {155, 165}}},
        .confidence = 1};
    const auto permit = desk.admit().value();
    const image::BgrImage aligned =
        embed::aligned_crop(image::to_yuv(image::BgrImage(kFrame)), face);
    const embed::EnrolmentShot shot{.permit = permit, .aligned = aligned};
    auto reference = embedder.embed(std::span(&shot, 1)).value().front();
    auto file = watchlist::ListFile::create(models_.digest, models_.dimension, clock_.wall());
    PROVISO_CHECK(file.add({.id = id,
                            .label = "Nobody",
                            .photographs = {crypto::sha256("nobody")},
                            .reference = std::move(reference),
                            .thumbnail_jpeg = {}})
                      .has_value());
    return watchlist::SealedList::parse(file.seal(clock_.wall())).value();
  }

  SystemClock clock_;
  models::Models models_;
};

TEST(Residue, TwoHundredPassersByLeaveNoTemplateInMemory) {
  ASSERT_TRUE(crypto::start());
  Site site;
  ASSERT_EQ(site.pictures.size(), 7U);
  become_nobody();

  const pipeline::Summary summary = site.run();

  const auto& camera = summary.cameras[0];
  std::cout << camera.faces_seen << " faces seen, " << camera.compared << " compared, "
            << site.network->needles.size() / 2 << " templates made\n";
  EXPECT_GE(camera.compared, kPassersBy);
  EXPECT_EQ(camera.alerts, 0U);
  EXPECT_GE(site.network->control_raw, 1) << "the control: what the network has just written";
  EXPECT_GE(site.network->control_normalised, 1) << "the control: those before it";
  models::MemoryScan scan;
  const auto found = scan.count(site.network->needles);
  for (std::size_t n = 0; n < found.size(); ++n) {
    EXPECT_EQ(found[n], 0) << site.network->needles[n].form << " form of template " << n / 2;
  }
}

}  // namespace
}  // namespace proviso
