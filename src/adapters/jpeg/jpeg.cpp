#include "adapters/jpeg/jpeg.h"

#include <turbojpeg.h>

#include <array>
#include <memory>
#include <string>
#include <utility>

#include "adapters/jpeg/markers.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/image/orient.h"
#include "base/image/resample.h"

namespace proviso::jpeg {
namespace {

struct Destroy {
  void operator()(void* handle) const noexcept { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;

struct Free {
  void operator()(unsigned char* bytes) const noexcept { tjFree(bytes); }
};

Error damaged(void* handle) {
  return {ErrorCode::kInvalidInput,
          concat("the photograph is damaged (",
                 in_quotes(tjGetErrorStr2(handle)),
                 "); copy the file again")};
}

Error unavailable() {
  return {ErrorCode::kUnavailable,
          concat("the JPEG library did not start: ", in_quotes(tjGetErrorStr2(nullptr)))};
}

constexpr int kFlags = TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING;

// A file that has been surveyed, and its library's handle.
struct Opened {
  Survey survey;
  Handle handle;
  const unsigned char* bytes = nullptr;
  bool has_plain_planes = false;  // 4:2:0 YCbCr, upright.
};

Result<Opened> open(std::span<const std::byte> file) {
  PROVISO_TRY(const Survey survey, jpeg::survey(file));
  Handle handle(tjInitDecompress());
  if (!handle) return unavailable();
  const auto* bytes = reinterpret_cast<const unsigned char*>(file.data());
  int width = 0;
  int height = 0;
  int subsampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(
          handle.get(), bytes, file.size(), &width, &height, &subsampling, &colours) != 0) {
    return damaged(handle.get());
  }
  if (image::SizePx{width, height} != survey.size) {
    return Error{ErrorCode::kInvalidInput,
                 "the photograph is damaged: it has two sizes; copy the file again"};
  }
  const bool is_plain =
      subsampling == TJSAMP_420 && colours == TJCS_YCbCr && survey.orientation <= 1;
  return Opened{
      .survey = survey, .handle = std::move(handle), .bytes = bytes, .has_plain_planes = is_plain};
}

Result<image::BgrImage> decode_bgr(const Opened& opened, std::size_t size) {
  image::BgrImage stored(opened.survey.size);
  if (tjDecompress2(opened.handle.get(),
                    opened.bytes,
                    size,
                    stored.pixels.data(),
                    stored.size.width,
                    0,
                    stored.size.height,
                    TJPF_BGR,
                    kFlags) != 0) {
    return damaged(opened.handle.get());
  }
  return image::upright(std::move(stored), opened.survey.orientation);
}

}  // namespace

Result<image::BgrImage> decode(std::span<const std::byte> file) {
  PROVISO_TRY(const Opened opened, open(file));
  return decode_bgr(opened, file.size());
}

Result<image::YuvImage> decode_planes(std::span<const std::byte> file) {
  PROVISO_TRY(const Opened opened, open(file));
  if (!opened.has_plain_planes) {
    PROVISO_TRY(const image::BgrImage stored, decode_bgr(opened, file.size()));
    return image::to_yuv(stored);
  }
  const image::SizePx size = opened.survey.size;
  std::array<int, 3> strides{};
  std::array<std::size_t, 3> begins{};
  std::size_t bytes = 0;
  for (int n = 0; n < 3; ++n) {
    const auto at = static_cast<std::size_t>(n);
    strides.at(at) = tjPlaneWidth(n, size.width, TJSAMP_420);
    begins.at(at) = bytes;
    bytes += tjPlaneSizeYUV(n, size.width, 0, size.height, TJSAMP_420);
  }
  auto planes = std::make_shared<std::vector<std::uint8_t>>(bytes);
  std::array<unsigned char*, 3> into{};
  for (std::size_t n = 0; n < into.size(); ++n) into.at(n) = planes->data() + begins.at(n);
  if (tjDecompressToYUVPlanes(opened.handle.get(),
                              opened.bytes,
                              file.size(),
                              into.data(),
                              size.width,
                              strides.data(),
                              size.height,
                              kFlags) != 0) {
    return damaged(opened.handle.get());
  }
  return image::YuvImage{.size = size,
                         .y = {into[0], strides[0]},
                         .u = {into[1], strides[1]},
                         .v = {into[2], strides[2]},
                         .matrix = image::YuvMatrix::kBt601,
                         .range = image::YuvRange::kFull,
                         .owner = std::move(planes)};
}

Result<std::vector<std::uint8_t>> encode(const image::BgrImage& picture, int quality) {
  PROVISO_CHECK(quality >= 1 && quality <= 100);
  PROVISO_CHECK(picture.size.width > 0 && picture.size.height > 0);
  PROVISO_CHECK(picture.pixels.size() == static_cast<std::size_t>(picture.size.width) *
                                             static_cast<std::size_t>(picture.size.height) * 3);
  if (picture.size.width > kSidePxMax || picture.size.height > kSidePxMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("a JPEG picture has at most ",
                        kSidePxMax,
                        " pixels a side, this one has ",
                        picture.size.width,
                        " x ",
                        picture.size.height,
                        "; scale it down")};
  }
  const Handle handle(tjInitCompress());
  if (!handle) return unavailable();
  unsigned char* written = nullptr;
  unsigned long size = 0;  // NOLINT(google-runtime-int): the library's type.
  const int status = tjCompress2(handle.get(),
                                 picture.pixels.data(),
                                 picture.size.width,
                                 0,
                                 picture.size.height,
                                 TJPF_BGR,
                                 &written,
                                 &size,
                                 TJSAMP_420,
                                 quality,
                                 TJFLAG_ACCURATEDCT);
  const std::unique_ptr<unsigned char, Free> owned(written);
  if (status != 0) {
    return Error{ErrorCode::kUnavailable,
                 concat("the picture was not written: ", in_quotes(tjGetErrorStr2(handle.get())))};
  }
  return std::vector<std::uint8_t>(written, written + size);
}

}  // namespace proviso::jpeg
