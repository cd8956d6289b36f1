#include "adapters/openvino/onnx_scan.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

namespace proviso::openvino {
namespace {

enum class Message : std::uint8_t {
  kModel,
  kGraph,
  kNode,
  kAttribute,
  kTensor,
  kSparse,
  kFunction,
  kTraining,
};

// Which fields of a message are messages that can hold a tensor.
struct Child {
  Message in;
  std::uint64_t field;
  Message is;
};
constexpr std::array kChildren{
    Child{Message::kModel, 7, Message::kGraph},
    Child{Message::kModel, 20, Message::kTraining},
    Child{Message::kModel, 25, Message::kFunction},
    Child{Message::kGraph, 1, Message::kNode},
    Child{Message::kGraph, 5, Message::kTensor},
    Child{Message::kGraph, 15, Message::kSparse},
    Child{Message::kNode, 5, Message::kAttribute},
    Child{Message::kAttribute, 5, Message::kTensor},
    Child{Message::kAttribute, 6, Message::kGraph},
    Child{Message::kAttribute, 10, Message::kTensor},
    Child{Message::kAttribute, 11, Message::kGraph},
    Child{Message::kAttribute, 22, Message::kSparse},
    Child{Message::kAttribute, 23, Message::kSparse},
    Child{Message::kSparse, 1, Message::kTensor},
    Child{Message::kSparse, 2, Message::kTensor},
    Child{Message::kFunction, 7, Message::kNode},
    Child{Message::kFunction, 11, Message::kAttribute},
    Child{Message::kTraining, 1, Message::kGraph},
    Child{Message::kTraining, 2, Message::kGraph},
};
constexpr std::uint64_t kTensorExternalData = 13;
constexpr std::uint64_t kTensorDataLocation = 14;
constexpr std::uint64_t kKeyMax = 0xFFFF'FFFF;

std::optional<Message> child_of(Message in, std::uint64_t field) {
  for (const Child& child : kChildren) {
    if (child.in == in && child.field == field) return child.is;
  }
  return std::nullopt;
}

Error malformed() {
  return {ErrorCode::kInvalidInput, "model: not an ONNX file; use the model's own .onnx file"};
}

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}
  bool at_end() const { return bytes_.empty(); }

  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return std::nullopt;
      const auto byte = std::to_integer<std::uint64_t>(bytes_.front());
      bytes_ = bytes_.subspan(1);
      value |= (byte & 0x7FU) << shift;
      if ((byte & 0x80U) == 0) return value;
    }
    return std::nullopt;
  }

  std::optional<std::span<const std::byte>> take(std::uint64_t count) {
    if (count > bytes_.size()) return std::nullopt;
    const auto taken = bytes_.first(static_cast<std::size_t>(count));
    bytes_ = bytes_.subspan(static_cast<std::size_t>(count));
    return taken;
  }

 private:
  std::span<const std::byte> bytes_;
};

Error external_data() {
  return {
      ErrorCode::kInvalidInput,
      "model: a tensor keeps its data in another file; needed a single file; save the model with "
      "its weights inside"};
}

Status scan(Message message, std::span<const std::byte> bytes, int depth) {
  if (depth > kDepthMax) {
    return Error{ErrorCode::kOverLimit,
                 "model: nested deeper than " + std::to_string(kDepthMax) + "; use a flat model"};
  }
  Reader reader(bytes);
  while (!reader.at_end()) {
    const auto key = reader.varint();
    // A wider key is none; a reader that cut it down would see another field than this one.
    if (!key || *key > kKeyMax) return malformed();
    const std::uint64_t field = *key >> 3U;
    switch (*key & 7U) {
      case 0: {
        const auto value = reader.varint();
        if (!value) return malformed();
        if (message == Message::kTensor && field == kTensorDataLocation && *value != 0) {
          return external_data();
        }
        break;
      }
      case 1:
        if (!reader.take(8)) return malformed();
        break;
      case 2: {
        const auto length = reader.varint();
        const auto inner = length ? reader.take(*length) : std::nullopt;
        if (!inner) return malformed();
        if (message == Message::kTensor && field == kTensorExternalData) return external_data();
        if (const auto child = child_of(message, field)) {
          PROVISO_TRY_DONE(scan(*child, *inner, depth + 1));
        }
        break;
      }
      case 5:
        if (!reader.take(4)) return malformed();
        break;
      default: return malformed();
    }
  }
  return Done{};
}

}  // namespace

Status refuse_external_data(std::span<const std::byte> onnx) {
  if (onnx.empty()) return malformed();
  return scan(Message::kModel, onnx, 0);
}

}  // namespace proviso::openvino
