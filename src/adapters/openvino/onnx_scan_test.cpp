#include "adapters/openvino/onnx_scan.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>

#include "adapters/openvino/onnx_tool.h"
#include "base/core/file.h"

namespace proviso::openvino {
namespace {

using onnx_tool::message;
using onnx_tool::number;

Status scanned(const std::string& bytes) {
  return refuse_external_data(std::as_bytes(std::span(bytes)));
}

const std::string kInside = message(9, "1234");          // raw_data
const std::string kElsewhere = number(14, 1);            // data_location: EXTERNAL
const std::string kNamesAFile = message(13, "weights");  // external_data

std::string in_initialiser(const std::string& tensor) {
  return message(7, message(5, tensor));
}

TEST(OnnxScanTest, AModelWithItsWeightsInsideIsTaken) {
  EXPECT_TRUE(scanned(in_initialiser(kInside)));
  EXPECT_TRUE(scanned(in_initialiser(kInside + number(14, 0))));  // data_location: DEFAULT
}

TEST(OnnxScanTest, TheModelsOfThePackAreTaken) {
  for (const char* name : {"/models/yunet.onnx", "/models/sface.onnx"}) {
    const auto bytes = read_file(std::string(PROVISO_DEPS) + name, std::size_t{1} << 28U).value();
    EXPECT_TRUE(refuse_external_data(bytes)) << name;
  }
}

TEST(OnnxScanTest, ExternalDataIsRefusedWhereverATensorCanStand) {
  const auto attribute = [](const std::string& inner) {
    return message(7, message(1, message(5, inner)));
  };
  for (const std::string& tensor : {kElsewhere, kNamesAFile, kInside + kElsewhere}) {
    EXPECT_FALSE(scanned(in_initialiser(tensor)));
    EXPECT_FALSE(scanned(message(7, message(15, message(1, tensor)))));  // sparse: values
    EXPECT_FALSE(scanned(message(7, message(15, message(2, tensor)))));  // sparse: indices
    EXPECT_FALSE(scanned(attribute(message(5, tensor))));                // of a node
    EXPECT_FALSE(scanned(attribute(message(10, tensor))));
    EXPECT_FALSE(scanned(attribute(message(22, message(1, tensor)))));
    EXPECT_FALSE(scanned(attribute(message(23, message(2, tensor)))));
    EXPECT_FALSE(scanned(attribute(message(6, message(5, tensor)))));  // of a subgraph
    EXPECT_FALSE(scanned(attribute(message(11, message(5, tensor)))));
    EXPECT_FALSE(scanned(message(25, message(7, message(5, message(5, tensor))))));  // function
    EXPECT_FALSE(scanned(message(25, message(11, message(5, tensor)))));
    EXPECT_FALSE(scanned(message(20, message(1, message(5, tensor)))));  // training
    EXPECT_FALSE(scanned(message(20, message(2, message(5, tensor)))));
  }
}

TEST(OnnxScanTest, TheSameFieldsOfAnotherMessageAreNoExternalData) {
  // Field 13 of a graph is value_info, field 14 of a model is something unknown.
  EXPECT_TRUE(scanned(message(7, message(13, "abc")) + number(14, 1)));
}

TEST(OnnxScanTest, AKeyWiderThanProtobufsIsRefused) {
  const std::string wide =
      onnx_tool::varint((std::uint64_t{1} << 32U) | (13U << 3U) | 2U) + onnx_tool::varint(0);
  EXPECT_FALSE(scanned(in_initialiser(wide)));
  EXPECT_TRUE(scanned(in_initialiser(message(100, ""))));
}

TEST(OnnxScanTest, BytesThatAreNoProtobufAreRefused) {
  for (const std::string& bytes : {std::string(),
                                   std::string("\x3A"),  // A message without a length.
                                   std::string("\x3A\x05"
                                               "abc"),   // A length past the end.
                                   std::string("\x08"),  // A number without a value.
                                   std::string("\x09"
                                               "1234567"),  // Seven bytes of eight.
                                   std::string("\x0D"
                                               "123"),          // Three of four.
                                   std::string("\x0B"),         // A group.
                                   std::string(11, '\xFF')}) {  // A number that never ends.
    const auto refused = scanned(bytes);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  }
}

TEST(OnnxScanTest, NestingIsTakenUpToTheLimitAndRefusedOneDeeper) {
  // Model and graph are depths 0 and 1; a node, its attribute and a subgraph add three.
  const auto nested = [](int subgraphs, std::string innermost) {
    for (int n = 0; n < subgraphs; ++n) {
      innermost = message(1, message(5, message(6, innermost)));
    }
    return message(7, innermost);
  };
  constexpr int kSubgraphs = (kDepthMax - 1) / 3;
  static_assert(1 + 3 * kSubgraphs == kDepthMax);
  EXPECT_TRUE(scanned(nested(kSubgraphs, "")));
  const auto deeper = scanned(nested(kSubgraphs, message(5, kInside)));
  ASSERT_FALSE(deeper);
  EXPECT_EQ(deeper.error().code, ErrorCode::kOverLimit);
}

TEST(OnnxScanTest, DamagedModelsNeverReadPastTheirEnd) {
  const auto bytes =
      read_file(std::string(PROVISO_DEPS) + "/models/yunet.onnx", std::size_t{1} << 28U).value();
  constexpr unsigned kSeeds = 200;
  for (unsigned seed = 0; seed < kSeeds; ++seed) {
    std::mt19937 random(seed);
    auto damaged = bytes;
    damaged.resize(random() % (bytes.size() + 1));
    for (int n = 0; n < 8 && !damaged.empty(); ++n) {
      damaged[random() % damaged.size()] = static_cast<std::byte>(random());
    }
    damaged.shrink_to_fit();  // So that the sanitizer sees the end where it is.
    static_cast<void>(refuse_external_data(damaged));
  }
}

}  // namespace
}  // namespace proviso::openvino
