#include "base/image/exif.h"

#include <gtest/gtest.h>

#include "base/image/exif_tool.h"

namespace proviso::image {
namespace {

using File = std::vector<std::byte>;

File with(File tiff, std::size_t at, int value) {
  tiff[at] = static_cast<std::byte>(value);
  return tiff;
}

TEST(ExifOrientation, IsReadInBothByteOrders) {
  for (int orientation = 1; orientation <= 8; ++orientation) {
    EXPECT_EQ(exif_orientation(tiff_with(orientation, true)), orientation);
    EXPECT_EQ(exif_orientation(tiff_with(orientation, false)), orientation);
  }
}

TEST(ExifOrientation, IsNothingWhereItMakesNoSense) {
  const File plain = tiff_with(6, true);
  ASSERT_EQ(exif_orientation(plain), 6) << "control";
  EXPECT_EQ(exif_orientation(tiff_with(0, true)), std::nullopt);
  EXPECT_EQ(exif_orientation(tiff_with(9, false)), std::nullopt);
  EXPECT_EQ(exif_orientation(with(plain, 0, 'X')), std::nullopt) << "of no byte order";
  EXPECT_EQ(exif_orientation(with(plain, 4, 0xFF)), std::nullopt) << "its directory is elsewhere";
  EXPECT_EQ(exif_orientation(with(plain, 7, 0xFF)), std::nullopt) << "its directory is far away";
  EXPECT_EQ(exif_orientation(with(plain, 9, 0xFF)), std::nullopt) << "65,281 entries";
  EXPECT_EQ(exif_orientation(with(plain, 12, 4)), std::nullopt) << "a long number, not a short one";
  EXPECT_EQ(exif_orientation(with(plain, 10, 0x13)), std::nullopt) << "another entry";
}

TEST(ExifOrientation, IsNothingOfABlockThatIsCutBeforeIt) {
  const File plain = tiff_with(6, true);
  constexpr std::size_t kValueEnd = 20;
  for (std::size_t length = 0; length < kValueEnd; ++length) {
    EXPECT_EQ(exif_orientation(std::span(plain).first(length)), std::nullopt) << length;
  }
  EXPECT_EQ(exif_orientation(std::span(plain).first(kValueEnd)), 6) << "control";
}

// Up to 512 entries that are something else, before the one that is it.
TEST(ExifOrientation, IsFoundAmongTheMostEntriesAndNotAmongOneMore) {
  const auto among = [](std::size_t entries) {
    File tiff = tiff_with(8, true);
    const File own(tiff.begin() + 10, tiff.begin() + 22);
    tiff.resize(10);
    tiff[8] = static_cast<std::byte>(entries % 256);
    tiff[9] = static_cast<std::byte>(entries / 256);
    tiff.resize(10 + (entries - 1) * 12);
    tiff.insert(tiff.end(), own.begin(), own.end());
    return tiff;
  };
  EXPECT_EQ(exif_orientation(among(512)), 8);
  EXPECT_EQ(exif_orientation(among(513)), std::nullopt);
}

}  // namespace
}  // namespace proviso::image
