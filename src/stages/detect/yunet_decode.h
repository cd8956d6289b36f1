#pragma once

// What YuNet's twelve outputs mean: for each cell of three grids (strides 8, 16, 32), a class and
// an object score, a box and five points.
//
//   in   the outputs of one image, by name: cls_8 .. kps_32; the input's size, multiples of 32
//   out  faces in the pixels of the input, most confident first, overlaps removed
//
// Threads: reentrant. Errors: find_outputs() gives kInvalidInput naming the output that is missing
// or has another length. Faces whose values are not finite or whose eyes are in one place are
// passed over. Source: Wu et al. 2023; the layout of the model face_detection_yunet_2023mar of
// OpenCV's zoo.

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "base/core/result.h"
#include "base/image/geometry.h"
#include "base/tensor/network.h"
#include "stages/detect/face.h"

namespace proviso::detect {

// Indices into a network's outputs, one per stride.
struct YunetOutputs {
  struct Grid {
    int stride_px = 0;
    std::size_t cls = 0;
    std::size_t obj = 0;
    std::size_t bbox = 0;
    std::size_t kps = 0;
  };
  std::array<Grid, 3> grids;
};

Result<YunetOutputs> find_outputs(std::span<const tensor::OutputSpec> outputs, image::SizePx input);

std::vector<Face> decode(const YunetOutputs& where,
                         std::span<const std::vector<float>> outputs,
                         image::SizePx input,
                         float confidence_min);

// Greedy non-maximum suppression: keeps the more confident of two boxes that overlap by more than
// `overlap_iou_max`. At most `faces_max` remain, most confident first.
std::vector<Face> without_overlaps(std::vector<Face> faces,
                                   float overlap_iou_max,
                                   std::size_t faces_max);

}  // namespace proviso::detect
