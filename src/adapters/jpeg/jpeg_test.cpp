#include "adapters/jpeg/jpeg.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <string>

#include "adapters/jpeg/markers.h"
#include "base/core/file.h"
#include "base/image/exif_tool.h"
#include "base/image/resample.h"

namespace proviso::jpeg {
namespace {

using File = std::vector<std::byte>;

File bytes(const std::vector<std::uint8_t>& from) {
  const auto view = std::as_bytes(std::span(from));
  return {view.begin(), view.end()};
}

File photograph(const std::string& name) {
  auto file = read_file(std::string(PROVISO_DEPS "/media/") + name, kBytesMax);
  EXPECT_TRUE(file) << name;
  return std::move(file).value();
}

void append(File& to, std::initializer_list<int> values) {
  for (const int value : values) to.push_back(static_cast<std::byte>(value));
}

// A quarter of one colour in each corner, wide enough that compression keeps them apart.
image::BgrImage corners() {
  image::BgrImage picture({96, 64});
  std::size_t at = 0;
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 96; ++x, at += 3) {
      const int quarter = (y < 32 ? 0 : 2) + (x < 48 ? 0 : 1);
      std::fill_n(picture.pixels.begin() + static_cast<std::ptrdiff_t>(at),
                  3,
                  static_cast<std::uint8_t>(40 + 60 * quarter));
    }
  }
  return picture;
}

File encoded(const image::BgrImage& picture, int quality = 95) {
  auto file = encode(picture, quality);
  EXPECT_TRUE(file);
  return bytes(file.value());
}

// `file` with `segment` after its first marker.
File with_segment(File file, const File& segment) {
  file.insert(file.begin() + 2, segment.begin(), segment.end());
  return file;
}

File comments(std::size_t count) {
  File result;
  for (std::size_t i = 0; i < count; ++i) append(result, {0xFF, 0xFE, 0, 3, 'x'});
  return result;
}

std::size_t find_marker(const File& file, int marker) {
  const std::array<std::byte, 2> wanted{std::byte{0xFF}, static_cast<std::byte>(marker)};
  return static_cast<std::size_t>(std::ranges::search(file, wanted).begin() - file.begin());
}

int count_markers(const File& file) {
  // A file of ours: SOI, JFIF, tables, frame, tables, scan, EOI; no marker inside the coded data.
  int count = 0;
  for (std::size_t i = 0; i + 1 < file.size(); ++i) {
    count += file[i] == std::byte{0xFF} && file[i + 1] != std::byte{0} ? 1 : 0;
  }
  return count;
}

File resized(File file, int width, int height) {
  const std::size_t at = find_marker(file, 0xC0) + 5;
  const std::array values{height / 256, height % 256, width / 256, width % 256};
  for (std::size_t i = 0; i < values.size(); ++i) file[at + i] = static_cast<std::byte>(values[i]);
  return file;
}

// The last scan, header and data, `more` times again.
File with_more_scans(const File& file, int more) {
  const auto scan = file.begin() + static_cast<std::ptrdiff_t>(find_marker(file, 0xDA));
  File result(file.begin(), file.end() - 2);
  for (int i = 0; i < more; ++i) result.insert(result.end(), scan, file.end() - 2);
  result.insert(result.end(), file.end() - 2, file.end());
  return result;
}

File exif(int orientation, bool is_little) {
  File result;
  append(result, {0xFF, 0xE1, 0, 34, 'E', 'x', 'i', 'f', 0, 0});
  const File tiff = image::tiff_with(orientation, is_little);
  result.insert(result.end(), tiff.begin(), tiff.end());
  return result;
}

ErrorCode code_of(const File& file) {
  const auto result = decode(file);
  EXPECT_FALSE(result);
  return result ? ErrorCode::kNotFound : result.error().code;
}

std::string message_of(const File& file) {
  const auto result = decode(file);
  EXPECT_FALSE(result);
  return result ? "" : result.error().message;
}

bool mentions(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST(Decode, ReadsEveryPhotographOfTheMedia) {
  for (const char* name : {"sample1.jpg",
                           "sample2.jpg",
                           "sample3.jpg",
                           "sample4.jpg",
                           "sample5.jpg",
                           "sample6.jpg",
                           "t1.jpg",
                           "obama.jpg",
                           "obama2.jpg",
                           "obama3.jpg",
                           "biden.jpg",
                           "obama_partial_face.jpg"}) {
    const auto picture = decode(photograph(name));
    ASSERT_TRUE(picture) << name << ": " << picture.error().message;
    EXPECT_GT(picture.value().size.width, 100) << name;
    EXPECT_EQ(picture.value().pixels.size(),
              static_cast<std::size_t>(picture.value().size.width) *
                  static_cast<std::size_t>(picture.value().size.height) * 3);
  }
}

TEST(Decode, ReadsBackWhatWasEncoded) {
  const image::BgrImage picture = corners();
  const auto back = decode(encoded(picture));
  ASSERT_TRUE(back);
  ASSERT_EQ(back.value().size, picture.size);
  int largest = 0;
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    largest = std::max(largest, std::abs(picture.pixels[i] - back.value().pixels[i]));
  }
  EXPECT_LE(largest, 12);
}

TEST(Decode, RefusesAPhotographCutAnywhereAndReadsItWhole) {
  const File whole = photograph("obama2.jpg");
  ASSERT_TRUE(decode(whole));
  for (const double part : {0.00005, 0.001, 0.01, 0.3, 0.9, 0.9999}) {
    File cut(whole.begin(),
             whole.begin() + static_cast<std::ptrdiff_t>(
                                 std::max(part * static_cast<double>(whole.size()), 3.0)));
    EXPECT_EQ(code_of(cut), ErrorCode::kInvalidInput) << part;
    EXPECT_TRUE(mentions(message_of(cut), "cut off")) << message_of(cut);
  }
}

TEST(Decode, RefusesAPhotographWhoseMiddleIsMissingAlthoughItEnds) {
  File file = photograph("obama2.jpg");
  file.erase(file.begin() + static_cast<std::ptrdiff_t>(file.size() / 2), file.end() - 2);
  EXPECT_EQ(code_of(file), ErrorCode::kInvalidInput);
  EXPECT_TRUE(mentions(message_of(file), "damaged"));
}

TEST(Decode, RefusesWhatIsNoPhotograph) {
  EXPECT_EQ(code_of({}), ErrorCode::kInvalidInput);
  EXPECT_TRUE(mentions(message_of({}), "empty"));
  File text;
  append(text, {'h', 'e', 'l', 'l', 'o'});
  EXPECT_EQ(code_of(text), ErrorCode::kInvalidInput);
  EXPECT_TRUE(mentions(message_of(text), "not a JPEG"));
  File one;
  append(one, {0xFF});
  EXPECT_TRUE(mentions(message_of(one), "not a JPEG"));
  EXPECT_TRUE(mentions(message_of(photograph("carphone_pristine.mp4")), "not a JPEG"));
}

TEST(Decode, ReadsAGreyPhotographAndRefusesPrintersInks) {
  // One and four components of 8x8 pixels, all coefficients zero: the tables hold one code each.
  const auto flat = [](int components) {
    File file;
    append(file, {0xFF, 0xD8, 0xFF, 0xDB, 0, 67, 0});
    for (int i = 0; i < 64; ++i) append(file, {1});
    append(file, {0xFF, 0xC0, 0, 8 + 3 * components, 8, 0, 8, 0, 8, components});
    for (int i = 1; i <= components; ++i) append(file, {i, 0x11, 0});
    for (const int table : {0x00, 0x10}) {
      append(file, {0xFF, 0xC4, 0, 20, table, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
    }
    append(file, {0xFF, 0xDA, 0, 6 + 2 * components, components});
    for (int i = 1; i <= components; ++i) append(file, {i, 0});
    append(file, {0, 63, 0, 0x00, 0x7F, 0xFF, 0xD9});
    return file;
  };
  const auto grey = decode(flat(1));
  ASSERT_TRUE(grey) << grey.error().message;
  EXPECT_EQ(grey.value().pixels[0], 128);
  EXPECT_EQ(grey.value().pixels[2], 128);
  EXPECT_EQ(code_of(flat(4)), ErrorCode::kInvalidInput);
  EXPECT_TRUE(mentions(message_of(flat(4)), "CMYK"));
}

TEST(Decode, BringsEveryOrientationUpright) {
  // Which stored corner (0 and 1 above, 2 and 3 below) is seen at the top left, top right,
  // bottom left and bottom right: EXIF 2.32 4.6.4.
  constexpr std::array<std::array<int, 4>, 8> kSeen{{{0, 1, 2, 3},
                                                     {1, 0, 3, 2},
                                                     {3, 2, 1, 0},
                                                     {2, 3, 0, 1},
                                                     {0, 2, 1, 3},
                                                     {2, 0, 3, 1},
                                                     {3, 1, 2, 0},
                                                     {1, 3, 0, 2}}};
  const File plain = encoded(corners());
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (const bool is_little : {true, false}) {
      const auto picture = decode(with_segment(plain, exif(orientation, is_little)));
      ASSERT_TRUE(picture) << picture.error().message;
      const image::SizePx size = picture.value().size;
      EXPECT_EQ(size, orientation <= 4 ? (image::SizePx{96, 64}) : (image::SizePx{64, 96}));
      for (std::size_t corner = 0; corner < 4; ++corner) {
        const std::size_t x = corner % 2 == 0 ? 8 : static_cast<std::size_t>(size.width) - 8;
        const std::size_t y = corner < 2 ? 8 : static_cast<std::size_t>(size.height) - 8;
        const int found =
            picture.value().pixels[(y * static_cast<std::size_t>(size.width) + x) * 3];
        EXPECT_NEAR(found, 40 + 60 * kSeen[static_cast<std::size_t>(orientation - 1)][corner], 4)
            << orientation << ' ' << corner;
      }
    }
  }
}

TEST(DecodePlanes, GivesWhatTheWayOverBgrGives) {
  const auto difference = [](const image::YuvPlane& a, const image::YuvPlane& b, image::SizePx of) {
    double sum = 0;
    for (int row = 0; row < of.height; ++row) {
      for (int column = 0; column < of.width; ++column) {
        sum +=
            std::abs(a.data[row * a.stride_bytes + column] - b.data[row * b.stride_bytes + column]);
      }
    }
    return sum / (of.width * of.height);
  };
  image::BgrImage odd = corners();
  odd.size = {95, 63};
  odd.pixels.resize(std::size_t{95} * 63 * 3);
  for (const File& file : {photograph("obama.jpg"), photograph("sample1.jpg"), encoded(odd)}) {
    const image::YuvImage planes = decode_planes(file).value();
    const image::YuvImage converted = image::to_yuv(decode(file).value());
    ASSERT_EQ(planes.size, converted.size);
    const image::SizePx chroma{(planes.size.width + 1) / 2, (planes.size.height + 1) / 2};
    EXPECT_LT(difference(planes.y, converted.y, planes.size), 1.0);
    EXPECT_LT(difference(planes.u, converted.u, chroma), 1.0);
    EXPECT_LT(difference(planes.v, converted.v, chroma), 1.0);
    EXPECT_EQ(planes.range, converted.range);
  }
}

TEST(DecodePlanes, BringsAnOrientationUprightAndRefusesAFileThatIsCut) {
  const File turned = with_segment(encoded(corners()), exif(6, true));
  EXPECT_EQ(decode_planes(turned).value().size, (image::SizePx{64, 96}));
  EXPECT_EQ(decode_planes(encoded(corners())).value().size, (image::SizePx{96, 64})) << "control";
  const File whole = photograph("obama.jpg");
  const auto cut = decode_planes(std::span(whole).first(whole.size() / 2));
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, ErrorCode::kInvalidInput);
}

TEST(Decode, TakesAnOrientationThatMakesNoSenseAsUpright) {
  const File plain = encoded(corners());
  File far = exif(6, true);
  far[14] = std::byte{0xFF};  // The directory lies outside the segment.
  File many = exif(6, true);
  many[19] = std::byte{0xFF};  // 65,281 entries.
  for (const File& segment : {exif(0, true), exif(9, false), far, many}) {
    const auto picture = decode(with_segment(plain, segment));
    ASSERT_TRUE(picture) << picture.error().message;
    EXPECT_EQ(picture.value().size, (image::SizePx{96, 64}));
  }
}

TEST(Decode, ReadsTheMostMarkersAndRefusesOneMoreAndTenThousand) {
  const File plain = encoded(corners());
  const auto room = static_cast<std::size_t>(kMarkersMax - count_markers(plain));
  const auto most = decode(with_segment(plain, comments(room)));
  EXPECT_TRUE(most) << most.error().message;
  EXPECT_EQ(code_of(with_segment(plain, comments(room + 1))), ErrorCode::kOverLimit);
  EXPECT_EQ(code_of(with_segment(plain, comments(10'000))), ErrorCode::kOverLimit);
}

TEST(Decode, ReadsTheLargestFileAndRefusesOneByteMore) {
  File file = encoded(corners());
  file.resize(kBytesMax);  // What follows the end marker is not looked at.
  EXPECT_TRUE(decode(file));
  file.resize(kBytesMax + 1);
  EXPECT_EQ(code_of(file), ErrorCode::kOverLimit);
}

TEST(Survey, TakesTheMostPixelsAndRefusesOneRowMore) {
  const File plain = encoded(corners());
  EXPECT_TRUE(survey(resized(plain, 5'000, 5'000)));
  EXPECT_EQ(code_of(resized(plain, 5'000, 5'001)), ErrorCode::kOverLimit);
  EXPECT_EQ(code_of(resized(plain, 65'535, 65'535)), ErrorCode::kOverLimit);
  EXPECT_EQ(code_of(resized(plain, 0, 64)), ErrorCode::kInvalidInput);
}

TEST(Survey, TakesTheMostScansAndRefusesOneMore) {
  const File plain = encoded(corners());
  const auto most = survey(with_more_scans(plain, kScansMax - 1));
  ASSERT_TRUE(most);
  EXPECT_EQ(most.value().scans, kScansMax);
  EXPECT_EQ(code_of(with_more_scans(plain, kScansMax)), ErrorCode::kOverLimit);
}

TEST(Survey, TakesTwentyScansOfTheMostPixelsAndRefusesOneMore) {
  const File large = resized(encoded(corners()), 5'000, 5'000);
  EXPECT_TRUE(survey(with_more_scans(large, 19)));
  EXPECT_EQ(code_of(with_more_scans(large, 20)), ErrorCode::kOverLimit);
}

TEST(Survey, NeverReadsPastTheEndWhereverAFileIsCutOrDamaged) {
  const File whole = with_segment(encoded(corners(), 20), exif(6, true));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    // A copy of its own length, so that a sanitizer sees a read past its end.
    EXPECT_FALSE(survey(File(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length))));
  }
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const int value : {0x00, 0xFF, 0x7F}) {
      File changed = whole;
      changed[at] = static_cast<std::byte>(value);
      const auto result = decode(changed);
      if (result) {
        EXPECT_FALSE(result.value().pixels.empty());
      }
    }
  }
}

TEST(Encode, IsSmallerAtALowerQuality) {
  const auto picture = decode(photograph("biden.jpg"));
  ASSERT_TRUE(picture);
  EXPECT_LT(encoded(picture.value(), 30).size(), encoded(picture.value(), 90).size());
  EXPECT_FALSE(encoded(picture.value(), 1).empty());
  EXPECT_FALSE(encoded(picture.value(), 100).empty());
}

TEST(Encode, TakesTheLongestSideAndRefusesOneLonger) {
  EXPECT_TRUE(encode(image::BgrImage({kSidePxMax, 1}), 50));
  const auto longer = encode(image::BgrImage({kSidePxMax + 1, 1}), 50);
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().code, ErrorCode::kOverLimit);
}

TEST(Encode, RefusesAQualityOutOfRangeAndAnEmptyPicture) {
  EXPECT_DEATH(static_cast<void>(encode(image::BgrImage({8, 8}), 0)), "quality");
  EXPECT_DEATH(static_cast<void>(encode(image::BgrImage({8, 8}), 101)), "quality");
  EXPECT_DEATH(static_cast<void>(encode(image::BgrImage(), 80)), "size");
}

}  // namespace
}  // namespace proviso::jpeg
