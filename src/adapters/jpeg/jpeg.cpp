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

// EXIF 2.32 4.6.4: where the first row and the first column of what is stored belong.
image::BgrImage upright(image::BgrImage stored, int orientation) {
  constexpr std::array<int, 9> kQuarterTurns{0, 0, 0, 2, 2, 3, 1, 1, 3};
  const bool is_mirrored =
      orientation == 2 || orientation == 4 || orientation == 5 || orientation == 7;
  if (is_mirrored) stored = image::mirror(stored);
  const int turns = kQuarterTurns.at(static_cast<std::size_t>(orientation));
  return turns == 0 ? std::move(stored) : image::rotate(stored, turns);
}

}  // namespace

Result<image::BgrImage> decode(std::span<const std::byte> file) {
  PROVISO_TRY(const Survey survey, jpeg::survey(file));
  const Handle handle(tjInitDecompress());
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
  image::BgrImage stored(survey.size);
  if (tjDecompress2(handle.get(),
                    bytes,
                    file.size(),
                    stored.pixels.data(),
                    width,
                    0,
                    height,
                    TJPF_BGR,
                    TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING) != 0) {
    return damaged(handle.get());
  }
  return upright(std::move(stored), survey.orientation);
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
