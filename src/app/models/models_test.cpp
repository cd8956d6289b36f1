// Opening a pack: each wrong shape is refused under the role that has it.

#include "app/models/models.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <numeric>

#include "app/models/real_pictures_tool.h"
#include "base/core/file.h"
#include "base/crypto/guarded_arena.h"
#include "safeguards/authority/desks.h"
#include "stages/detect/detector.h"
#include "stages/embed/embedder.h"

namespace proviso::models {
namespace {

class ModelsTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }
  ModelsTest() {
    std::string made = testing::TempDir() + "models-XXXXXX";
    folder_ = ::mkdtemp(made.data());
    for (const char* name : {"yunet.onnx", "sface.onnx"}) {
      std::filesystem::create_symlink(default_pack() / name, folder_ / name);
    }
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::filesystem::path default_pack() {
    return std::filesystem::path(PROVISO_DEPS) / "models";
  }
  // The default pack in whose manifest the detector's and the embedder's model changed places.
  std::string swapped() const {
    std::string text = manifest();
    for (const auto& [a, b] : {std::pair{std::string("yunet.onnx"), std::string("sface.onnx")},
                               std::pair{hash("yunet.onnx"), hash("sface.onnx")}}) {
      const std::size_t first = text.find(a);
      const std::size_t second = text.find(b);
      text.replace(second, b.size(), a);
      text.replace(first, a.size(), b);
    }
    return text;
  }
  static std::string hash(const std::string& file) {
    return crypto::to_hex(
        crypto::sha256(read_file(default_pack() / file, std::size_t{1} << 28U).value()));
  }
  static std::string manifest() {
    return read_text_file(default_pack() / "pack.toml", std::size_t{1} << 16U).value();
  }
  Result<Models> open_with(const std::string& text) const {
    std::ofstream(folder_ / "pack.toml", std::ios::binary) << text;
    return open(folder_, {.device = "CPU", .lanes = 1});
  }

  std::filesystem::path folder_;
};

using Template = std::vector<float>;

// Of the only face.
Template template_of(const Models& models, const image::YuvImage& picture) {
  const SystemClock clock;
  authority::EvaluationDesk desk(authority::PictureSet::kConsented, clock);
  const auto permit = desk.admit().value();
  const auto arena = crypto::GuardedArena::create(1, models.dimension).value();
  const auto embedder = embed::Embedder::create(models.embedder, *arena).value();
  detect::Detector detector(models.detector, {});
  const auto faces = detector.detect(permit, picture).value();
  PROVISO_CHECK(faces.size() == 1);
  const auto sample = embedder->embed(permit, picture, faces[0]).value();
  return {sample.values().begin(), sample.values().end()};
}

double likeness(const Template& one, const Template& other) {
  return std::inner_product(one.begin(), one.end(), other.begin(), 0.0);
}

TEST_F(ModelsTest, TheDefaultPackOpens) {
  const auto models = open_with(manifest());
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models.value().dimension, 128U);
  EXPECT_EQ(models.value().precision, "f32");
  EXPECT_EQ(models.value().images_run(), 0U) << "opening runs no inference";
  EXPECT_EQ(models.value().embedder->input_size(), (image::SizePx{112, 112}));
}

// From `heading` on.
std::string_view after(std::string_view text, std::string_view heading) {
  return text.substr(text.find(heading));
}

TEST_F(ModelsTest, ThePackInBf16DiffersFromTheDefaultInItsEmbeddersPrecisionAlone) {
  const std::string bf16 =
      read_text_file(PROVISO_SOURCE "/tools/dev/pack-bf16.toml", std::size_t{1} << 16U).value();
  const std::string f32 = manifest();
  const auto of_detector = [](std::string_view text) {
    const std::string_view part = after(text, "[detector]");
    return part.substr(0, part.find("[embedder]"));
  };
  EXPECT_EQ(of_detector(bf16), of_detector(f32));
  std::string embedder(after(f32, "[embedder]"));
  embedder.replace(embedder.find("\"f32\""), 5, "\"bf16\"");
  EXPECT_EQ(after(bf16, "[embedder]"), embedder);
}

TEST_F(ModelsTest, ThePackInBf16HasADigestOfItsOwnAndScoresALittleOtherwise) {
  const auto exact = open_with(manifest());
  ASSERT_TRUE(exact) << exact.error().message;
  const auto models = open_with(
      read_text_file(PROVISO_SOURCE "/tools/dev/pack-bf16.toml", std::size_t{1} << 16U).value());
  if (!models) {
    EXPECT_NE(models.error().message.find("embedder"), std::string::npos) << models.error().message;
    GTEST_SKIP() << "this processor does not compute in bf16";
  }
  EXPECT_EQ(models.value().precision, "mixed");
  EXPECT_NE(models.value().digest, exact.value().digest);
  const auto picture = image::to_yuv(photograph("obama.jpg"));
  const Template one = template_of(exact.value(), picture);
  const Template same = template_of(models.value(), picture);
  const double score = likeness(one, same);
  EXPECT_GT(score, 0.999);
  EXPECT_LT(score, 1 - 1e-6) << "it is not f32 under another name";
  const auto second = image::to_yuv(photograph("obama2.jpg"));
  EXPECT_NEAR(likeness(same, template_of(models.value(), second)),
              likeness(one, template_of(exact.value(), second)),
              0.01);
}

TEST_F(ModelsTest, AnotherDimensionThanTheManifestsIsRefused) {
  std::string text = manifest();
  text.replace(text.find("dimension = 128"), 15, "dimension = 512");
  const auto models = open_with(text);
  ASSERT_FALSE(models);
  EXPECT_EQ(models.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(models.error().message.find("embedder: the model gives 128 values"), std::string::npos)
      << models.error().message;
}

TEST_F(ModelsTest, ADetectorThatIsNoneIsRefused) {
  const auto models = open_with(swapped());
  ASSERT_FALSE(models);
  EXPECT_EQ(models.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(models.error().message.find("detector"), 0U) << models.error().message;
}

TEST_F(ModelsTest, AnEmbedderThatIsNoneIsRefused) {
  std::string text = manifest();
  const std::string file = "sface.onnx";
  text.replace(text.find(file), file.size(), "yunet.onnx");
  text.replace(text.find(hash("sface.onnx")), 64, hash("yunet.onnx"));
  const auto models = open_with(text);
  ASSERT_FALSE(models);
  EXPECT_EQ(models.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(models.error().message.find("embedder"), 0U) << models.error().message;
}

}  // namespace
}  // namespace proviso::models
