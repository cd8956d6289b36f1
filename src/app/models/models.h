#pragma once

// The models of a pack, ready to run: opened from the hashed bytes, their shapes checked.
//
//   out     a detector's networks, an embedder's network and the pack's digest
//   errors  those of openvino::ModelPack::load; kInvalidInput for a wrong shape, naming the role
//   threads reentrant

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "adapters/openvino/network.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/tensor/network.h"

namespace proviso::models {

struct Models {
  std::string name;
  crypto::Digest digest;
  std::size_t dimension = 0;  // Of a template.
  std::string precision;      // Of both networks; "mixed" where they differ.
  std::shared_ptr<tensor::NetworkMaker> detector;
  std::shared_ptr<tensor::Network> embedder;

  // Inferences since they were opened.
  std::uint64_t images_run() const { return detector->images_run() + embedder->images_run(); }
};

// options.images_together is the embedder's: a detector takes its pictures one by one.
Result<Models> open(const std::filesystem::path& folder, const openvino::RunnerOptions& options);

}  // namespace proviso::models
