#include "adapters/openvino/network.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <list>
#include <mutex>
#include <openvino/openvino.hpp>
#include <utility>

namespace proviso::openvino {
namespace {

ov::element::Type type_of(Precision precision) {
  switch (precision) {
    case Precision::kF32: return ov::element::f32;
    case Precision::kF16: return ov::element::f16;
    case Precision::kBf16: return ov::element::bf16;
  }
  PROVISO_CHECK(false);
}

Error failed(ErrorCode code, const std::string& role, const std::exception& cause) {
  const std::string why = cause.what();
  constexpr std::size_t kWhyMax = 300;
  return {code,
          role + ": the runner refused: " + why.substr(0, kWhyMax) +
              "; check the pack with `proviso models check`"};
}

// A lane has a graph of its own, one stream of one thread: so a run on it overwrites the
// activations of the run before, which streams that share a queue of work do not promise.
struct Lane {
  ov::CompiledModel graph;
  ov::InferRequest request;
};

class OpenVinoNetwork final : public tensor::Network {
 public:
  OpenVinoNetwork(std::string role,
                  const std::vector<std::string>& output_names,
                  std::vector<ov::CompiledModel> graphs,
                  image::SizePx input,
                  std::shared_ptr<std::atomic<std::uint64_t>> images_run_by_all)
      : role_(std::move(role)),
        input_(input),
        images_together_(graphs.front().input().get_shape().front()),
        black_(input_bytes()),
        images_run_by_all_(std::move(images_run_by_all)) {
    PROVISO_CHECK(output_names.size() == graphs.front().outputs().size());
    for (std::size_t n = 0; n < output_names.size(); ++n) {
      shapes_.push_back(graphs.front().output(n).get_shape());
      outputs_.push_back({output_names[n], ov::shape_size(shapes_.back()) / images_together_});
    }
    for (ov::CompiledModel& graph : graphs) {
      lanes_.push_back({.graph = std::move(graph), .request = {}});
      lanes_.back().request = lanes_.back().graph.create_infer_request();
    }
    for (const tensor::OutputSpec& output : outputs_) {
      scratch_.emplace_back(output.floats * images_together_ * lanes_.size());
    }
  }

  image::SizePx input_size() const override { return input_; }
  std::span<const tensor::OutputSpec> outputs() const override { return outputs_; }
  std::size_t lanes() const override { return lanes_.size(); }
  std::size_t images_together() const override { return images_together_; }
  std::uint64_t images_run() const override { return images_run_; }

  Status run(std::span<const tensor::Job> jobs) override {
    const std::lock_guard lock(mutex_);
    try {
      for (std::size_t n = 0; n < jobs.size(); ++n) {
        ov::InferRequest& request = lanes_[n % lanes_.size()].request;
        if (n >= lanes_.size()) request.wait();
        bind(request, jobs[n]);
        request.start_async();
        images_run_ += images_together_;
        *images_run_by_all_ += images_together_;
      }
      for (std::size_t n = 0; n < std::min(jobs.size(), lanes_.size()); ++n) {
        lanes_[n].request.wait();
      }
    } catch (const std::exception& cause) {
      leave_no_run_behind();
      return failed(ErrorCode::kUnavailable, role_, cause);
    }
    return Done{};
  }

  void wipe() override {
    const std::lock_guard lock(mutex_);
    try {
      for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        std::vector<std::span<float>> views;
        for (std::size_t n = 0; n < outputs_.size(); ++n) {
          const std::size_t floats = outputs_[n].floats * images_together_;
          views.push_back(std::span(scratch_[n]).subspan(lane * floats, floats));
        }
        bind(lanes_[lane].request, {.bgr = black_, .outputs = views});
        lanes_[lane].request.start_async();
      }
      for (Lane& lane : lanes_) lane.request.wait();
    } catch (const std::exception&) {
      // A runner that cannot run cannot be trusted to have forgotten: the process must not go on.
      PROVISO_CHECK(false);
    }
  }

 private:
  std::size_t input_bytes() const {  // Of a job.
    return images_together_ * static_cast<std::size_t>(input_.width) *
           static_cast<std::size_t>(input_.height) * 3;
  }

  void bind(ov::InferRequest& request, const tensor::Job& job) {
    PROVISO_CHECK(job.bgr.size() == input_bytes() && job.outputs.size() == outputs_.size());
    const ov::Shape shape{images_together_,
                          static_cast<std::size_t>(input_.height),
                          static_cast<std::size_t>(input_.width),
                          3};
    // OpenVINO has no tensor over constant memory; an input is only read.
    auto* pixels = const_cast<std::uint8_t*>(job.bgr.data());  // NOLINT(*-const-cast)
    request.set_input_tensor(ov::Tensor(ov::element::u8, shape, pixels));
    for (std::size_t n = 0; n < outputs_.size(); ++n) {
      PROVISO_CHECK(job.outputs[n].size() == outputs_[n].floats * images_together_);
      request.set_output_tensor(n, ov::Tensor(ov::element::f32, shapes_[n], job.outputs[n].data()));
    }
  }

  // After a failure: no lane may go on writing into memory that its owner takes back.
  void leave_no_run_behind() noexcept {
    for (Lane& lane : lanes_) {
      try {
        lane.request.wait();
      } catch (const std::exception&) {
        continue;  // It has ended; why is in the first failure's message.
      }
    }
  }

  std::string role_;
  image::SizePx input_;
  std::size_t images_together_;
  std::vector<tensor::OutputSpec> outputs_;
  std::vector<ov::Shape> shapes_;
  std::vector<std::uint8_t> black_;
  std::mutex mutex_;
  std::vector<Lane> lanes_;                  // Guarded by mutex_, as scratch_.
  std::vector<std::vector<float>> scratch_;  // One an output, for all lanes.
  std::atomic<std::uint64_t> images_run_{0};
  const std::shared_ptr<std::atomic<std::uint64_t>> images_run_by_all_;
};

class OpenVinoMaker final : public tensor::NetworkMaker {
 public:
  OpenVinoMaker(ModelFile model, RunnerOptions options)
      : model_(std::move(model)), options_(std::move(options)) {}

  // Reads the model from the hashed bytes. Errors: kInvalidInput.
  Status read() {
    try {
      const ov::Tensor no_weights;
      const std::string bytes(reinterpret_cast<const char*>(model_.onnx.data()),  // NOLINT
                              model_.onnx.size());
      original_ = core_.read_model(bytes, no_weights);
      const auto inputs = original_->inputs();
      const ov::PartialShape needed{1, 3, ov::Dimension::dynamic(), ov::Dimension::dynamic()};
      if (inputs.size() != 1 || !inputs[0].get_partial_shape().compatible(needed)) {
        return Error{ErrorCode::kInvalidInput,
                     model_.role + ": " + std::to_string(inputs.size()) + " inputs, the first " +
                         (inputs.empty() ? "" : inputs[0].get_partial_shape().to_string()) +
                         ", needed one of 1x3xHxW; use a YuNet-like or ArcFace-like model"};
      }
      // Taken here: in a compiled graph an output also has the names of nodes joined to it.
      for (const auto& output : original_->outputs()) {
        output_names_.push_back(output.get_any_name());
      }
    } catch (const std::exception& cause) {
      return failed(ErrorCode::kInvalidInput, model_.role, cause);
    }
    model_.onnx.clear();
    model_.onnx.shrink_to_fit();
    return Done{};
  }

  Result<std::shared_ptr<tensor::Network>> make(image::SizePx input) override {
    const std::lock_guard lock(mutex_);
    const auto same = [&](const auto& kept) { return kept->input_size() == input; };
    if (const auto found = std::find_if(kept_.begin(), kept_.end(), same); found != kept_.end()) {
      kept_.splice(kept_.begin(), kept_, found);
      return std::shared_ptr<tensor::Network>(kept_.front());
    }
    try {
      const std::size_t together = images_of_one_run(input);
      PROVISO_TRY(auto graphs, compile_lanes(input, together));
      kept_.push_front(std::make_shared<OpenVinoNetwork>(
          model_.role, output_names_, std::move(graphs), input, images_run_));
    } catch (const std::exception& cause) {
      return failed(ErrorCode::kInvalidInput, model_.role, cause);
    }
    if (kept_.size() > kNetworksMax) kept_.pop_back();
    return std::shared_ptr<tensor::Network>(kept_.front());
  }

  std::uint64_t images_run() const override { return *images_run_; }

 private:
  // As many as were asked for, unless the model's own shapes are of one image.
  std::size_t images_of_one_run(image::SizePx input) const {
    const auto asked = static_cast<std::int64_t>(options_.images_together);
    try {
      const auto model = original_->clone();
      model->reshape(ov::PartialShape{asked, 3, input.height, input.width});
      const auto outputs = model->outputs();
      const bool all = std::ranges::all_of(outputs, [&](const auto& output) {
        const ov::PartialShape& shape = output.get_partial_shape();
        return shape.is_static() && shape.size() > 1 && shape[0] == asked;
      });
      return all ? options_.images_together : 1;
    } catch (const std::exception&) {
      return 1;
    }
  }

  // Side by side, because compiling is most of the time from start to first frame.
  Result<std::vector<ov::CompiledModel>> compile_lanes(image::SizePx input, std::size_t together) {
    const std::shared_ptr<const ov::Model> ready = prepared(input, together);
    std::vector<std::future<ov::CompiledModel>> pending;
    for (std::size_t lane = 0; lane < options_.lanes; ++lane) {
      pending.push_back(std::async(std::launch::async, [this, ready] { return compiled(ready); }));
    }
    std::vector<ov::CompiledModel> graphs;
    for (auto& graph : pending) {
      graphs.push_back(graph.get());
      const auto found = graphs.back().get_property(ov::hint::inference_precision);
      if (found == type_of(model_.precision)) continue;
      return Error{ErrorCode::kInvalidInput,
                   model_.role + ": " + options_.device + " computes in " + found.to_string() +
                       ", the manifest needs " + type_of(model_.precision).to_string() +
                       "; use a pack whose precision this machine has"};
    }
    return graphs;
  }

  // For this size, from 8-bit BGR rows: conversion, order, mean and scale are in the graph.
  std::shared_ptr<ov::Model> prepared(image::SizePx input, std::size_t together) const {
    const auto model = original_->clone();
    model->reshape(
        ov::PartialShape{static_cast<std::int64_t>(together), 3, input.height, input.width});
    ov::preprocess::PrePostProcessor steps(model);
    steps.input()
        .tensor()
        .set_element_type(ov::element::u8)
        .set_layout("NHWC")
        .set_color_format(ov::preprocess::ColorFormat::BGR);
    steps.input().model().set_layout("NCHW");
    auto& convert = steps.input().preprocess();
    convert.convert_element_type(ov::element::f32);
    if (model_.takes_rgb) convert.convert_color(ov::preprocess::ColorFormat::RGB);
    const auto as_floats = [](const std::array<double, 3>& values) {
      return std::vector<float>{static_cast<float>(values[0]),
                                static_cast<float>(values[1]),
                                static_cast<float>(values[2])};
    };
    convert.mean(as_floats(model_.mean)).scale(as_floats(model_.scale));
    for (std::size_t n = 0; n < model->outputs().size(); ++n) {
      steps.output(n).tensor().set_element_type(ov::element::f32);
    }
    return steps.build();
  }

  ov::CompiledModel compiled(const std::shared_ptr<const ov::Model>& model) {
    ov::AnyMap properties{ov::hint::inference_precision(type_of(model_.precision))};
    if (options_.device == "CPU") {
      properties.insert(ov::num_streams(1));
      properties.insert(ov::inference_num_threads(1));
      properties.insert(ov::hint::enable_cpu_pinning(false));
    }
    return core_.compile_model(model, options_.device, properties);
  }

  ModelFile model_;
  RunnerOptions options_;
  ov::Core core_;
  std::shared_ptr<ov::Model> original_;
  std::vector<std::string> output_names_;
  const std::shared_ptr<std::atomic<std::uint64_t>> images_run_ =
      std::make_shared<std::atomic<std::uint64_t>>(0);
  std::mutex mutex_;
  std::list<std::shared_ptr<OpenVinoNetwork>> kept_;  // Most recently used first.
};

}  // namespace

Result<std::shared_ptr<tensor::NetworkMaker>> make_networks(ModelFile model,
                                                            const RunnerOptions& options) {
  PROVISO_CHECK(options.lanes >= 1 && options.lanes <= kLanesMax);
  PROVISO_CHECK(options.images_together >= 1 && options.images_together <= kImagesTogetherMax);
  auto maker = std::make_shared<OpenVinoMaker>(std::move(model), options);
  PROVISO_TRY_DONE(maker->read());
  return std::shared_ptr<tensor::NetworkMaker>(std::move(maker));
}

}  // namespace proviso::openvino
