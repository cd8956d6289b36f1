#include "app/evaluation/simulation.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <system_error>

#include "adapters/ffmpeg/video_writer.h"
#include "adapters/jpeg/jpeg.h"
#include "app/evaluation/renderer.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"

namespace proviso::evaluation {
namespace {

constexpr int kListQuality = 95;
constexpr std::size_t kVideoBytesMax = std::size_t{2} << 30U;

GroundTruth begin_truth(const Scene& scene, const std::vector<Person>& persons) {
  GroundTruth truth{.scene = scene.name,
                    .seed = scene.seed,
                    .video_sha256 = {},
                    .frames_per_s = scene.frames_per_s,
                    .frames = std::lround(scene.duration_s * scene.frames_per_s),
                    .size = scene.size,
                    .persons = {},
                    .passes = {}};
  for (std::size_t i = 0; i < persons.size(); ++i) {
    truth.persons.push_back(
        {persons[i].id, scene.listed[i], persons[i].same_image, persons[i].usable});
  }
  for (std::size_t i = 0; i < scene.passes.size(); ++i) {
    const auto& person = truth.persons[scene.passes[i].person];
    truth.passes.push_back({.id = static_cast<int>(i) + 1,
                            .person = person.id,
                            .listed = person.listed,
                            .same_image = person.same_image,
                            .first_frame = 0,
                            .boxes = {}});
  }
  return truth;
}

Status write_list(const Scene& scene,
                  const std::vector<Person>& persons,
                  const std::filesystem::path& folder) {
  for (std::size_t i = 0; i < persons.size(); ++i) {
    if (!scene.listed[i]) continue;
    PROVISO_TRY(const auto bytes, jpeg::encode(persons[i].enrolled, kListQuality));
    PROVISO_TRY_DONE(
        write_file_durably(folder / (persons[i].id + ".jpg"), std::as_bytes(std::span(bytes))));
  }
  return Done{};
}

Status render(const Scene& scene,
              const std::vector<Person>& persons,
              const std::filesystem::path& video,
              const Progress& progress,
              GroundTruth& truth) {
  PROVISO_TRY(
      const auto writer,
      ffmpeg::VideoWriter::create(
          video, {.size = scene.size, .frames_per_s = scene.frames_per_s, .preset = scene.preset}));
  Renderer renderer{scene, persons};
  for (std::int64_t frame = 0; frame < truth.frames; ++frame) {
    PROVISO_TRY_DONE(writer->write(renderer.draw(frame)));
    for (const auto& seen : renderer.seen()) {
      auto& pass = truth.passes[seen.pass];
      if (pass.boxes.empty()) pass.first_frame = frame;
      pass.boxes.push_back(seen.box);
    }
    if (progress) progress(frame + 1, truth.frames);
  }
  PROVISO_TRY_DONE(writer->finish());
  std::erase_if(truth.passes, [](const auto& pass) { return pass.boxes.empty(); });
  return Done{};
}

}  // namespace

Result<Simulated> simulate(const Scene& scene,
                           const std::vector<Person>& persons,
                           const std::filesystem::path& folder,
                           const Progress& progress) {
  Simulated made{.video = folder / (scene.name + ".mp4"),
                 .truth_file = folder / (scene.name + ".truth.jsonl"),
                 .list_folder = folder / "list",
                 .truth = begin_truth(scene, persons)};
  std::error_code failure;
  std::filesystem::create_directories(made.list_folder, failure);
  if (failure) {
    return Error{ErrorCode::kUnavailable,
                 concat("simulate: cannot make the folder ",
                        in_quotes(made.list_folder.string()),
                        ": ",
                        failure.message(),
                        "; name another folder")};
  }
  PROVISO_TRY_DONE(write_list(scene, persons, made.list_folder));
  PROVISO_TRY_DONE(render(scene, persons, made.video, progress, made.truth));
  PROVISO_TRY(const auto bytes, read_file(made.video, kVideoBytesMax));
  made.truth.video_sha256 = crypto::to_hex(crypto::sha256(bytes));
  PROVISO_TRY_DONE(write_file_durably(made.truth_file, to_lines(made.truth)));
  return made;
}

}  // namespace proviso::evaluation
