#pragma once

// Fields of an ONNX file (protobuf), for tests that write one by hand.
// Threads: reentrant. Errors: none.

#include <cstdint>
#include <string>

namespace proviso::openvino::onnx_tool {

inline std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7U) bytes.push_back(static_cast<char>((value & 0x7F) | 0x80));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}

inline std::string number(std::uint64_t field, std::uint64_t value) {
  return varint(field << 3U) + varint(value);
}

inline std::string message(std::uint64_t field, const std::string& inner) {
  return varint(field << 3U | 2U) + varint(inner.size()) + inner;
}

}  // namespace proviso::openvino::onnx_tool
