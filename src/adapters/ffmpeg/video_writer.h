#pragma once

// A simulated recording: pictures become H.264 High in an MP4 file, by libx264.
//
//   in       BGR pictures of one size with even sides, at a constant frame rate
//   out      a file; the same pictures and options give the same bytes (two threads whatever the
//            machine, no versions or dates written)
//   errors   create: kInvalidInput outside the limits below; kUnavailable if the file cannot be
//            made or there is no such encoder or preset. write and finish: kUnavailable, naming the
//            call. A picture of another size is a broken promise, and so is one after finish().
//   threads  thread-bound
//   limits   sides kWriterSidePxMin to the frame limits; kFrameRateMax; kBitRateMax

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/core/result.h"
#include "base/image/pixels.h"

namespace proviso::ffmpeg {

inline constexpr int kWriterSidePxMin = 16;
inline constexpr int kFrameRateMax = 240;
inline constexpr std::int64_t kBitRateMax = 200'000'000;

struct VideoWriterOptions {
  image::SizePx size{1920, 1080};
  int frames_per_s = 25;
  std::int64_t bits_per_s = 4'000'000;  // On average.
  std::string preset = "veryfast";      // Of x264.
};

class VideoWriter {
 public:
  static Result<std::unique_ptr<VideoWriter>> create(const std::filesystem::path& path,
                                                     const VideoWriterOptions& options);
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;
  VideoWriter(VideoWriter&&) = delete;
  VideoWriter& operator=(VideoWriter&&) = delete;
  ~VideoWriter();

  Status write(const image::BgrImage& picture);
  // Writes what the encoder still holds and closes the file, which cannot be read before.
  Status finish();

 private:
  struct Parts;
  explicit VideoWriter(std::unique_ptr<Parts> parts);
  Status drain();

  std::unique_ptr<Parts> parts_;
};

}  // namespace proviso::ffmpeg
