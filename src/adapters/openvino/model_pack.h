#pragma once

// A model pack: a folder with a manifest (pack.toml) and the two models that it names.
//
//   in      the folder
//   out     the very bytes that were hashed; the runner is given these and reads nothing again
//   digest  SHA-256 over the manifest's bytes and each model's hash (docs/formats/model-pack.md):
//           the identity that a written authority and a watchlist name. Precision belongs to it.
//   errors  kNotFound for a missing manifest or file; kInvalidInput for an unknown role, kind, key,
//           precision, a file outside the folder or external data in the ONNX; kCorrupt for a wrong
//           hash; kOverLimit over a limit below. Each message says which role and field.
//   threads reentrant

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::openvino {

inline constexpr std::size_t kManifestBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kModelBytesMax = std::size_t{512} * 1024 * 1024;

enum class Precision : std::uint8_t { kF32, kF16, kBf16 };
std::string_view to_text(Precision precision);  // "f32", "f16", "bf16"

inline constexpr std::size_t kCalibrationPointsMax = 64;

// What was measured on strangers: counts, never rates, so that an interval can be taken from them.
struct Calibration {
  struct Point {
    double score = 0;
    std::uint64_t false_matches = 0;  // Comparisons of two people that scored this or higher.
  };
  std::string source;                // Which pictures, and how they were compared.
  std::uint64_t impostor_count = 0;  // Comparisons of two people in all.
  std::vector<Point> points;         // By score, rising; counts never rise.
};

struct ModelFile {
  std::string role;  // "detector" or "embedder".
  std::string kind;  // "yunet" or "arcface".
  std::string file_name;
  std::string licence;
  std::string source;
  crypto::Digest sha256;
  Precision precision = Precision::kF32;
  std::size_t dimension = 0;             // Embedder only: floats of a template.
  bool takes_rgb = false;                // The order of channels that the model was trained on.
  std::array<double, 3> mean{};          // Subtracted, then
  std::array<double, 3> scale{1, 1, 1};  // divided by, in the model's order of channels.
  std::optional<Calibration> calibration;
  std::vector<std::byte> onnx;
};

struct ModelPack {
  std::string name;
  crypto::Digest digest;
  ModelFile detector;
  ModelFile embedder;

  static Result<ModelPack> load(const std::filesystem::path& folder);
};

}  // namespace proviso::openvino
