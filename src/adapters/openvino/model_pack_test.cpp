#include "adapters/openvino/model_pack.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <fstream>

#include "base/core/file.h"

namespace proviso::openvino {
namespace {

// A message with one field, which the scan takes for a model; the runner would not.
const std::string kModel("\x08\x07", 2);
const std::string kExternal("\x3A\x04\x2A\x02\x70\x01", 6);  // graph, initializer, data_location 1

class ModelPackTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }
  ModelPackTest() {
    std::string made = testing::TempDir() + "pack-XXXXXX";
    folder_ = ::mkdtemp(made.data());
    write("d.onnx", kModel);
    write("e.onnx", kModel);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  static std::string hash(const std::string& bytes) {
    return crypto::to_hex(crypto::sha256(bytes));
  }

  // A good manifest in which `from` stands as `to`.
  std::string manifest(const std::string& from = "", const std::string& to = "") const {
    std::string text =
        "format = \"proviso/model-pack/v1\"\nname = \"test\"\n[detector]\nkind = \"yunet\"\n"
        "file = \"d.onnx\"\nsha256 = \"" +
        hash(kModel) +
        "\"\nlicence = \"MIT\"\nsource = \"here\"\nprecision = \"f32\"\n[embedder]\n"
        "kind = \"arcface\"\nfile = \"e.onnx\"\nsha256 = \"" +
        hash(kModel) +
        "\"\nlicence = \"MIT\"\nsource = \"here\"\nprecision = \"bf16\"\ndimension = 512\n"
        "channel_order = \"rgb\"\nmean = [127.5, 127.5, 127.5]\nscale = [127.5, 127.5, 127.5]\n";
    if (!from.empty()) {
      const std::size_t at = text.find(from);
      PROVISO_CHECK(at != std::string::npos);
      text.replace(at, from.size(), to);
    }
    return text;
  }
  Result<ModelPack> load(const std::string& text) const {
    write("pack.toml", text);
    return ModelPack::load(folder_);
  }
  void expect_refused(const std::string& from,
                      const std::string& to,
                      ErrorCode code,
                      const std::string& says) const {
    const auto pack = load(manifest(from, to));
    ASSERT_FALSE(pack) << to;
    EXPECT_EQ(pack.error().code, code) << pack.error().message;
    EXPECT_NE(pack.error().message.find(says), std::string::npos) << pack.error().message;
  }

  std::filesystem::path folder_;
};

TEST_F(ModelPackTest, AGoodManifestIsReadWhole) {
  const auto pack = load(manifest()).value();
  EXPECT_EQ(pack.name, "test");
  EXPECT_EQ(pack.detector.kind, "yunet");
  EXPECT_EQ(pack.detector.precision, Precision::kF32);
  EXPECT_EQ(pack.embedder.precision, Precision::kBf16);
  EXPECT_EQ(pack.embedder.dimension, 512U);
  EXPECT_TRUE(pack.embedder.takes_rgb);
  EXPECT_EQ(pack.embedder.mean[2], 127.5);
  EXPECT_EQ(pack.embedder.onnx.size(), kModel.size());
  EXPECT_FALSE(pack.embedder.calibration);
}

TEST_F(ModelPackTest, TheDefaultPackLoads) {
  const auto pack = ModelPack::load(std::string(PROVISO_DEPS) + "/models");
  ASSERT_TRUE(pack) << pack.error().message;
  EXPECT_EQ(pack.value().embedder.dimension, 128U);
}

TEST_F(ModelPackTest, TheDigestIsThatOfTheDocument) {
  const std::string text = manifest();
  EXPECT_EQ(crypto::to_hex(load(text).value().digest),
            hash("proviso/model-pack/v1\n" + hash(text) + "\n" + hash(kModel) + "\n" +
                 hash(kModel) + "\n"));
}

TEST_F(ModelPackTest, ThePrecisionBelongsToTheDigest) {
  EXPECT_NE(load(manifest()).value().digest, load(manifest("bf16", "f32")).value().digest);
}

TEST_F(ModelPackTest, AMissingManifestOrFileIsNamed) {
  const auto none = ModelPack::load(folder_);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::kNotFound);
  EXPECT_NE(none.error().message.find("pack.toml; name the pack's folder"), std::string::npos);
  expect_refused("e.onnx", "gone.onnx", ErrorCode::kNotFound, "embedder");
}

TEST_F(ModelPackTest, AWrongHashIsRefusedWithBothHashes) {
  write("d.onnx", kModel + kModel);
  const auto pack = load(manifest());
  ASSERT_FALSE(pack);
  EXPECT_EQ(pack.error().code, ErrorCode::kCorrupt);
  for (const std::string& says : {std::string("detector"), hash(kModel), hash(kModel + kModel)}) {
    EXPECT_NE(pack.error().message.find(says), std::string::npos) << says;
  }
}

TEST_F(ModelPackTest, ExternalDataIsRefusedUnderItsRole) {
  write("e.onnx", kExternal);
  const auto pack = load(manifest("file = \"e.onnx\"\nsha256 = \"" + hash(kModel),
                                  "file = \"e.onnx\"\nsha256 = \"" + hash(kExternal)));
  ASSERT_FALSE(pack);
  EXPECT_EQ(pack.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(pack.error().message.find("embedder: model: a tensor keeps its data in another file"),
            std::string::npos)
      << pack.error().message;
}

TEST_F(ModelPackTest, UnknownRolesKindsKeysAndValuesAreNamed) {
  constexpr auto kInvalid = ErrorCode::kInvalidInput;
  expect_refused("pack/v1", "pack/v2", kInvalid, "format");
  expect_refused("[embedder]", "[landmarks]", kInvalid, "embedder");
  expect_refused("[detector]", "[tracker]\nkind = \"x\"\n[detector]", kInvalid, "tracker");
  expect_refused("yunet", "retinaface", kInvalid, "detector.kind");
  expect_refused("arcface", "yunet", kInvalid, "embedder.kind");
  expect_refused("kind = \"yunet\"", "kind = \"yunet\"\nspeed = 1", kInvalid, "speed");
  expect_refused("\"f32\"", "\"int8\"", kInvalid, "detector.precision");
  expect_refused("\"rgb\"", "\"gbr\"", kInvalid, "embedder.channel_order");
  expect_refused("[127.5, 127.5, 127.5]", "[127.5]", kInvalid, "embedder.mean");
  expect_refused("scale = [127.5", "scale = [0.0", kInvalid, "embedder.scale");
  expect_refused("licence = \"MIT\"\n", "", kInvalid, "licence");
  expect_refused(hash(kModel), "abc", kInvalid, "detector.sha256");
}

TEST_F(ModelPackTest, ADimensionIsTakenFrom2To1024) {
  EXPECT_TRUE(load(manifest("512", "2")));
  EXPECT_TRUE(load(manifest("512", "1024")));
  expect_refused("512", "1", ErrorCode::kInvalidInput, "embedder.dimension");
  expect_refused("512", "1025", ErrorCode::kInvalidInput, "embedder.dimension");
}

TEST_F(ModelPackTest, AFileOutsideTheFolderIsRefused) {
  for (const std::string name :
       {"../e.onnx", "/etc/hostname", "./e.onnx", "a/e.onnx", ".", "..", "", "e.onnx/"}) {
    expect_refused("e.onnx", name, ErrorCode::kInvalidInput, "embedder.file");
  }
}

TEST_F(ModelPackTest, AModelIsHashedUpToTheLimitAndOneByteMoreIsRefusedUnread) {
  std::filesystem::resize_file(folder_ / "d.onnx", kModelBytesMax);
  expect_refused("", "", ErrorCode::kCorrupt, "detector");
  std::filesystem::resize_file(folder_ / "d.onnx", kModelBytesMax + 1);
  expect_refused("", "", ErrorCode::kOverLimit, "detector");
}

TEST_F(ModelPackTest, AManifestIsReadUpToTheLimitAndOneByteMoreIsRefused) {
  std::string text = manifest() + "#";
  text.resize(kManifestBytesMax, 'x');
  const auto longest = load(text);
  EXPECT_TRUE(longest) << longest.error().message;
  const auto longer = load(text + "x");
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::kOverLimit);
}

std::string calibration(const std::string& count,
                        const std::string& scores,
                        const std::string& matches) {
  return "[embedder.calibration]\nsource = \"a set\"\nimpostor_count = " + count +
         "\nscores = " + scores + "\nfalse_matches = " + matches + "\n";
}

TEST_F(ModelPackTest, ACalibrationIsReadAsCounts) {
  const auto pack = load(manifest() + calibration("1000", "[0.2, 0.3, 0.4]", "[12, 3, 3]")).value();
  ASSERT_TRUE(pack.embedder.calibration);
  EXPECT_EQ(pack.embedder.calibration->impostor_count, 1000U);
  ASSERT_EQ(pack.embedder.calibration->points.size(), 3U);
  EXPECT_EQ(pack.embedder.calibration->points[1].score, 0.3);
  EXPECT_EQ(pack.embedder.calibration->points[1].false_matches, 3U);
}

TEST_F(ModelPackTest, ACalibrationThatContradictsItselfIsRefused) {
  const auto refused = [&](const std::string& text, const std::string& says) {
    const auto pack = load(manifest() + text);
    ASSERT_FALSE(pack) << text;
    EXPECT_NE(pack.error().message.find("embedder.calibration." + says), std::string::npos)
        << pack.error().message;
  };
  refused(calibration("0", "[0.2]", "[0]"), "impostor_count");
  refused(calibration("10", "[0.2]", "[11]"), "false_matches");
  refused(calibration("10", "[0.2, 0.3]", "[1]"), "false_matches");
  refused(calibration("10", "[0.3, 0.3]", "[1, 1]"), "scores");
  refused(calibration("10", "[0.2, 0.3]", "[1, 2]"), "false_matches");
  refused(calibration("10", "[1.1]", "[1]"), "scores");
  refused(calibration("10", "[]", "[]"), "scores");
}

TEST_F(ModelPackTest, ACalibrationHasAtMostItsLimitOfPoints) {
  const auto of = [&](std::size_t points) {
    std::string scores;
    std::string matches;
    for (std::size_t n = 0; n < points; ++n) {
      scores += (n > 0 ? ", 0." : "0.") + std::to_string(1000 + n);
      matches += n > 0 ? ", 0" : "0";
    }
    return load(manifest() + calibration("10", "[" + scores + "]", "[" + matches + "]"));
  };
  EXPECT_TRUE(of(kCalibrationPointsMax));
  EXPECT_FALSE(of(kCalibrationPointsMax + 1));
}

}  // namespace
}  // namespace proviso::openvino
