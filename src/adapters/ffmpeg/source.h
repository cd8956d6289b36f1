#pragma once

// Cameras and recordings through the FFmpeg libraries: files of any container and codec that they
// read, RTSP over TCP, RTSPS through our verified pump, and V4L2 devices.
//
//   out      upright 8-bit 4:2:0 frames in order of presentation; planes of an 8-bit 4:2:0 decoder
//            are lent, not copied (to_yuv_image.h)
//   time     live: the server's clock when the packet came, which goes back only if somebody sets
//            it back; the camera's own time beside it where its RTCP tells one. Recording: opening
//            time plus PTS (media_time.h)
//   errors   open: kNotFound for a missing file; kInvalidInput 'no video in ...' for an empty,
//            textual or audio-only source, for a refused user, path or certificate, for a camera
//            that sends us on to another address; kOverLimit over 7680x4320, before decoding;
//            kUnavailable for a peer that does not answer. next: see video::Source; a recording
//            whose pictures are all broken has 'no video in' it
//   damage   broken packets are left out and counted; a recording with some, or shorter than it
//            says, ends with a warning
//   limits   kBadPacketsMax broken packets in a row; a probe of kProbeBytesMax; one allocation of
//            kAllocationBytesMax in the whole process (FFmpeg's av_max_alloc)
//   deadline every blocking call ends within those below, by FFmpeg's interrupt callback; what it
//            cannot interrupt is kept away from it: names are looked up beforehand, devices are
//            read without blocking. A read of a dead network file system is the one left
//   threads  thread-bound, except interrupt(), peer_state() and decoding()
//
// A demuxer may open nothing but what was named: file formats that list other files (concat, hls,
// dash, sdp, ...) and text drawn as pictures are not among those allowed, the protocols are what
// the transport needs, and a redirect is refused before a byte goes to the other address.

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>

#include "adapters/openssl/certificate.h"
#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "stages/video/address.h"
#include "stages/video/source.h"

namespace proviso::ffmpeg {

inline constexpr int kBadPacketsMax = 1000;
inline constexpr std::int64_t kProbeBytesMax = 5'000'000;
inline constexpr std::size_t kAllocationBytesMax = std::size_t{384} << 20U;  // 7680x4320, 8 bytes.

enum class Hardware : std::uint8_t { kIfPresent, kNever };

struct SourceOptions {
  CameraId camera;
  std::chrono::milliseconds open_deadline{10'000};
  std::chrono::milliseconds read_deadline{5'000};
  int decoder_threads = 1;  // Slices, not frames: frame threads would add a frame of latency each.
  Hardware hardware = Hardware::kIfPresent;
  openssl::Trust
      trust{};  // For rtsps://; empty: the camera is not authenticated, and that is said.
  std::stop_token stop{};  // Ends an open() or next() that is under way.
};

Result<std::unique_ptr<video::Source>> open(const video::Address& address,
                                            const SourceOptions& options,
                                            const Clock& clock);

}  // namespace proviso::ffmpeg
