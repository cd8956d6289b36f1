// The runner with the models of the pack: what goes in, what comes out, and what is refused.

#include "adapters/openvino/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

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
