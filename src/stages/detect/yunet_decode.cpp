#include "stages/detect/yunet_decode.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/core/concat.h"

namespace proviso::detect {
namespace {

constexpr std::array kStridesPx{8, 16, 32};
constexpr std::size_t kPointValues = 10;
constexpr std::size_t kBoxValues = 4;
// Before overlaps are removed: a picture of nothing but faces stays bounded.
constexpr std::size_t kRawFacesMax = 4096;

Result<std::size_t> index_of(std::span<const tensor::OutputSpec> outputs,
                             const std::string& name,
                             std::size_t floats) {
  for (std::size_t index = 0; index < outputs.size(); ++index) {
    if (outputs[index].name != name) continue;
    if (outputs[index].floats == floats) return index;
    return Error{ErrorCode::kInvalidInput,
                 "detector: output " + name + " has " + std::to_string(outputs[index].floats) +
                     " values, needed " + std::to_string(floats) +
                     "; use a YuNet-like model with outputs cls_8 to kps_32"};
  }
  return Error{ErrorCode::kInvalidInput,
               "detector: no output named " + name +
                   "; use a YuNet-like model with outputs cls_8 to kps_32"};
}

struct Cell {
  std::size_t index;
  float column;
  float row;
  float stride_px;
};

// Coordinates of the model count from the centre of the first pixel; ours from its corner.
constexpr float kCornerFromCentrePx = 0.5F;

Face face_of(const Cell& cell,
             std::span<const float> box,
             std::span<const float> points,
             float confidence) {
  Face face;
  face.confidence = confidence;
  const auto* b = box.data() + cell.index * kBoxValues;
  const float width = std::exp(b[2]) * cell.stride_px;
  const float height = std::exp(b[3]) * cell.stride_px;
  face.box = {.x = (cell.column + b[0]) * cell.stride_px - width / 2 + kCornerFromCentrePx,
              .y = (cell.row + b[1]) * cell.stride_px - height / 2 + kCornerFromCentrePx,
              .width = width,
              .height = height};
  const auto* p = points.data() + cell.index * kPointValues;
  for (std::size_t n = 0; n < face.points.size(); ++n) {
    face.points.at(n) = {.x = (cell.column + p[2 * n]) * cell.stride_px + kCornerFromCentrePx,
                         .y = (cell.row + p[2 * n + 1]) * cell.stride_px + kCornerFromCentrePx};
  }
  return face;
}

// Eyes in one place are no face that can be aligned.
bool has_two_eyes(const Face& face) {
  constexpr float kDistanceMinPx2 = 0.01F;
  const float across = face.points[0].x - face.points[1].x;
  const float down = face.points[0].y - face.points[1].y;
  return across * across + down * down > kDistanceMinPx2;
}

bool is_finite(const Face& face) {
  const auto finite = [](image::PointPx p) { return std::isfinite(p.x) && std::isfinite(p.y); };
  return std::isfinite(face.box.x) && std::isfinite(face.box.y) && std::isfinite(face.box.width) &&
         std::isfinite(face.box.height) && face.box.width > 0 && face.box.height > 0 &&
         std::all_of(face.points.begin(), face.points.end(), finite);
}

bool more_confident(const Face& a, const Face& b) {
  return a.confidence > b.confidence;
}

}  // namespace

Result<YunetOutputs> find_outputs(std::span<const tensor::OutputSpec> outputs,
                                  image::SizePx input) {
  YunetOutputs where;
  for (std::size_t n = 0; n < kStridesPx.size(); ++n) {
    const int stride = kStridesPx.at(n);
    const auto cells = static_cast<std::size_t>(input.width / stride) *
                       static_cast<std::size_t>(input.height / stride);
    const std::string suffix = concat("_", stride);
    YunetOutputs::Grid& grid = where.grids.at(n);
    grid.stride_px = stride;
    PROVISO_TRY(grid.cls, index_of(outputs, "cls" + suffix, cells));
    PROVISO_TRY(grid.obj, index_of(outputs, "obj" + suffix, cells));
    PROVISO_TRY(grid.bbox, index_of(outputs, "bbox" + suffix, cells * kBoxValues));
    PROVISO_TRY(grid.kps, index_of(outputs, "kps" + suffix, cells * kPointValues));
  }
  return where;
}

std::vector<Face> decode(const YunetOutputs& where,
                         std::span<const std::vector<float>> outputs,
                         image::SizePx input,
                         float confidence_min) {
  std::vector<Face> faces;
  for (const YunetOutputs::Grid& grid : where.grids) {
    const auto columns = static_cast<std::size_t>(input.width / grid.stride_px);
    const auto& cls = outputs[grid.cls];
    const auto& obj = outputs[grid.obj];
    for (std::size_t index = 0; index < cls.size(); ++index) {
      const float confidence =
          std::sqrt(std::clamp(cls[index], 0.0F, 1.0F) * std::clamp(obj[index], 0.0F, 1.0F));
      if (!(confidence >= confidence_min)) continue;
      const std::size_t row = index / columns;
      const Cell cell{.index = index,
                      .column = static_cast<float>(index % columns),
                      .row = static_cast<float>(row),
                      .stride_px = static_cast<float>(grid.stride_px)};
      Face face = face_of(cell, outputs[grid.bbox], outputs[grid.kps], confidence);
      if (is_finite(face) && has_two_eyes(face) && faces.size() < kRawFacesMax)
        faces.push_back(face);
    }
  }
  std::stable_sort(faces.begin(), faces.end(), more_confident);
  return faces;
}

std::vector<Face> without_overlaps(std::vector<Face> faces,
                                   float overlap_iou_max,
                                   std::size_t faces_max) {
  std::stable_sort(faces.begin(), faces.end(), more_confident);
  std::vector<Face> kept;
  for (const Face& face : faces) {
    if (kept.size() == faces_max) break;
    const auto overlaps = [&](const Face& other) {
      return image::overlap_iou(face.box, other.box) > overlap_iou_max;
    };
    if (std::none_of(kept.begin(), kept.end(), overlaps)) kept.push_back(face);
  }
  return kept;
}

}  // namespace proviso::detect
