#pragma once

// Looks for external data in the bytes of an ONNX model, without a protobuf library: a model that
// names another file could make the runner read any file of this machine (CVE-2022-25882 and its
// successors), so it is refused before the runner sees it.
//
// Errors: kInvalidInput if any tensor keeps its data elsewhere, or if the bytes are no protobuf
//         message; kOverLimit for nesting deeper than kDepthMax.
// Threads: reentrant. Source: onnx.proto of ONNX 1.x (field numbers), protobuf encoding.

#include <cstddef>
#include <span>

#include "base/core/result.h"

namespace proviso::openvino {

inline constexpr int kDepthMax = 16;

Status refuse_external_data(std::span<const std::byte> onnx);

}  // namespace proviso::openvino
