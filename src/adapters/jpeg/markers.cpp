#include "adapters/jpeg/markers.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include "adapters/jpeg/jpeg.h"
#include "base/core/concat.h"
#include "base/image/exif.h"
#include "base/image/photograph_limit.h"

namespace proviso::jpeg {
namespace {

using Bytes = std::span<const std::byte>;

constexpr int kStartOfImage = 0xD8;
constexpr int kEndOfImage = 0xD9;
constexpr int kStartOfScan = 0xDA;
constexpr int kApplication1 = 0xE1;
constexpr int kTemporary = 0x01;

int byte_at(Bytes bytes, std::size_t at) {
  return std::to_integer<int>(bytes[at]);
}

int word_at(Bytes bytes, std::size_t at) {
  return byte_at(bytes, at) * 256 + byte_at(bytes, at + 1);
}

bool is_restart(int marker) {
  return marker >= 0xD0 && marker <= 0xD7;
}

// All frame headers but DHT, JPG and DAC, which share their range.
bool is_frame_header(int marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

Error cut_off() {
  return {ErrorCode::kInvalidInput,
          "the photograph is cut off: its end marker is missing; copy the file again"};
}

Error damaged(std::string_view what) {
  return {ErrorCode::kInvalidInput,
          concat("the photograph is damaged: ", what, "; copy the file again")};
}

std::optional<int> orientation_of(Bytes segment) {
  constexpr std::string_view kExif{"Exif\0\0", 6};
  if (segment.size() < kExif.size()) return std::nullopt;
  if (std::memcmp(segment.data(), kExif.data(), kExif.size()) != 0) return std::nullopt;
  return image::exif_orientation(segment.subspan(kExif.size()));
}

class Walk {
 public:
  explicit Walk(Bytes file) : file_(file) {}

  Result<Survey> run() {
    if (file_.empty()) {
      return Error{ErrorCode::kInvalidInput, "the photograph is empty; choose another file"};
    }
    if (file_.size() < 2 || byte_at(file_, 0) != 0xFF || byte_at(file_, 1) != kStartOfImage) {
      return Error{ErrorCode::kInvalidInput, "this is not a JPEG photograph; save it as JPEG"};
    }
    at_ = 2;
    markers_ = 1;
    while (true) {
      PROVISO_TRY(const int marker, next_marker());
      if (++markers_ > kMarkersMax)
        return image::over_limit("markers or more", markers_, kMarkersMax);
      if (marker == kEndOfImage) return finished();
      if (marker == kTemporary || is_restart(marker)) continue;
      if (marker == kStartOfImage) return damaged("a picture begins inside it");
      PROVISO_TRY(const Bytes segment, next_segment());
      PROVISO_TRY_DONE(take(marker, segment));
    }
  }

 private:
  Result<int> next_marker() {
    if (at_ >= file_.size()) return cut_off();
    if (byte_at(file_, at_) != 0xFF) return damaged("bytes between its segments");
    while (at_ < file_.size() && byte_at(file_, at_) == 0xFF) ++at_;
    if (at_ >= file_.size()) return cut_off();
    return byte_at(file_, at_++);
  }

  Result<Bytes> next_segment() {
    if (file_.size() - at_ < 2) return cut_off();
    const auto length = static_cast<std::size_t>(word_at(file_, at_));
    if (length < 2) return damaged("a segment without length");
    if (file_.size() - at_ < length) return cut_off();
    const Bytes segment = file_.subspan(at_ + 2, length - 2);
    at_ += length;
    return segment;
  }

  Status take(int marker, Bytes segment) {
    if (is_frame_header(marker)) return take_frame_header(segment);
    if (marker == kApplication1 && !has_orientation_) {
      if (const auto orientation = orientation_of(segment)) {
        survey_.orientation = *orientation;
        has_orientation_ = true;
      }
    }
    if (marker != kStartOfScan) return Done{};
    if (survey_.size.width == 0) return damaged("pixels before their size");
    ++survey_.scans;
    if (survey_.scans > kScansMax)
      return image::over_limit("scans or more", survey_.scans, kScansMax);
    const std::int64_t work = pixels() * survey_.scans;
    if (work > kPixelsTimesScansMax) {
      return image::over_limit("pixels times scans or more", work, kPixelsTimesScansMax);
    }
    skip_entropy_coded();
    return Done{};
  }

  Status take_frame_header(Bytes segment) {
    if (segment.size() < 6) return damaged("a frame header that is too short");
    if (survey_.size.width != 0) return damaged("two frame headers");
    const int bits = byte_at(segment, 0);
    const int components = byte_at(segment, 5);
    survey_.size = {word_at(segment, 3), word_at(segment, 1)};
    if (survey_.size.width == 0 || survey_.size.height == 0) return damaged("it has no pixels");
    if (bits != 8) {
      return Error{ErrorCode::kInvalidInput,
                   concat("the photograph has ",
                          bits,
                          " bits a sample, 8 are needed; save it again as 8-bit JPEG")};
    }
    if (components != 1 && components != 3) {
      return Error{ErrorCode::kInvalidInput,
                   concat("the photograph has ",
                          components,
                          " colour components, as for printing (CMYK), where grey (1) or colour "
                          "(3) is needed; save it again as RGB")};
    }
    if (pixels() > kPixelsMax) return image::over_limit("pixels", pixels(), kPixelsMax);
    return Done{};
  }

  std::int64_t pixels() const { return std::int64_t{survey_.size.width} * survey_.size.height; }

  // Stops at the next marker that is no restart; a zero after 0xFF is a coded 0xFF.
  void skip_entropy_coded() {
    while (at_ < file_.size()) {
      const void* found = std::memchr(file_.data() + at_, 0xFF, file_.size() - at_);
      if (found == nullptr) {
        at_ = file_.size();
        return;
      }
      at_ = static_cast<std::size_t>(static_cast<const std::byte*>(found) - file_.data());
      std::size_t next = at_;
      while (next < file_.size() && byte_at(file_, next) == 0xFF) ++next;
      if (next == file_.size()) return;
      const int marker = byte_at(file_, next);
      if (marker != 0 && !is_restart(marker)) return;
      at_ = next + 1;
    }
  }

  Result<Survey> finished() const {
    if (survey_.scans == 0) return damaged("it has no pixels");
    return survey_;
  }

  Bytes file_;
  std::size_t at_ = 0;
  int markers_ = 0;
  bool has_orientation_ = false;
  Survey survey_;
};

}  // namespace

Result<Survey> survey(std::span<const std::byte> file) {
  if (file.size() > kBytesMax) {
    return image::over_limit(
        "bytes", static_cast<std::int64_t>(file.size()), std::int64_t{kBytesMax});
  }
  return Walk(file).run();
}

}  // namespace proviso::jpeg
