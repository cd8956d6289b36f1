#include "adapters/openvino/model_pack.h"

#include "adapters/openvino/onnx_scan.h"
#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/file.h"
#include "base/crypto/digest_field.h"
#include "base/toml/toml.h"

namespace proviso::openvino {
namespace {

constexpr std::size_t kTextBytesMax = 1024;
constexpr std::int64_t kDimensionMin = 2;
constexpr std::int64_t kDimensionMax = 1024;
constexpr double kScaleMin = 1e-6;
constexpr double kValueMax = 1e6;
constexpr std::int64_t kImpostorsMax = 1'000'000'000'000;

Result<Precision> precision_of(FieldReader& reader) {
  PROVISO_TRY(const auto text, reader.string("precision", kTextBytesMax));
  for (const Precision precision : {Precision::kF32, Precision::kF16, Precision::kBf16}) {
    if (text == to_text(precision)) return precision;
  }
  return reader.refused("precision", "\"f32\", \"f16\" or \"bf16\"");
}

Result<std::array<double, 3>> three(FieldReader& reader, std::string_view name, double min) {
  PROVISO_TRY(const auto values, reader.numbers(name, {.min = 3, .max = 3}, min, kValueMax));
  return std::array<double, 3>{values[0], values[1], values[2]};
}

Result<Calibration> read_calibration(FieldReader reader) {
  constexpr FieldReader::Count kPoints{.min = 1, .max = kCalibrationPointsMax};
  Calibration calibration;
  PROVISO_TRY(calibration.source, reader.string("source", kTextBytesMax));
  PROVISO_TRY(const auto count, reader.integer("impostor_count", 1, kImpostorsMax));
  calibration.impostor_count = static_cast<std::uint64_t>(count);
  PROVISO_TRY(const auto scores, reader.numbers("scores", kPoints, -1, 1));
  PROVISO_TRY(const auto matches, reader.integers("false_matches", kPoints, 0, count));
  PROVISO_TRY_DONE(reader.finish());
  if (scores.size() != matches.size()) {
    return reader.refused("false_matches", "one count for each score");
  }
  for (std::size_t n = 0; n < scores.size(); ++n) {
    if (n > 0 && scores[n] <= scores[n - 1]) return reader.refused("scores", "rising");
    if (n > 0 && matches[n] > matches[n - 1]) return reader.refused("false_matches", "falling");
    calibration.points.push_back(
        {.score = scores[n], .false_matches = static_cast<std::uint64_t>(matches[n])});
  }
  return calibration;
}

Status read_embedder_fields(FieldReader& reader, ModelFile& model) {
  PROVISO_TRY(const auto dimension, reader.integer("dimension", kDimensionMin, kDimensionMax));
  model.dimension = static_cast<std::size_t>(dimension);
  PROVISO_TRY(const auto order, reader.string("channel_order", kTextBytesMax));
  if (order != "bgr" && order != "rgb") {
    return reader.refused("channel_order", "\"bgr\" or \"rgb\"");
  }
  model.takes_rgb = order == "rgb";
  PROVISO_TRY(model.mean, three(reader, "mean", -kValueMax));
  PROVISO_TRY(model.scale, three(reader, "scale", kScaleMin));
  if (reader.has("calibration")) {
    PROVISO_TRY(auto calibration, reader.object("calibration"));
    PROVISO_TRY(model.calibration, read_calibration(std::move(calibration)));
  }
  return Done{};
}

Status load_bytes(const std::filesystem::path& folder, ModelFile& model) {
  auto bytes = read_file(folder / model.file_name, kModelBytesMax);
  if (!bytes) return Error{bytes.error().code, model.role + ": " + bytes.error().message};
  model.onnx = std::move(bytes).value();
  const crypto::Digest found = crypto::sha256(model.onnx);
  if (found != model.sha256) {
    return Error{ErrorCode::kCorrupt,
                 model.role + ": sha256 of " + model.file_name + " is " + crypto::to_hex(found) +
                     ", the manifest needs " + crypto::to_hex(model.sha256) +
                     "; fetch the model again with `./dev setup`"};
  }
  if (const Status scanned = refuse_external_data(model.onnx); !scanned) {
    return Error{scanned.error().code, model.role + ": " + scanned.error().message};
  }
  return Done{};
}

Result<ModelFile> read_model(FieldReader reader,
                             const std::string& role,
                             const std::string& kind,
                             const std::filesystem::path& folder) {
  ModelFile model;
  model.role = role;
  PROVISO_TRY(model.kind, reader.string("kind", kTextBytesMax));
  if (model.kind != kind) return reader.refused("kind", "\"" + kind + "\"");
  PROVISO_TRY(model.file_name, reader.string("file", kTextBytesMax));
  const std::filesystem::path name(model.file_name);
  if (model.file_name.empty() || name != name.filename() || model.file_name == "." ||
      model.file_name == "..") {
    return reader.refused("file", "a file name inside the pack's folder");
  }
  PROVISO_TRY(model.sha256, crypto::read_digest(reader, "sha256"));
  PROVISO_TRY(model.licence, reader.string("licence", kTextBytesMax));
  PROVISO_TRY(model.source, reader.string("source", kTextBytesMax));
  PROVISO_TRY(model.precision, precision_of(reader));
  if (role == "embedder") PROVISO_TRY_DONE(read_embedder_fields(reader, model));
  PROVISO_TRY_DONE(reader.finish());
  PROVISO_TRY_DONE(load_bytes(folder, model));
  return model;
}

}  // namespace

std::string_view to_text(Precision precision) {
  switch (precision) {
    case Precision::kF32: return "f32";
    case Precision::kF16: return "f16";
    case Precision::kBf16: return "bf16";
  }
  PROVISO_CHECK(false);
}

Result<ModelPack> ModelPack::load(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "pack.toml";
  const auto read = read_text_file(file, kManifestBytesMax);
  if (!read && read.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 concat("model pack: needs its manifest ",
                        file.string(),
                        "; name the pack's folder with --models, or let ./dev setup make one")};
  }
  if (!read) return read.error();
  const std::string& manifest = read.value();
  PROVISO_TRY(const auto table, toml::parse(manifest, kManifestBytesMax));
  FieldReader reader{table, "model pack"};
  PROVISO_TRY(const auto format, reader.string("format", kTextBytesMax));
  if (format != "proviso/model-pack/v1") {
    return reader.refused("format", "\"proviso/model-pack/v1\"");
  }
  ModelPack pack;
  PROVISO_TRY(pack.name, reader.string("name", kTextBytesMax));
  PROVISO_TRY(auto detector, reader.object("detector"));
  PROVISO_TRY(auto embedder, reader.object("embedder"));
  PROVISO_TRY_DONE(reader.finish());
  PROVISO_TRY(pack.detector, read_model(std::move(detector), "detector", "yunet", folder));
  PROVISO_TRY(pack.embedder, read_model(std::move(embedder), "embedder", "arcface", folder));
  pack.digest = crypto::sha256(
      "proviso/model-pack/v1\n" + crypto::to_hex(crypto::sha256(manifest)) + "\n" +
      crypto::to_hex(pack.detector.sha256) + "\n" + crypto::to_hex(pack.embedder.sha256) + "\n");
  return pack;
}

}  // namespace proviso::openvino
