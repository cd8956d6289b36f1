#pragma once

// A neural network as the stages see it: images in, floats out. Only stages/detect, stages/embed
// and the runner's adapter may include this header (tools/layers.txt): nobody else runs a model.
//
//   in   images of one size, 8-bit BGR, rows without padding; images_together() of them a job
//   out  for each image, one span of floats per output, in the order of output_names()
//
// The runner writes into the caller's spans and keeps no copy: after run() returns, wipe() also
// clears what the runner holds inside (activations), so a template cannot be read there.
// Threads: thread-safe; calls of run() and wipe() wait for each other, and the jobs of one call are
// spread over the lanes.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/image/geometry.h"

namespace proviso::tensor {

struct OutputSpec {
  std::string name;
  std::size_t floats = 0;  // Per image.
};

// images_together() images, one behind another, and where their outputs go, likewise. Views; valid
// for the call.
struct Job {
  std::span<const std::uint8_t> bgr;          // input_size().width * height * 3 an image
  std::span<const std::span<float>> outputs;  // One per OutputSpec, each of its length an image.
};

class Network {
 public:
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  Network(Network&&) = delete;
  Network& operator=(Network&&) = delete;
  virtual ~Network() = default;

  virtual image::SizePx input_size() const = 0;
  virtual std::span<const OutputSpec> outputs() const = 0;
  virtual std::size_t lanes() const = 0;
  // Several share the reading of the weights, and none is done before all are.
  virtual std::size_t images_together() const { return 1; }

  // Runs each job, spread over the lanes. Errors: kUnavailable if the runner fails.
  virtual Status run(std::span<const Job> jobs) = 0;
  virtual void wipe() = 0;

  // Images run since the start, for the counter that proves "0 frames reached the detector".
  virtual std::uint64_t images_run() const = 0;
};

// Makes a Network of the same weights for another input size; a detector asks for the few sizes
// it needs. Threads: thread-safe.
class NetworkMaker {
 public:
  NetworkMaker() = default;
  NetworkMaker(const NetworkMaker&) = delete;
  NetworkMaker& operator=(const NetworkMaker&) = delete;
  NetworkMaker(NetworkMaker&&) = delete;
  NetworkMaker& operator=(NetworkMaker&&) = delete;
  virtual ~NetworkMaker() = default;

  // Errors: kInvalidInput if the model cannot take the size; kUnavailable if the runner fails.
  virtual Result<std::shared_ptr<Network>> make(image::SizePx input) = 0;

  // Images run by all networks that it made, those that are gone too.
  virtual std::uint64_t images_run() const = 0;
};

}  // namespace proviso::tensor
