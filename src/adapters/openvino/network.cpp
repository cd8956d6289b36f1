#include "adapters/openvino/network.h"

#include <algorithm>
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

class OpenVinoNetwork final : public tensor::Network {
 public:
  OpenVinoNetwork(std::string role,
                  ov::CompiledModel compiled,
                  image::SizePx input,
                  std::size_t lanes)
      : role_(std::move(role)), compiled_(std::move(compiled)), input_(input) {
    for (const auto& output : compiled_.outputs()) {
      shapes_.push_back(output.get_shape());
      outputs_.push_back({output.get_any_name(), ov::shape_size(shapes_.back())});
      scratch_.emplace_back(outputs_.back().floats);
    }
    black_.resize(input_bytes());
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      requests_.push_back(compiled_.create_infer_request());
    }
  }

  image::SizePx input_size() const override { return input_; }
  std::span<const tensor::OutputSpec> outputs() const override { return outputs_; }
  std::size_t lanes() const override { return requests_.size(); }
  std::uint64_t images_run() const override {
    const std::lock_guard lock(mutex_);
    return images_run_;
  }

  Status run(std::span<const tensor::Job> jobs) override {
    const std::lock_guard lock(mutex_);
    try {
      for (std::size_t n = 0; n < jobs.size(); ++n) {
        ov::InferRequest& request = requests_[n % requests_.size()];
        if (n >= requests_.size()) request.wait();
        bind(request, jobs[n]);
        request.start_async();
        ++images_run_;
      }
      for (ov::InferRequest& request : requests_) request.wait();
    } catch (const std::exception& cause) {
      return failed(ErrorCode::kUnavailable, role_, cause);
    }
    return Done{};
  }

  void wipe() override {
    const std::lock_guard lock(mutex_);
    std::vector<std::span<float>> views(scratch_.begin(), scratch_.end());
    const tensor::Job black{.bgr = black_, .outputs = views};
    try {
      for (ov::InferRequest& request : requests_) {
        bind(request, black);
        request.start_async();
      }
      for (ov::InferRequest& request : requests_) request.wait();
    } catch (const std::exception&) {
      // A runner that cannot run cannot be trusted to have forgotten: the process must not go on.
      PROVISO_CHECK(false);
    }
  }

 private:
  std::size_t input_bytes() const {
    return static_cast<std::size_t>(input_.width) * static_cast<std::size_t>(input_.height) * 3;
  }

  void bind(ov::InferRequest& request, const tensor::Job& job) {
    PROVISO_CHECK(job.bgr.size() == input_bytes() && job.outputs.size() == outputs_.size());
    const ov::Shape shape{
        1, static_cast<std::size_t>(input_.height), static_cast<std::size_t>(input_.width), 3};
    // OpenVINO has no tensor over constant memory; an input is only read.
    auto* pixels = const_cast<std::uint8_t*>(job.bgr.data());  // NOLINT(*-const-cast)
    request.set_input_tensor(ov::Tensor(ov::element::u8, shape, pixels));
    for (std::size_t n = 0; n < outputs_.size(); ++n) {
      PROVISO_CHECK(job.outputs[n].size() == outputs_[n].floats);
      request.set_output_tensor(n, ov::Tensor(ov::element::f32, shapes_[n], job.outputs[n].data()));
    }
  }

  std::string role_;
  ov::CompiledModel compiled_;
  image::SizePx input_;
  std::vector<tensor::OutputSpec> outputs_;
  std::vector<ov::Shape> shapes_;
  std::vector<std::vector<float>> scratch_;
  std::vector<std::uint8_t> black_;
  mutable std::mutex mutex_;
  std::vector<ov::InferRequest> requests_;  // Guarded by mutex_, as images_run_.
  std::uint64_t images_run_ = 0;
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
      if (original_->inputs().size() != 1) {
        return Error{ErrorCode::kInvalidInput,
                     model_.role + ": " + std::to_string(original_->inputs().size()) +
                         " inputs, needed 1; use a YuNet-like or ArcFace-like model"};
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
      kept_.push_front(
          std::make_shared<OpenVinoNetwork>(model_.role, compile(input), input, options_.lanes));
    } catch (const std::exception& cause) {
      return failed(ErrorCode::kInvalidInput, model_.role, cause);
    }
    if (kept_.size() > kNetworksMax) kept_.pop_back();
    return std::shared_ptr<tensor::Network>(kept_.front());
  }

 private:
  ov::CompiledModel compile(image::SizePx input) {
    const auto model = original_->clone();
    const auto height = static_cast<std::int64_t>(input.height);
    const auto width = static_cast<std::int64_t>(input.width);
    model->reshape(ov::PartialShape{1, 3, height, width});
    ov::preprocess::PrePostProcessor steps(model);
    steps.input()
        .tensor()
        .set_element_type(ov::element::u8)
        .set_layout("NHWC")
        .set_color_format(ov::preprocess::ColorFormat::BGR);
    steps.input().model().set_layout("NCHW");
    steps.input().preprocess().convert_element_type(ov::element::f32);
    if (model_.takes_rgb)
      steps.input().preprocess().convert_color(ov::preprocess::ColorFormat::RGB);
    const auto as_floats = [](const std::array<double, 3>& values) {
      return std::vector<float>(values.begin(), values.end());
    };
    steps.input().preprocess().mean(as_floats(model_.mean)).scale(as_floats(model_.scale));
    for (std::size_t n = 0; n < model->outputs().size(); ++n) {
      steps.output(n).tensor().set_element_type(ov::element::f32);
    }
    const auto lanes = static_cast<std::int32_t>(options_.lanes);
    return core_.compile_model(steps.build(),
                               options_.device,
                               ov::hint::inference_precision(type_of(model_.precision)),
                               ov::num_streams(lanes),
                               ov::inference_num_threads(lanes),
                               ov::hint::enable_cpu_pinning(false));
  }

  ModelFile model_;
  RunnerOptions options_;
  ov::Core core_;
  std::shared_ptr<ov::Model> original_;
  std::mutex mutex_;
  std::list<std::shared_ptr<OpenVinoNetwork>> kept_;  // Most recently used first.
};

}  // namespace

Result<std::shared_ptr<tensor::NetworkMaker>> make_networks(ModelFile model,
                                                            const RunnerOptions& options) {
  PROVISO_CHECK(options.lanes >= 1 && options.lanes <= kLanesMax);
  auto maker = std::make_shared<OpenVinoMaker>(std::move(model), options);
  PROVISO_TRY_DONE(maker->read());
  return std::shared_ptr<tensor::NetworkMaker>(std::move(maker));
}

}  // namespace proviso::openvino
