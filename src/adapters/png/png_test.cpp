#include "adapters/png/png.h"

#include <gtest/gtest.h>
#include <spng.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/image/exif_tool.h"
#include "base/image/orient.h"

namespace proviso::png {
namespace {

using File = std::vector<std::byte>;

struct Form {
  std::uint32_t width = 3;
  std::uint32_t height = 2;
  std::uint8_t colours = SPNG_COLOR_TYPE_TRUECOLOR;
  std::uint8_t bits = 8;
  std::uint8_t interlace = SPNG_INTERLACE_NONE;
};

// `pixels` as the form has them.
File encoded(const Form& form, const std::vector<std::uint8_t>& pixels) {
  spng_ctx* const context = spng_ctx_new(SPNG_CTX_ENCODER);
  spng_set_option(context, SPNG_ENCODE_TO_BUFFER, 1);
  spng_ihdr header{.width = form.width,
                   .height = form.height,
                   .bit_depth = form.bits,
                   .color_type = form.colours,
                   .compression_method = 0,
                   .filter_method = 0,
                   .interlace_method = form.interlace};
  EXPECT_EQ(spng_set_ihdr(context, &header), 0);
  EXPECT_EQ(
      spng_encode_image(context, pixels.data(), pixels.size(), SPNG_FMT_PNG, SPNG_ENCODE_FINALIZE),
      0);
  std::size_t size = 0;
  int code = 0;
  void* const bytes = spng_get_png_buffer(context, &size, &code);
  const auto* const begin = static_cast<const std::byte*>(bytes);
  File file(begin, begin + size);
  std::free(bytes);
  spng_ctx_free(context);
  return file;
}

// PNG (ISO/IEC 15948) 5.5 and annex D.
std::uint32_t checksum_of(std::span<const std::byte> bytes) {
  std::uint32_t sum = 0xFFFFFFFF;
  for (const std::byte byte : bytes) {
    sum ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 1) != 0 ? sum >> 1 ^ 0xEDB88320 : sum >> 1;
  }
  return ~sum;
}

enum class Place : std::uint8_t { kBeforePixels, kAfterPixels };

File with_exif(const File& file, std::span<const std::byte> exif, Place place) {
  constexpr std::ptrdiff_t kHeaderEnd = 33;
  constexpr std::ptrdiff_t kLastChunkBytes = 12;
  File chunk;
  const auto append = [&](std::size_t number) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      chunk.push_back(static_cast<std::byte>(number >> static_cast<unsigned>(shift)));
    }
  };
  append(exif.size());
  for (const char letter : {'e', 'X', 'I', 'f'}) chunk.push_back(static_cast<std::byte>(letter));
  chunk.insert(chunk.end(), exif.begin(), exif.end());
  append(checksum_of(std::span(chunk).subspan(4)));
  const auto at =
      place == Place::kBeforePixels ? file.begin() + kHeaderEnd : file.end() - kLastChunkBytes;
  File result(file.begin(), at);
  result.insert(result.end(), chunk.begin(), chunk.end());
  result.insert(result.end(), at, file.end());
  return result;
}

std::vector<std::uint8_t> numbered(std::size_t count) {
  std::vector<std::uint8_t> numbers;
  for (std::size_t n = 0; n < count; ++n) numbers.push_back(static_cast<std::uint8_t>(n * 7));
  return numbers;
}

void expect_refused(const File& file, std::string_view why, ErrorCode code) {
  const auto picture = decode(file);
  ASSERT_FALSE(picture.has_value());
  EXPECT_EQ(picture.error().code, code);
  EXPECT_NE(picture.error().message.find(why), std::string::npos) << picture.error().message;
}

TEST(PngDecode, GivesBlueGreenRedOfEveryForm) {
  const auto colour = decode(encoded({}, numbered(18)));
  ASSERT_TRUE(colour.has_value()) << colour.error().message;
  EXPECT_EQ(colour.value().size, (image::SizePx{3, 2}));
  EXPECT_EQ(colour.value().pixels[0], 14);
  EXPECT_EQ(colour.value().pixels[1], 7);
  EXPECT_EQ(colour.value().pixels[2], 0);
  const auto woven = decode(encoded({.interlace = SPNG_INTERLACE_ADAM7}, numbered(18)));
  EXPECT_EQ(woven.value().pixels, colour.value().pixels);
  const auto grey = decode(encoded({.colours = SPNG_COLOR_TYPE_GRAYSCALE}, numbered(6)));
  EXPECT_EQ(grey.value().pixels[3], 7);
  EXPECT_EQ(grey.value().pixels[5], 7);
  EXPECT_TRUE(decode(encoded({.bits = 16}, numbered(36))).has_value());
}

TEST(PngDecode, BringsEveryOrientationUprightWhereverItIsSaid) {
  const Form form{.colours = SPNG_COLOR_TYPE_GRAYSCALE};
  const File plain = encoded(form, {1, 2, 3, 4, 5, 6});
  const image::BgrImage stored = decode(plain).value();
  for (int orientation = 1; orientation <= 8; ++orientation) {
    const image::BgrImage seen = image::upright(stored, orientation);
    ASSERT_EQ(seen.pixels == stored.pixels, orientation == 1) << "no two look the same";
    for (const bool is_little : {true, false}) {
      for (const Place place : {Place::kBeforePixels, Place::kAfterPixels}) {
        const auto exif = image::tiff_with(orientation, is_little);
        const auto picture = decode(with_exif(plain, exif, place));
        ASSERT_TRUE(picture) << picture.error().message;
        EXPECT_EQ(picture.value().size, seen.size);
        EXPECT_EQ(picture.value().pixels, seen.pixels) << orientation;
      }
    }
  }
}

TEST(PngDecode, TakesAnOrientationThatMakesNoSenseAsUpright) {
  const File plain = encoded({}, numbered(18));
  const auto changed = [](std::size_t at, int value) {
    File exif = image::tiff_with(6, true);
    exif[at] = static_cast<std::byte>(value);
    return exif;
  };
  const File whole = image::tiff_with(6, true);
  ASSERT_EQ(decode(with_exif(plain, whole, Place::kBeforePixels)).value().size,
            (image::SizePx{2, 3}))
      << "control";
  const File cut(whole.begin(), whole.begin() + 19);
  for (const File& exif : {File(26),
                           cut,
                           changed(18, 0),
                           changed(18, 9),
                           changed(7, 0xFF),   // The directory lies far outside.
                           changed(9, 0xFF),   // 65,281 entries.
                           changed(12, 4)}) {  // A long number, not a short one.
    const auto picture = decode(with_exif(plain, exif, Place::kBeforePixels));
    ASSERT_TRUE(picture) << picture.error().message;
    EXPECT_EQ(picture.value().size, (image::SizePx{3, 2}));
  }
}

TEST(PngDecode, TakesTheFirstOrientationOfTwo) {
  const File plain = encoded({}, numbered(18));
  const File turned = with_exif(plain, image::tiff_with(6, true), Place::kAfterPixels);
  const auto picture = decode(with_exif(turned, image::tiff_with(1, true), Place::kBeforePixels));
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ(picture.value().size, (image::SizePx{3, 2}));
}

TEST(PngDecode, RefusesExifWithoutBytesOrOverTheLimitOfChunks) {
  const File plain = encoded({}, numbered(18));
  File exif = image::tiff_with(6, true);
  exif.resize(kChunkBytesMax);
  const auto most = decode(with_exif(plain, exif, Place::kAfterPixels));
  ASSERT_TRUE(most) << most.error().message;
  EXPECT_EQ(most.value().size, (image::SizePx{2, 3}));
  exif.resize(kChunkBytesMax + 1);
  for (const File& wrong : {exif, File()}) {
    expect_refused(
        with_exif(plain, wrong, Place::kAfterPixels), "save it again", ErrorCode::kInvalidInput);
  }
}

TEST(PngDecode, RefusesAPictureWithOnePixelThatIsNotOpaque) {
  std::vector<std::uint8_t> pixels(24, 255);
  const Form form{.colours = SPNG_COLOR_TYPE_TRUECOLOR_ALPHA};
  EXPECT_TRUE(decode(encoded(form, pixels)).has_value()) << "control";
  pixels.back() = 254;
  expect_refused(encoded(form, pixels), "not opaque", ErrorCode::kInvalidInput);
}

TEST(PngDecode, RefusesWhatIsNoPngIsCutAnywhereOrHasAnotherByte) {
  expect_refused({}, "not a PNG", ErrorCode::kInvalidInput);
  const File whole = encoded({}, numbered(18));
  EXPECT_TRUE(is_png(whole));
  constexpr std::size_t kLastChecksum =
      4;  // Of a chunk without bytes: libspng does not wait for it.
  for (std::size_t length = 8; length + kLastChecksum < whole.size(); ++length) {
    const File cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    expect_refused(cut, "damaged or cut off", ErrorCode::kInvalidInput);
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    File changed = whole;
    changed[at] ^= std::byte{0x10};
    EXPECT_FALSE(decode(changed).has_value()) << at;
  }
}

TEST(PngDecode, TakesTheMostPixelsAndRefusesOneRowMore) {
  const Form most{.width = 25'000, .height = 1000, .colours = SPNG_COLOR_TYPE_GRAYSCALE, .bits = 1};
  EXPECT_TRUE(decode(encoded(most, std::vector<std::uint8_t>(3'125'000))).has_value());
  Form more = most;
  more.height = 1001;
  expect_refused(encoded(more, std::vector<std::uint8_t>(3'128'125)),
                 "25025000 pixels, at most 25000000",
                 ErrorCode::kOverLimit);
}

TEST(PngDecode, TakesTheLongestSideAndRefusesOneLonger) {
  const auto wide = [](std::uint32_t width) {
    return encoded({.width = width, .height = 1, .colours = SPNG_COLOR_TYPE_GRAYSCALE},
                   std::vector<std::uint8_t>(width));
  };
  EXPECT_TRUE(decode(wide(kSidePxMax)).has_value());
  expect_refused(wide(kSidePxMax + 1), "pixels a side", ErrorCode::kOverLimit);
}

TEST(PngDecode, TakesTheMostBytesAndRefusesOneMore) {
  File file = encoded({}, numbered(18));
  file.resize(kBytesMax);
  EXPECT_TRUE(decode(file).has_value()) << "what follows the end is not looked at";
  file.resize(kBytesMax + 1);
  expect_refused(file, "bytes, at most", ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso::png
