#pragma once

// Networks run by OpenVINO: tensor::NetworkMaker over the bytes of one model file.
//
//   in        8-bit BGR rows; conversion to the model's type, order, mean and scale is in the graph
//   lanes     pictures side by side: each lane has its own compiled graph and, on the CPU, one
//             thread, so the latency of one picture is that of one core, and two take no longer
//   together  how many pictures a lane takes in one run: where throughput counts and latency does
//             not. A model that is written for one picture gets one, whatever is asked
//   precision the manifest's, never the CPU's choice: a device that would compute in another one is
//             refused
//   errors    kInvalidInput for a model that the runner cannot read, that does not take the size,
//             or whose precision the device lacks; kUnavailable if inference fails. OpenVINO's
//             exceptions stop here.
//   limits    kNetworksMax sizes are kept; the least recently used goes
//   threads   thread-safe; calls on one Network wait for each other
//
// Outputs are written into the caller's memory (set_output_tensor) and nowhere else; nothing is
// cached on disk. wipe() runs every lane on a black picture into memory of ours, so that no
// activation of a face remains.

#include <cstddef>
#include <memory>
#include <string>

#include "adapters/openvino/model_pack.h"
#include "base/core/result.h"
#include "base/tensor/network.h"

namespace proviso::openvino {

inline constexpr std::size_t kNetworksMax = 16;
inline constexpr std::size_t kLanesMax = 64;
inline constexpr std::size_t kImagesTogetherMax = 64;

struct RunnerOptions {
  std::string device = "CPU";  // As OpenVINO names devices: CPU, GPU, NPU.
  std::size_t lanes = 2;
  std::size_t images_together = 1;
};

// Takes the bytes out of `model`.
Result<std::shared_ptr<tensor::NetworkMaker>> make_networks(ModelFile model,
                                                            const RunnerOptions& options);

}  // namespace proviso::openvino
