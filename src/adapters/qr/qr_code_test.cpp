// That a scanner reads it is shown in tests/acceptance/pin_sheet_test.py.

#include "adapters/qr/qr_code.h"

#include <gtest/gtest.h>

#include <string>

namespace proviso::qr {
namespace {

TEST(QrCode, IsASquareWithThreeFinders) {
  const auto code = encode("proviso");
  ASSERT_TRUE(code);
  const QrCode& made = code.value();
  ASSERT_EQ(made.dark.size(), made.side * made.side);
  EXPECT_EQ(made.side % 4, 1U);  // 17 + 4 times the version.
  constexpr std::size_t kFinder = 7;
  for (std::size_t n = 0; n < kFinder; ++n) {
    EXPECT_TRUE(made.dark[n]);
    EXPECT_TRUE(made.dark[made.side - 1 - n]);
    EXPECT_TRUE(made.dark[(made.side - 1 - n) * made.side]);
  }
}

TEST(QrCode, TakesAsMuchAsAllowedAndNotAByteMore) {
  EXPECT_TRUE(encode(std::string(kQrBytesMax, '\xFF')));
  const auto over = encode(std::string(kQrBytesMax + 1, '\xFF'));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(encode("").error().code, ErrorCode::kInvalidInput);
}

TEST(QrCode, HoldsZeroBytesAsTheyAre) {
  EXPECT_NE(encode(std::string("a\0b", 3)).value().dark, encode("a").value().dark);
}

}  // namespace
}  // namespace proviso::qr
