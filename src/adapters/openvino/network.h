#pragma once

// Networks run by OpenVINO: tensor::NetworkMaker over the bytes of one model file.
//
//   in        8-bit BGR rows; conversion to the model's type, order, mean and scale is in the graph
//   lanes     infer requests that run side by side, one thread each: latency of one picture is that
//             of one core, and two pictures take no longer
//   precision the manifest's, never the CPU's choice
//   errors    kInvalidInput for a model that the runner cannot read or that does not take the size;
//             kUnavailable if inference fails. OpenVINO's exceptions stop here.
//   limits    kNetworksMax sizes are kept; the least recently used goes
//   threads   thread-safe; calls on one Network wait for each other
//
// Outputs are written into the caller's memory (set_output_tensor). wipe() runs every lane on a
// black picture into memory of ours, so that neither activations nor outputs of a face remain.

#include <cstddef>
#include <memory>
#include <string>

#include "adapters/openvino/model_pack.h"
#include "base/core/result.h"
#include "base/tensor/network.h"

namespace proviso::openvino {

inline constexpr std::size_t kNetworksMax = 16;
inline constexpr std::size_t kLanesMax = 64;

struct RunnerOptions {
  std::string device = "CPU";  // As OpenVINO names devices: CPU, GPU, NPU.
  std::size_t lanes = 2;
};

// Takes the bytes out of `model`.
Result<std::shared_ptr<tensor::NetworkMaker>> make_networks(ModelFile model,
                                                            const RunnerOptions& options);

}  // namespace proviso::openvino
