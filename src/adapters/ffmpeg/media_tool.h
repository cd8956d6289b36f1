#pragma once

// For tests: media made by the ffmpeg command line, and sources read to their end.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "adapters/ffmpeg/source.h"
#include "adapters/openssl/child_process_tool.h"

namespace proviso::testing_tools {

using SourceResult = Result<std::unique_ptr<video::Source>>;

// `arguments` of ffmpeg without the output, which is `file`.
inline void make_media(std::vector<std::string> arguments, const std::string& file) {
  arguments.insert(arguments.begin(), {"ffmpeg", "-v", "error", "-y", "-nostdin"});
  arguments.push_back(file);
  run_to_end(arguments);
}

inline video::Address address_of(const std::string& typed) {
  return video::Address::parse(typed).value();
}

inline ffmpeg::SourceOptions source_options() {
  return {.camera = CameraId::parse("tested").value()};
}

// Everything that a source gave.
struct Played {
  std::vector<video::Frame> frames;
  std::optional<std::string> warning;
  std::optional<Error> error;  // Of opening, or of the call that ended it.
};

inline Played play(SourceResult opened) {
  Played played;
  if (!opened) {
    played.error = opened.error();
    return played;
  }
  while (true) {
    auto next = opened.value()->next();
    if (!next) {
      played.error = next.error();
      return played;
    }
    if (auto* end = std::get_if<video::EndOfStream>(&next.value())) {
      played.warning = end->warning;
      return played;
    }
    played.frames.push_back(std::get<video::Frame>(std::move(next).value()));
  }
}

inline int luma_at(const video::Frame& frame, int x, int y) {
  const image::YuvImage& pixels = frame.pixels;
  return pixels.y.data[y * pixels.y.stride_bytes + x];
}

}  // namespace proviso::testing_tools
