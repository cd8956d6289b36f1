// The detector against a made-up network that sees one thing: white squares, each a face. What real
// weights find is held in app/models.

#include "stages/detect/detector.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "base/image/canvas.h"
#include "base/image/resample.h"
#include "safeguards/authority/desks.h"
#include "safeguards/authority/open_gate_tool.h"

namespace proviso::detect {
namespace {

constexpr int kCellPx = 8;

// A cell of stride 8 whose pixels are all white is a face of `face_cells` around the middle of it.
class WhiteIsAFace final : public tensor::Network {
 public:
  WhiteIsAFace(image::SizePx input, bool breaks, float face_cells)
      : input_(input), breaks_(breaks), face_cells_(face_cells) {
    for (const int stride : {8, 16, 32}) {
      const auto cells = static_cast<std::size_t>(input.width / stride) *
                         static_cast<std::size_t>(input.height / stride);
      const std::string suffix = "_" + std::to_string(stride);
      specs_.push_back({"cls" + suffix, cells});
      specs_.push_back({"obj" + suffix, cells});
      specs_.push_back({"bbox" + suffix, cells * 4});
      specs_.push_back({"kps" + suffix, cells * 10});
    }
  }
  image::SizePx input_size() const override { return input_; }
  std::span<const tensor::OutputSpec> outputs() const override { return specs_; }
  std::size_t lanes() const override { return 1; }
  std::uint64_t images_run() const override { return images_; }
  void wipe() override {}

  Status run(std::span<const tensor::Job> jobs) override {
    if (breaks_) return Error{ErrorCode::kUnavailable, "broken"};
    images_ += jobs.size();
    for (const tensor::Job& job : jobs) {
      const int columns = input_.width / kCellPx;
      for (std::size_t cell = 0; cell < specs_[0].floats; ++cell) {
        const int column = static_cast<int>(cell) % columns;
        const int row = static_cast<int>(cell) / columns;
        const bool white = is_white(job.bgr, column * kCellPx, row * kCellPx);
        job.outputs[0][cell] = white ? 1.0F : 0.0F;
        job.outputs[1][cell] = 0.81F;
        for (const std::size_t n : {0U, 1U}) {
          job.outputs[2][cell * 4 + n] = 0.5F;
          job.outputs[2][cell * 4 + n + 2] = std::log(face_cells_);
        }
        job.outputs[3][cell * 10 + 2] = 1;
      }
    }
    return Done{};
  }

 private:
  bool is_white(std::span<const std::uint8_t> bgr, int left, int top) const {
    for (int y = top; y < top + kCellPx; ++y) {
      for (int x = left; x < left + kCellPx; ++x) {
        if (bgr[static_cast<std::size_t>(y * input_.width + x) * 3] < 200) return false;
      }
    }
    return true;
  }

  image::SizePx input_;
  bool breaks_;
  float face_cells_;
  std::vector<tensor::OutputSpec> specs_;
  std::uint64_t images_ = 0;
};

using Sizes = std::vector<std::pair<int, int>>;

class Maker final : public tensor::NetworkMaker {
 public:
  Result<std::shared_ptr<tensor::Network>> make(image::SizePx input) override {
    auto& network = made[{input.width, input.height}];
    if (network == nullptr) network = std::make_shared<WhiteIsAFace>(input, breaks, face_cells);
    return std::shared_ptr<tensor::Network>(network);
  }
  std::uint64_t images_run() const override {
    std::uint64_t sum = 0;
    for (const auto& [size, network] : made) sum += network->images_run();
    return sum;
  }
  Sizes sizes() const {
    Sizes all;
    for (const auto& [input, network] : made) all.push_back(input);
    return all;
  }
  std::map<std::pair<int, int>, std::shared_ptr<WhiteIsAFace>> made;
  bool breaks = false;
  float face_cells = 2;  // As wide it finds each; of the networks made after.
};

class DetectorTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  static image::YuvImage picture(image::SizePx size, const std::vector<image::RectPx>& white) {
    image::BgrImage canvas(size);
    for (const image::RectPx& square : white) image::fill(canvas, square, {255, 255, 255});
    return image::to_yuv(canvas);
  }
  video::Frame frame(image::YuvImage pixels) {
    return {.key = {.camera = CameraId::parse("gate-a").value(),
                    .sequence = ++sequence_,
                    .captured_at = clock_.wall()},
            .camera_time = {},
            .media_time = {},
            .arrived_at = {},
            .pixels = std::move(pixels)};
  }
  std::vector<Face> look(const video::Frame& of,
                         bool sweep,
                         std::span<const image::RectPx> near = {}) {
    const auto permit = gate_.admit(of.key);
    const LiveLook one{permit, of, zone_, sweep, near};
    return detector_.detect(std::span(&one, 1)).value().at(0);
  }

  FakeClock clock_{WallTime(std::chrono::hours(500'000))};
  authority::OpenGate gate_ = authority::open_gate("gate-a", clock_);
  authority::EvaluationDesk desk_{authority::PictureSet::kSimulated, clock_};
  image::ZonePolygon zone_ = authority::whole_frame();
  std::shared_ptr<Maker> maker_ = std::make_shared<Maker>();
  Detector detector_{maker_, {}};
  std::uint64_t sequence_ = 0;
};

TEST_F(DetectorTest, ASweepShowsTheSmallestComparedFaceAtItsWidthInTheDetector) {
  EXPECT_EQ(detector_.sweep_input({1920, 1080}), (image::SizePx{960, 544}));
  const Detector large(maker_, {.face_width_px_min = 64});
  EXPECT_EQ(large.sweep_input({1920, 1080}), (image::SizePx{480, 288}));
  const Detector never_enlarges(maker_, {.face_width_px_min = 8});
  EXPECT_EQ(never_enlarges.sweep_input({640, 320}), (image::SizePx{640, 320}));
  EXPECT_EQ(detector_.sweep_input({16, 16}), (image::SizePx{32, 32}));
}

TEST_F(DetectorTest, AFaceOfASweepStandsWhereItIsOnTheFrame) {
  const auto one = frame(picture({640, 320}, {{320, 160, 16, 16}}));
  const auto faces = look(one, true);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_NEAR(faces[0].box.x, 312 + 1, 0.01);  // Half a pixel of the network is one of the frame.
  EXPECT_NEAR(faces[0].box.y, 152 + 1, 0.01);
  EXPECT_NEAR(faces[0].box.width, 32, 0.01);
  EXPECT_NEAR(faces[0].confidence, 0.9F, 1e-6F);
}

TEST_F(DetectorTest, AnotherFramesPermitIsRefusedAndNothingRuns) {
  const auto first = frame(picture({640, 320}, {}));
  const auto second = frame(picture({640, 320}, {}));
  const auto permit = gate_.admit(first.key);
  const LiveLook crossed{permit, second, zone_, true, {}};
  const auto refused = detector_.detect(std::span(&crossed, 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised);
  EXPECT_EQ(maker_->images_run(), 0U);

  const LiveLook own{permit, first, zone_, true, {}};
  EXPECT_TRUE(detector_.detect(std::span(&own, 1)));
  EXPECT_EQ(maker_->images_run(), 1U);
}

TEST_F(DetectorTest, OneFrameWithAnothersPermitRefusesTheWholeCallBeforeAnythingRuns) {
  const auto first = frame(picture({640, 320}, {}));
  const auto second = frame(picture({640, 320}, {}));
  const auto permit = gate_.admit(first.key);
  const std::vector<LiveLook> looks{{permit, first, zone_, true, {}},
                                    {permit, second, zone_, true, {}}};
  EXPECT_FALSE(detector_.detect(looks));
  EXPECT_EQ(maker_->images_run(), 0U);
}

TEST_F(DetectorTest, AFaceWhoseMiddleIsOutsideTheZoneIsDropped) {
  const auto one = frame(picture({640, 320}, {{80, 160, 16, 16}, {480, 160, 16, 16}}));
  EXPECT_EQ(look(one, true).size(), 2U);
  zone_.corners = {{500, 0}, {1000, 0}, {1000, 1000}, {500, 1000}};
  const auto faces = look(one, true);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_GT(faces[0].box.x, 400);
}

TEST_F(DetectorTest, ANearLookFindsTheFaceAtTheSamePlaceAsASweep) {
  const auto one = frame(picture({640, 320}, {{320, 160, 32, 32}}));
  const std::vector<image::RectPx> near{{316, 150, 32, 32}};
  const auto faces = look(one, false, near);
  ASSERT_FALSE(faces.empty());
  // The made-up network sees cells of 8 px, so that the square is found to half a cell.
  EXPECT_NEAR(image::centre(faces[0].box).x, 336, 12);
  EXPECT_NEAR(image::centre(faces[0].box).y, 176, 12);
}

TEST_F(DetectorTest, ANearLookSeesNothingFurtherAwayThanItsRegion) {
  const auto one = frame(picture({640, 320}, {{480, 160, 32, 32}}));
  EXPECT_FALSE(look(one, true).empty());
  const std::vector<image::RectPx> near{{100, 160, 32, 32}};
  EXPECT_TRUE(look(one, false, near).empty());
  EXPECT_TRUE(look(one, false, {}).empty());
}

TEST_F(DetectorTest, FacesThatStandTogetherShareARegion) {
  const auto one = frame(picture({640, 320}, {}));
  look(one, false, std::vector<image::RectPx>{{300, 150, 32, 32}, {320, 150, 32, 32}});
  EXPECT_EQ(maker_->images_run(), 1U);
  look(one, false, std::vector<image::RectPx>{{300, 150, 32, 32}, {500, 150, 32, 32}});
  EXPECT_EQ(maker_->images_run(), 3U);
}

TEST_F(DetectorTest, AsManyRegionsAsAllowedAreLookedAtAndOneMoreIsNot) {
  const auto one = frame(picture({6400, 320}, {}));
  std::vector<image::RectPx> near;
  for (std::size_t n = 0; n < kNearMax; ++n) {
    near.push_back({static_cast<float>(n) * 96, 150, 32, 32});
  }
  look(one, false, near);
  EXPECT_EQ(maker_->images_run(), kNearMax);
  near.push_back({static_cast<float>(kNearMax) * 96, 150, 32, 32});
  look(one, false, near);
  EXPECT_EQ(maker_->images_run(), 2 * kNearMax);
}

TEST_F(DetectorTest, FacesUnderHalfTheSmallestComparedOneAreNotReported) {
  // Found 32 px wide on the frame by the made-up network, whatever it is.
  const auto one = frame(picture({640, 320}, {{320, 160, 16, 16}}));
  EXPECT_EQ(look(one, true).size(), 1U);
  Detector strict(maker_, {.face_width_px_min = 66, .face_width_in_detector_px = 33});
  const auto permit = gate_.admit(one.key);
  const LiveLook same{permit, one, zone_, true, {}};
  EXPECT_TRUE(strict.detect(std::span(&same, 1)).value().at(0).empty());
  Detector lenient(maker_, {.face_width_px_min = 64, .face_width_in_detector_px = 32});
  EXPECT_EQ(lenient.detect(std::span(&same, 1)).value().at(0).size(), 1U);
}

TEST_F(DetectorTest, FramesOfSeveralCamerasGiveOneListEachInTheirOrder) {
  WorkerPool workers(2);
  Detector detector(maker_, {}, &workers);
  const auto first = frame(picture({640, 320}, {{320, 160, 16, 16}}));
  const auto second = frame(picture({320, 320}, {}));
  const auto third = frame(picture({640, 320}, {{80, 160, 16, 16}, {480, 160, 16, 16}}));
  const auto permit_1 = gate_.admit(first.key);
  const auto permit_2 = gate_.admit(second.key);
  const auto permit_3 = gate_.admit(third.key);
  const std::vector<LiveLook> looks{{permit_1, first, zone_, true, {}},
                                    {permit_2, second, zone_, true, {}},
                                    {permit_3, third, zone_, true, {}}};
  const auto found = detector.detect(looks).value();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0].size(), 1U);
  EXPECT_EQ(found[1].size(), 0U);
  EXPECT_EQ(found[2].size(), 2U);
}

TEST_F(DetectorTest, ABrokenRunnerIsAnErrorAndNoEmptyList) {
  maker_->breaks = true;
  const auto one = frame(picture({640, 320}, {}));
  const auto permit = gate_.admit(one.key);
  const LiveLook same{permit, one, zone_, true, {}};
  const auto failed = detector_.detect(std::span(&same, 1));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kUnavailable);
}

TEST_F(DetectorTest, APhotographIsLookedAtFineAndCoarseButNeverOverTheLimit) {
  const auto permit = desk_.admit().value();
  const auto inputs = [&](image::SizePx size) {
    maker_->made.clear();
    EXPECT_TRUE(detector_.detect(permit, picture(size, {})));
    return maker_->sizes();
  };
  EXPECT_EQ(inputs({100, 60}), (Sizes{{128, 128}}));
  EXPECT_EQ(inputs({1280, 640}), (Sizes{{512, 256}, {1280, 640}}));
  EXPECT_EQ(inputs({2000, 1000}), (Sizes{{512, 256}, {1280, 640}}));
  EXPECT_EQ(inputs({4000, 1000}), (Sizes{{512, 128}, {2048, 512}}));
  EXPECT_EQ(inputs({8192, 64}), (Sizes{{512, 128}, {4096, 128}}));
  EXPECT_EQ(inputs({16000, 64}), (Sizes{{512, 128}, {4096, 128}}));
}

TEST_F(DetectorTest, APhotographToEnrolIsLookedAtFinelyOnlyAroundTheOneFaceThatStandsOut) {
  authority::EnrolmentDesk desk(EntryId::parse("sought").value(), clock_);
  const auto permit = desk.admit().value();
  const auto look_at = [&](image::SizePx size, const std::vector<image::RectPx>& white) {
    maker_->made.clear();
    return detector_.detect(permit, picture(size, white)).value();
  };
  const image::RectPx one{320, 160, 32, 32};

  maker_->face_cells = 8;  // 64 px wide in the first look.
  const auto faces = look_at({640, 320}, {one});
  EXPECT_EQ(maker_->sizes(), (Sizes{{192, 192}, {320, 192}}));
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_NEAR(image::centre(faces[0].box).x, 336, 16);
  EXPECT_NEAR(image::centre(faces[0].box).y, 176, 16);

  look_at({640, 320}, {one, {64, 64, 32, 32}});
  EXPECT_EQ(maker_->sizes(), (Sizes{{320, 192}, {512, 256}, {640, 384}})) << "two";
  look_at({640, 320}, {});
  EXPECT_EQ(maker_->sizes(), (Sizes{{320, 192}, {512, 256}, {640, 384}})) << "nobody";
  look_at({480, 320}, {one});
  EXPECT_EQ(maker_->sizes(), (Sizes{{512, 384}})) << "small enough for one look";

  maker_->face_cells = 5;  // 40 px.
  look_at({640, 320}, {one});
  EXPECT_EQ(maker_->sizes(), (Sizes{{320, 192}, {512, 256}, {640, 384}})) << "too small";
}

TEST_F(DetectorTest, AFaceInTwoRegionsIsOneFace) {
  const auto one = frame(picture({640, 320}, {{340, 166, 8, 8}}));
  const auto faces =
      look(one, false, std::vector<image::RectPx>{{300, 150, 32, 32}, {364, 150, 32, 32}});
  EXPECT_EQ(maker_->images_run(), 2U);
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_NEAR(image::centre(faces[0].box).x, 344.5F, 0.01);
  for (const float x : {300.0F, 364.0F}) {  // Either region alone sees it.
    EXPECT_EQ(look(one, false, std::vector<image::RectPx>{{x, 150, 32, 32}}).size(), 1U);
  }
}

TEST_F(DetectorTest, APictureAtItsOwnSizeIsPaddedToWholeCells) {
  image::BgrImage canvas({50, 40});
  image::fill(canvas, {16, 16, 8, 8}, {255, 255, 255});
  const auto permit = desk_.admit().value();
  const auto faces = detector_.detect_at(permit, canvas).value();
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_NEAR(faces[0].box.x, 12.5F, 0.01);
  EXPECT_TRUE(maker_->made.contains({64, 64}));
}

}  // namespace
}  // namespace proviso::detect
