// The runner with the models of the pack: what goes in, what comes out, and what is refused.

#include "adapters/openvino/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

#include "adapters/openvino/onnx_tool.h"

namespace proviso::openvino {
namespace {

constexpr image::SizePx kCrop{112, 112};
constexpr std::size_t kCropBytes = std::size_t{112} * 112 * 3;
using Pixels = std::vector<std::uint8_t>;
using Values = std::vector<float>;

Pixels some_pixels(unsigned seed, int least = 0, int most = 255) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> value(least, most);
  Pixels pixels(kCropBytes);
  for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(value(random));
  return pixels;
}

Status run(tensor::Network& network, std::span<const Pixels> images, std::vector<Values>& values) {
  values.assign(images.size(), Values(network.outputs()[0].floats));
  std::vector<std::span<float>> views(values.begin(), values.end());
  std::vector<tensor::Job> jobs;
  for (std::size_t n = 0; n < images.size(); ++n) {
    jobs.push_back({.bgr = images[n], .outputs = std::span(&views[n], 1)});
  }
  return network.run(jobs);
}

Values values_of(tensor::Network& network, const Pixels& pixels) {
  std::vector<Values> values;
  EXPECT_TRUE(run(network, std::span(&pixels, 1), values));
  return values.at(0);
}

double cosine(const Values& a, const Values& b) {
  double ab = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t n = 0; n < a.size(); ++n) {
    ab += static_cast<double>(a[n]) * b[n];
    aa += static_cast<double>(a[n]) * a[n];
    bb += static_cast<double>(b[n]) * b[n];
  }
  return ab / std::sqrt(aa * bb);
}

// One picture in, its values out, in shapes that are written for one picture.
std::vector<std::byte> onnx_of_one_picture() {
  using onnx_tool::message;
  using onnx_tool::number;
  const auto value = [](const std::string& name, const std::vector<std::uint64_t>& shape) {
    std::string dimensions;
    for (const std::uint64_t side : shape) dimensions += message(1, number(1, side));
    const std::string tensor = number(1, 1) + message(2, dimensions);  // Of float32.
    return message(1, name) + message(2, message(1, tensor));
  };
  constexpr std::array<std::int64_t, 2> kShape{1, static_cast<std::int64_t>(kCropBytes)};
  const std::string shape(reinterpret_cast<const char*>(kShape.data()), sizeof(kShape));  // NOLINT
  const std::string of_shape = number(1, 2) + number(2, 7) + message(8, "s") + message(9, shape);
  const std::string node =
      message(1, "x") + message(1, "s") + message(2, "y") + message(4, "Reshape");
  const std::string graph = message(1, node) + message(2, "g") + message(5, of_shape) +
                            message(11, value("x", {1, 3, 112, 112})) +
                            message(12, value("y", {1, kCropBytes}));
  const std::string model = number(1, 8) + message(7, graph) + message(8, number(2, 13));
  const auto bytes = std::as_bytes(std::span(model));
  return {bytes.begin(), bytes.end()};
}

Values normalised(Values values) {
  const double norm =
      std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
  for (float& value : values) value = static_cast<float>(value / norm);
  return values;
}

class OpenVinoNetworkTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(crypto::start());
    pack_ = new ModelPack(ModelPack::load(std::string(PROVISO_DEPS) + "/models").value());
  }
  static void TearDownTestSuite() { delete pack_; }

  static std::shared_ptr<tensor::NetworkMaker> maker(const ModelFile& model, std::size_t lanes) {
    return make_networks(model, {.device = "CPU", .lanes = lanes}).value();
  }
  static std::shared_ptr<tensor::Network> embedder(const ModelFile& model, std::size_t lanes = 1) {
    return maker(model, lanes)->make(kCrop).value();
  }

  static inline const ModelPack* pack_ = nullptr;
};

TEST_F(OpenVinoNetworkTest, JobsOverLanesGiveWhatEachGivesAlone) {
  const auto network = embedder(pack_->embedder, 2);
  EXPECT_EQ(network->lanes(), 2U);
  std::vector<Pixels> images;
  std::vector<Values> alone;
  for (unsigned seed = 0; seed < 5; ++seed) {
    images.push_back(some_pixels(seed));
    alone.push_back(values_of(*network, images.back()));
  }
  std::vector<Values> together;
  ASSERT_TRUE(run(*network, images, together));
  EXPECT_EQ(together, alone);
  EXPECT_NE(alone[0], alone[1]);
  EXPECT_EQ(network->images_run(), 10U);
}

TEST_F(OpenVinoNetworkTest, ImagesTogetherGiveWhatEachGivesAloneUpToRounding) {
  constexpr std::size_t kTogether = 4;
  const auto one_by_one = embedder(pack_->embedder);
  const auto network =
      make_networks(pack_->embedder, {.device = "CPU", .lanes = 1, .images_together = kTogether})
          .value()
          ->make(kCrop)
          .value();
  ASSERT_EQ(network->images_together(), kTogether);
  const std::size_t floats = one_by_one->outputs()[0].floats;
  ASSERT_EQ(network->outputs()[0].floats, floats);
  Pixels four;
  for (unsigned seed = 0; seed < kTogether; ++seed) {
    const Pixels one = some_pixels(seed, 0, 60 + 60 * static_cast<int>(seed));
    four.insert(four.end(), one.begin(), one.end());
  }
  Values values(kTogether * floats);
  const std::span<float> view(values);
  const tensor::Job job{.bgr = four, .outputs = std::span(&view, 1)};
  ASSERT_TRUE(network->run(std::span(&job, 1)));
  EXPECT_EQ(network->images_run(), kTogether);
  for (std::size_t n = 0; n < kTogether; ++n) {
    const auto begin = four.begin() + static_cast<std::ptrdiff_t>(n * kCropBytes);
    const Values alone = normalised(
        values_of(*one_by_one, {begin, begin + static_cast<std::ptrdiff_t>(kCropBytes)}));
    const auto own = view.subspan(n * floats, floats);
    const Values together = normalised({own.begin(), own.end()});
    for (std::size_t d = 0; d < floats; ++d) EXPECT_NEAR(together[d], alone[d], 1e-5);
  }
  network->wipe();  // Its black pictures are as many.
}

TEST_F(OpenVinoNetworkTest, AModelThatIsWrittenForOneImageGetsOneAtATime) {
  ModelFile model = pack_->embedder;
  model.onnx = onnx_of_one_picture();
  const auto network = make_networks(model, {.device = "CPU", .lanes = 1, .images_together = 4})
                           .value()
                           ->make(kCrop);
  ASSERT_TRUE(network) << network.error().message;
  EXPECT_EQ(network.value()->images_together(), 1U);
  EXPECT_EQ(values_of(*network.value(), some_pixels(1)).size(), kCropBytes);
}

TEST_F(OpenVinoNetworkTest, OutputsHaveTheNamesOfTheModelFile) {
  const auto network = maker(pack_->detector, 1)->make({64, 32}).value();
  ASSERT_EQ(network->outputs().size(), 12U);
  EXPECT_EQ(network->outputs()[0].name, "cls_8");
  EXPECT_EQ(network->outputs()[0].floats, 32U);
  EXPECT_EQ(network->outputs()[11].name, "kps_32");
  EXPECT_EQ(network->outputs()[11].floats, 20U);
}

TEST_F(OpenVinoNetworkTest, NoJobsAreDoneAtOnce) {
  const auto network = embedder(pack_->embedder);
  EXPECT_TRUE(network->run({}));
  EXPECT_EQ(network->images_run(), 0U);
}

TEST_F(OpenVinoNetworkTest, WipingLeavesTheCallersMemoryAndTheNextRunAlone) {
  const auto network = embedder(pack_->embedder, 2);
  const Pixels pixels = some_pixels(1);
  const Values before = values_of(*network, pixels);
  const Values kept = before;
  network->wipe();
  EXPECT_EQ(before, kept);
  EXPECT_EQ(values_of(*network, pixels), before);
  EXPECT_EQ(network->images_run(), 2U);  // A wipe is no image.
}

TEST_F(OpenVinoNetworkTest, AModelOfRgbSeesTheChannelsTurnedRound) {
  ModelFile rgb = pack_->embedder;
  rgb.takes_rgb = true;
  ModelFile bgr = pack_->embedder;
  bgr.takes_rgb = false;
  const Pixels pixels = some_pixels(1);
  Pixels turned = pixels;
  for (std::size_t n = 0; n < turned.size(); n += 3) std::swap(turned[n], turned[n + 2]);
  const Values expected = values_of(*embedder(bgr), turned);
  EXPECT_GT(cosine(values_of(*embedder(rgb), pixels), expected), 0.99999);
}

TEST_F(OpenVinoNetworkTest, MeanAndScaleAreTakenInTheModelsOrderOfChannels) {
  ModelFile bgr = pack_->embedder;
  bgr.takes_rgb = false;
  ModelFile model = pack_->embedder;
  model.takes_rgb = true;
  model.mean = {10, 20, 30};
  model.scale = {2, 2, 2};
  const Pixels plain = some_pixels(1, 0, 100);  // What a model without mean and scale gets.
  Pixels pixels(kCropBytes);
  for (std::size_t n = 0; n < kCropBytes; n += 3) {
    for (std::size_t c = 0; c < 3; ++c) {
      const auto mean = static_cast<int>(model.mean.at(c));
      pixels[n + 2 - c] = static_cast<std::uint8_t>(plain[n + c] * 2 + mean);
    }
  }
  const Values expected = values_of(*embedder(bgr), plain);
  EXPECT_GT(cosine(values_of(*embedder(model), pixels), expected), 0.99999);
}

TEST_F(OpenVinoNetworkTest, SizesAreKeptUpToTheLimitAndTheLeastRecentlyUsedGoes) {
  const auto networks = maker(pack_->detector, 1);
  const auto size = [](std::size_t n) { return image::SizePx{32 * (static_cast<int>(n) + 1), 32}; };
  std::vector<std::shared_ptr<tensor::Network>> made;
  for (std::size_t n = 0; n < kNetworksMax; ++n) made.push_back(networks->make(size(n)).value());
  for (std::size_t n = 0; n < kNetworksMax; ++n) {
    EXPECT_EQ(networks->make(size(n)).value(), made[n]);
  }
  EXPECT_TRUE(networks->make(size(kNetworksMax)));
  EXPECT_EQ(networks->make(size(1)).value(), made[1]);
  EXPECT_NE(networks->make(size(0)).value(), made[0]);
}

TEST_F(OpenVinoNetworkTest, ASizeThatTheModelDoesNotTakeIsRefused) {
  const auto refused = maker(pack_->embedder, 1)->make({64, 64});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("embedder"), std::string::npos);
}

TEST_F(OpenVinoNetworkTest, BytesThatAreNoModelAreRefusedUnderTheirRole) {
  ModelFile model = pack_->detector;
  model.onnx = std::vector<std::byte>(2, std::byte{8});
  const auto refused = make_networks(model, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("detector"), std::string::npos);
}

TEST_F(OpenVinoNetworkTest, AnUnknownDeviceIsRefused) {
  const auto networks = make_networks(pack_->embedder, {.device = "ABACUS", .lanes = 1}).value();
  EXPECT_FALSE(networks->make(kCrop));
}

TEST_F(OpenVinoNetworkTest, APrecisionIsComputedOrRefusedButNeverReplaced) {
  const Values exact = values_of(*embedder(pack_->embedder), some_pixels(1));
  for (const Precision precision : {Precision::kBf16, Precision::kF16}) {
    ModelFile model = pack_->embedder;
    model.precision = precision;
    const auto made = maker(model, 1)->make(kCrop);
    if (made) {
      EXPECT_NE(values_of(*made.value(), some_pixels(1)), exact);
    } else {
      EXPECT_NE(made.error().message.find("the manifest needs"), std::string::npos)
          << made.error().message;
    }
  }
}

}  // namespace
}  // namespace proviso::openvino
