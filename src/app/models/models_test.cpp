// Opening a pack: each wrong shape is refused under the role that has it.

#include "app/models/models.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "base/core/file.h"

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

TEST_F(ModelsTest, TheDefaultPackOpens) {
  const auto models = open_with(manifest());
  ASSERT_TRUE(models) << models.error().message;
  EXPECT_EQ(models.value().dimension, 128U);
  EXPECT_EQ(models.value().precision, "f32");
  EXPECT_EQ(models.value().images_run(), 0U) << "opening runs no inference";
  EXPECT_EQ(models.value().embedder->input_size(), (image::SizePx{112, 112}));
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
