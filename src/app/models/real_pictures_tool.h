#pragma once

// For tests: the photographs and clips that set-up fetches, one picture at a time, and what OpenCV
// found on them (tests/golden/make_opencv_golden.py).
//
// Threads: reentrant. A missing file ends the test program: set-up has not run.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "adapters/ffmpeg/source.h"
#include "adapters/jpeg/jpeg.h"
#include "base/core/file.h"
#include "base/core/trials_tool.h"
#include "base/image/resample.h"

namespace proviso::models {

// The camera clips, which a fresh machine may not have.
inline std::filesystem::path cctv_folder() {
  return std::filesystem::path(PROVISO_SOURCE) / "../shared/data/cctv";
}

// Every frame of the cartoon is taken beside all the other clips only: without those of ../shared
// it would be a third of all faces.
inline bool is_whole_cartoon_due() {
  return testing_tools::is_full_run() && std::filesystem::exists(cctv_folder());
}

struct RealPicture {
  std::string file;
  int frame = 0;
  image::BgrImage bgr;
  image::YuvImage yuv;
};

inline image::BgrImage photograph(const std::string& file) {
  const auto path = std::filesystem::path(PROVISO_DEPS) / "media" / file;
  return jpeg::decode(read_file(path, jpeg::kBytesMax).value()).value();
}

inline void for_each_frame(const std::filesystem::path& path,
                           const std::function<void(const RealPicture&)>& visit) {
  const SystemClock clock;
  ffmpeg::SourceOptions options{.camera = CameraId::parse("clip").value()};
  const auto source =
      ffmpeg::open(video::Address::parse(path.string()).value(), options, clock).value();
  for (int frame = 0;; ++frame) {
    const auto next = source->next().value();
    if (!std::holds_alternative<video::Frame>(next)) break;
    const image::YuvImage& pixels = std::get<video::Frame>(next).pixels;
    const image::RectPx whole{
        0, 0, static_cast<float>(pixels.size.width), static_cast<float>(pixels.size.height)};
    visit({.file = path.filename().string(),
           .frame = frame,
           .bgr = image::crop_scaled(pixels, whole, pixels.size),
           .yuv = pixels});
  }
}

// Every photograph and every frame of every clip that is there, in a full test run. Else of the
// cartoon every twelfth, and of the others every second where those of ../shared are there: without
// them faces would be too few.
inline void for_each_picture(const std::function<void(const RealPicture&)>& visit) {
  std::vector<std::filesystem::path> files;
  for (const auto& folder : {std::filesystem::path(PROVISO_DEPS) / "media", cctv_folder()}) {
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      files.push_back(entry.path());
    }
  }
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    if (file.extension() == ".jpg") {
      const image::BgrImage bgr = photograph(file.filename().string());
      visit({.file = file.filename().string(), .frame = 0, .bgr = bgr, .yuv = image::to_yuv(bgr)});
    }
    if (file.extension() != ".mp4" && file.extension() != ".gif") continue;
    const int others_step =
        testing_tools::is_full_run() || !std::filesystem::exists(cctv_folder()) ? 1 : 2;
    const bool is_cartoon = file.filename() == "bigbuckbunny.mp4" && !is_whole_cartoon_due();
    const int step = is_cartoon ? 12 : others_step;
    for_each_frame(file, [&](const RealPicture& picture) {
      if (picture.frame % step == 0) visit(picture);
    });
  }
}

// The rows of one of the tables of tests/golden, by picture: file and the number in the second
// column, then the other columns.
using GoldenRows = std::map<std::pair<std::string, int>, std::vector<std::vector<float>>>;

inline GoldenRows golden(const std::string& table) {
  std::ifstream file(std::filesystem::path(PROVISO_SOURCE) / "tests/golden" / table);
  PROVISO_CHECK(file.good());
  GoldenRows rows;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream cells(line);
    std::string name;
    std::string number;
    std::getline(cells, name, ',');
    std::getline(cells, number, ',');
    std::vector<float> values;
    for (std::string cell; std::getline(cells, cell, ',');) values.push_back(std::stof(cell));
    rows[{name, std::stoi(number)}].push_back(std::move(values));
  }
  return rows;
}

}  // namespace proviso::models
