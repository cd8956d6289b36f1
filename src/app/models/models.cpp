#include "app/models/models.h"

#include "stages/detect/yunet_decode.h"

namespace proviso::models {

Result<Models> open(const std::filesystem::path& folder, const openvino::RunnerOptions& options) {
  PROVISO_TRY(auto pack, openvino::ModelPack::load(folder));
  Models models;
  models.name = pack.name;
  models.digest = pack.digest;
  models.dimension = pack.embedder.dimension;
  const bool is_one = pack.detector.precision == pack.embedder.precision;
  models.precision = is_one ? openvino::to_text(pack.embedder.precision) : "mixed";
  openvino::RunnerOptions one_by_one = options;
  one_by_one.images_together = 1;
  PROVISO_TRY(models.detector, openvino::make_networks(std::move(pack.detector), one_by_one));
  constexpr image::SizePx kRegion{128, 128};  // The size that every run needs.
  PROVISO_TRY(const auto region, models.detector->make(kRegion));
  PROVISO_TRY(const auto outputs, detect::find_outputs(region->outputs(), kRegion));
  static_cast<void>(outputs);

  PROVISO_TRY(const auto makes_embedder,
              openvino::make_networks(std::move(pack.embedder), options));
  constexpr image::SizePx kCrop{112, 112};
  PROVISO_TRY(models.embedder, makes_embedder->make(kCrop));
  const auto found = models.embedder->outputs();
  if (found.size() != 1 || found[0].floats != models.dimension) {
    return Error{ErrorCode::kInvalidInput,
                 "embedder: the model gives " +
                     std::to_string(found.empty() ? 0 : found[0].floats) + " values in " +
                     std::to_string(found.size()) + " outputs, the manifest needs one of " +
                     std::to_string(models.dimension) + "; correct the manifest's dimension"};
  }
  return models;
}

}  // namespace proviso::models
