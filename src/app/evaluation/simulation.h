#pragma once

// `proviso simulate`: a scene becomes a folder with a video, its ground truth and the photographs
// of the listed people.
//
//   in       a plan and its people; a folder, made if it is not there
//   out      FOLDER/SCENE.mp4, FOLDER/SCENE.truth.jsonl, FOLDER/list/PERSON.jpg
//   same     seed, people and program: the same bytes
//   errors   those of ffmpeg::VideoWriter and jpeg; kUnavailable if the folder cannot be written
//   threads  thread-bound; `progress` is called on the caller's thread, once a frame

#include <filesystem>
#include <functional>
#include <vector>

#include "app/evaluation/gallery.h"
#include "app/evaluation/ground_truth.h"
#include "app/evaluation/scene.h"
#include "base/core/result.h"

namespace proviso::evaluation {

using Progress = std::function<void(std::int64_t frames_done, std::int64_t frames)>;

struct Simulated {
  std::filesystem::path video;
  std::filesystem::path truth_file;
  std::filesystem::path list_folder;
  GroundTruth truth;
};

Result<Simulated> simulate(const Scene& scene,
                           const std::vector<Person>& persons,
                           const std::filesystem::path& folder,
                           const Progress& progress);

}  // namespace proviso::evaluation
