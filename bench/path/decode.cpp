// The floor: decodes a clip as `proviso watch` does, and does nothing with it.
//
//   bench_decode CLIP THREADS
//
//   out  one JSON line: frames, processor and wall time of reading them all; opening is apart

#include <iostream>
#include <string>
#include <variant>

#include "adapters/ffmpeg/source.h"
#include "base/core/clock.h"
#include "base/json/line.h"
#include "bench/path/stopwatch.h"

namespace proviso::bench {
namespace {

Result<json::Line> decode(std::string_view clip, int threads) {
  const SystemClock clock;
  PROVISO_TRY(const auto address, video::Address::parse(clip));
  PROVISO_TRY(const auto camera, CameraId::parse("bench"));
  Stopwatch watch;
  PROVISO_TRY(const auto source,
              ffmpeg::open(address, {.camera = camera, .decoder_threads = threads}, clock));
  const Spent opening = watch.lap();
  std::int64_t frames = 0;
  while (true) {
    PROVISO_TRY(const auto next, source->next());
    if (std::holds_alternative<video::EndOfStream>(next)) break;
    ++frames;
  }
  const Spent decoding = watch.lap();
  json::Line line;
  line.integer("frames", frames)
      .string("decoding", source->decoding())
      .fixed("open_wall_ms", opening.wall_ms, 3)
      .fixed("cpu_ms", decoding.cpu_ms, 3)
      .fixed("wall_ms", decoding.wall_ms, 3);
  return line;
}

}  // namespace
}  // namespace proviso::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_decode CLIP THREADS\n";
    return 2;
  }
  const auto line = proviso::bench::decode(argv[1], std::stoi(argv[2]));
  if (!line) {
    std::cerr << "bench_decode: " << line.error().message << '\n';
    return 1;
  }
  std::cout << line.value().text() << '\n';
  return 0;
}
