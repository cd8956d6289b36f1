// No form of a passer-by's template outlives its Probe: neither what the network wrote, nor the
// normalised, nor the fused one, for one shot and for a batch over all lanes.
//
// What to look for is computed by another process, because computing it here would leave it here.

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <optional>

#include "app/models/memory_scan_tool.h"
#include "app/models/models.h"
#include "app/models/real_pictures_tool.h"
#include "safeguards/authority/desks.h"
#include "safeguards/authority/open_gate_tool.h"
#include "stages/detect/detector.h"
#include "stages/embed/embedder.h"

namespace proviso::models {
namespace {

constexpr const char* kNeedlesFile = "PROVISO_NEEDLES";
constexpr std::size_t kLanes = 2;

struct Passers {
  std::vector<video::Frame> frames;
  std::vector<std::vector<detect::Face>> faces;
};

class ResidueTest : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "a sanitizer's own memory is too large to scan";
#endif
    ASSERT_TRUE(crypto::start());
    auto opened = open(std::string(PROVISO_DEPS) + "/models", {.device = "CPU", .lanes = kLanes});
    ASSERT_TRUE(opened) << opened.error().message;
    models_ = std::move(opened).value();
    arena_ = crypto::GuardedArena::create(32, models_.dimension).value();
    embedder_ = embed::Embedder::create(models_.embedder, *arena_).value();
    find_passers();
  }

  void find_passers() {
    detect::Detector detector(models_.detector, {});
    for (const char* file : {"sample5.jpg", "sample6.jpg"}) {
      video::Frame frame{.key = {.camera = CameraId::parse("gate-a").value(),
                                 .sequence = passers_.frames.size() + 1,
                                 .captured_at = clock_.wall()},
                         .camera_time = {},
                         .media_time = {},
                         .arrived_at = {},
                         .pixels = image::to_yuv(photograph(file))};
      const auto permit = gate_.admit(frame.key);
      const detect::LiveLook look{permit, frame, zone_, true, {}};
      passers_.faces.push_back(detector.detect(std::span(&look, 1)).value().at(0));
      passers_.frames.push_back(std::move(frame));
    }
  }

  // One call for all of them: a batch over several lanes, twice round.
  std::vector<embed::Probe> probes() {
    std::vector<authority::LivePermit> permits;
    for (const auto& frame : passers_.frames) permits.push_back(gate_.admit(frame.key));
    std::vector<embed::LiveShot> shots;
    for (std::size_t n = 0; n < permits.size(); ++n) {
      for (const detect::Face& face : passers_.faces[n]) {
        shots.push_back({permits[n], passers_.frames[n], face});
      }
    }
    return embedder_->embed(shots).value();
  }

  std::vector<float> raw(std::size_t picture, const detect::Face& face) {
    const image::BgrImage crop = embed::aligned_crop(passers_.frames[picture].pixels, face);
    std::vector<float> values(models_.dimension);
    const std::span<float> output(values);
    const tensor::Job job{.bgr = crop.pixels, .outputs = std::span(&output, 1)};
    EXPECT_TRUE(models_.embedder->run(std::span(&job, 1)));
    return values;
  }

  std::vector<int> places(const std::string& form) {
    std::vector<Needle> wanted;
    for (const Needle& needle : needles_) {
      if (needle.form == form) wanted.push_back(needle);
    }
    return scan_.count(wanted);
  }
  void expect_everywhere(const std::string& form) {
    const auto found = places(form);
    EXPECT_FALSE(found.empty());
    for (const int count : found) EXPECT_GE(count, 1) << form;
  }
  void expect_nowhere(const std::string& form) {
    for (const int count : places(form)) EXPECT_EQ(count, 0) << form;
  }

  SystemClock clock_;
  authority::OpenGate gate_ =
      (static_cast<void>(crypto::start()), authority::open_gate("gate-a", clock_));
  image::ZonePolygon zone_ = authority::whole_frame();
  Models models_;
  std::unique_ptr<crypto::GuardedArena> arena_;
  std::unique_ptr<embed::Embedder> embedder_;
  Passers passers_;
  std::vector<Needle> needles_;
  MemoryScan scan_;
};

// Run in a process of its own by the test below: it leaves templates behind.
TEST_F(ResidueTest, DISABLED_WritesWhatToLookFor) {
  const char* path = std::getenv(kNeedlesFile);  // NOLINT(concurrency-mt-unsafe)
  if (path == nullptr) GTEST_SKIP() << "only run by the test that needs it";
  authority::EnrolmentDesk desk(EntryId::parse("control").value(), clock_);
  const auto permit = desk.admit().value();
  std::vector<watchlist::Reference> references;
  for (std::size_t n = 0; n < passers_.frames.size(); ++n) {
    for (const detect::Face& face : passers_.faces[n]) {
      add_needles(needles_, "raw", raw(n, face));
      const image::BgrImage aligned = embed::aligned_crop(passers_.frames[n].pixels, face);
      const embed::EnrolmentShot shot{.permit = permit, .aligned = aligned};
      references.push_back(embedder_->embed(std::span(&shot, 1)).value().front());
      add_needles(needles_, "normalised", references.back().values());
    }
  }
  std::vector<embed::WeightedReference> weighted;
  for (const auto& reference : references) weighted.push_back({reference, 0.75F});
  add_needles(needles_, "fused", embedder_->fuse(permit, weighted).value().values());

  std::ofstream file(path, std::ios::binary);
  for (const Needle& needle : needles_) {
    file << needle.form << '\n';
    for (const std::uint8_t byte : needle.masked) file << int{byte} << ' ';
    file << '\n';
  }
}

std::vector<Needle> needles_of_another_process() {
  const std::string path = testing::TempDir() + "needles-" + std::to_string(::getpid());
  const std::string own = std::filesystem::read_symlink("/proc/self/exe").string();
  const std::string command = std::string(kNeedlesFile) + "='" + path + "' '" + own +
                              "' --gtest_also_run_disabled_tests "
                              "--gtest_filter=ResidueTest.DISABLED_WritesWhatToLookFor >/dev/null";
  PROVISO_CHECK(std::system(command.c_str()) == 0);  // NOLINT
  std::vector<Needle> needles;
  std::ifstream file(path);
  for (std::string form; file >> form;) {
    Needle needle{.form = form, .masked = {}};
    for (std::uint8_t& byte : needle.masked) {
      int value = 0;
      file >> value;
      byte = static_cast<std::uint8_t>(value);
    }
    needles.push_back(std::move(needle));
  }
  std::filesystem::remove(path);
  return needles;
}

TEST_F(ResidueTest, NoFormOfATemplateOutlivesItsProbe) {
  needles_ = needles_of_another_process();
  std::optional<std::vector<embed::Probe>> shots = probes();
  ASSERT_GE(shots->size(), 8U);
  std::vector<embed::Weighted> weighted;
  for (const embed::Probe& shot : *shots) weighted.push_back({shot, 0.75F});
  std::optional<embed::Probe> fused = embedder_->fuse(weighted).value();
  // The control: the scan sees what is alive, and the network's own output is already overwritten.
  expect_everywhere("normalised");
  expect_everywhere("fused");
  expect_nowhere("raw");

  weighted.clear();
  shots.reset();
  fused.reset();
  embedder_->wipe();
  for (const char* form : {"raw", "normalised", "fused"}) expect_nowhere(form);
  EXPECT_EQ(arena_->slots_in_use(), 0U);
}

TEST_F(ResidueTest, TheScanSeesWhatTheNetworkWrote) {
  needles_ = needles_of_another_process();
  std::vector<std::vector<float>> kept;
  for (std::size_t n = 0; n < passers_.frames.size(); ++n) {
    for (const detect::Face& face : passers_.faces[n]) kept.push_back(raw(n, face));
  }
  expect_everywhere("raw");
  for (auto& values : kept) crypto::wipe(std::as_writable_bytes(std::span(values)));
  embedder_->wipe();
  expect_nowhere("raw");  // The runner has no copy of its own.
}

}  // namespace
}  // namespace proviso::models
