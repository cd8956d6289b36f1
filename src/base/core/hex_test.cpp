#include "base/core/hex.h"

#include <gtest/gtest.h>

#include <array>

namespace proviso {
namespace {

TEST(Hex, WritesTwoLowerCaseDigitsAByte) {
  EXPECT_EQ(to_hex({}), "");
  EXPECT_EQ(to_hex(std::array{std::byte{0x00}, std::byte{0x0F}, std::byte{0xA5}, std::byte{0xFF}}),
            "000fa5ff");
}

}  // namespace
}  // namespace proviso
