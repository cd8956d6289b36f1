#pragma once

// Cameras and recordings through the FFmpeg libraries: files of any container and codec that they
// read, RTSP over TCP, and V4L2 devices.
//
//   out      upright 8-bit 4:2:0 frames. Planes of an 8-bit 4:2:0 decoder are lent, not copied;
//   grey,
//            10-bit, 4:2:2, 4:4:4, RGB and palette pictures are converted
//   time     live: the server's clock at arrival; recording: opening time plus PTS, made to grow
//            where it is missing or goes back
//   errors   open: kNotFound for a missing file; kInvalidInput 'no video in ...' for an empty,
//   textual
//            or audio-only source and for a refused user or path; kOverLimit over 7680x4320, before
//            decoding; kUnavailable for a peer that does not answer. next: see video::Source
//   deadline every blocking call ends within the deadlines below, by the interrupt callback
//   limits   kBadPacketsMax broken packets in a row; a probe of kProbeBytesMax
//   threads  thread-bound, except interrupt()
//
// FFmpeg 5.1 cannot verify a TLS peer, so rtsps:// comes through a pump on loopback
// (adapters/openssl): `reach_at` is its address. The demuxers may open nothing else: protocols are
// a list of what the transport needs.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "stages/video/address.h"
#include "stages/video/source.h"

namespace proviso::ffmpeg {

inline constexpr int kBadPacketsMax = 1000;
inline constexpr std::int64_t kProbeBytesMax = 5'000'000;

struct SourceOptions {
  CameraId camera;
  std::chrono::milliseconds open_deadline{10'000};
  std::chrono::milliseconds read_deadline{5'000};
  int decoder_threads = 1;  // Slices, not frames: frame threads would add a frame of latency each.
  std::string reach_at = {};     // An rtsp:// URL on loopback for rtsps:// cameras; empty otherwise.
  std::string peer_state = {};   // What the pump verified; empty: derived from the transport.
};

Result<std::unique_ptr<video::Source>> open(const video::Address& address,
                                            const SourceOptions& options,
                                            const Clock& clock);

}  // namespace proviso::ffmpeg
