#pragma once

// Decoding by the machine's video hardware (VA-API, CUDA) where there is some; else by software,
// without a word.
//
// Threads: reentrant. Errors: none; a stream that the hardware cannot decode goes on in software.

#include <optional>
#include <string>

#include "adapters/ffmpeg/handles.h"

namespace proviso::ffmpeg {

// Gives `decoder` a device before it is opened. Returns its name, or nothing without one.
std::optional<std::string> attach_hardware(AVCodecContext& decoder, const AVCodec& codec);

inline bool is_in_hardware(const AVFrame& frame) {
  return frame.hw_frames_ctx != nullptr;
}

// The picture in main memory, or null if the device does not give it.
FrameHandle download(const AVFrame& frame);

}  // namespace proviso::ffmpeg
