#include <unistd.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "app/evaluation/simulation.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

struct Settings {
  evaluation::SceneRequest scene;
  std::string models = kModelsDefault;
  std::string media = ".deps/media";
  std::string output = "out/simulation";
  bool as_json = false;
};

void show_progress(std::int64_t frames_done, std::int64_t frames) {
  constexpr std::int64_t kEvery = 25;
  if (frames_done % kEvery != 0 && frames_done != frames) return;
  std::cerr << "\r\033[K" << frames_done << " of " << frames << " frames"
            << (frames_done == frames ? "\n" : "") << std::flush;
}

void report(const Settings& settings, const evaluation::Simulated& made) {
  if (settings.as_json) {
    json::Line line;
    line.string("video", made.video.string())
        .string("video_sha256", made.truth.video_sha256)
        .string("truth", made.truth_file.string())
        .string("list", made.list_folder.string())
        .integer("seed", settings.scene.seed);
    std::cout << line.text() << '\n';
    return;
  }
  std::cout << "video      " << made.video.string() << "\nsha256     " << made.truth.video_sha256
            << "\ntruth      " << made.truth_file.string() << "\nto enrol   "
            << made.list_folder.string() << "\nA functional check, not an accuracy figure.\n";
}

Status simulate(const Settings& settings) {
  const authority::OperatingPoint point;
  PROVISO_TRY(auto engine, open_engine(settings.models, point, kLanesDefault, 1));
  const SystemClock clock;
  authority::EvaluationDesk desk(authority::PictureSet::kSimulated, clock);
  PROVISO_TRY(const auto persons, evaluation::load_gallery(settings.media, *engine.detector, desk));
  PROVISO_TRY(const auto scene, evaluation::plan(settings.scene, persons));
  evaluation::Progress progress;
  if (isatty(STDERR_FILENO) == 1) progress = show_progress;
  PROVISO_TRY(const auto made, evaluation::simulate(scene, persons, settings.output, progress));
  report(settings, made);
  return Done{};
}

}  // namespace

void add_simulate(CLI::App& app, Exit& exit) {
  auto* command = app.add_subcommand(
      "simulate", "Compose a crowd video with exact ground truth from photographs");
  const auto settings = std::make_shared<Settings>();
  command->add_option("SCENE", settings->scene.name, "crowd, standard_clip or residue")
      ->required()
      ->check(CLI::IsMember({"crowd", "standard_clip", "residue"}));
  command->add_option("--out", settings->output, "Folder for the video, its truth and the list")
      ->capture_default_str();
  command->add_option("--seed", settings->scene.seed, "The same seed gives the same bytes")
      ->capture_default_str();
  command->add_option("--seconds", settings->scene.duration_s, "0: as long as the scene needs")
      ->check(CLI::Range(0, evaluation::kSceneSecondsMax))
      ->capture_default_str();
  command->add_option("--models", settings->models, "Folder of the model pack")
      ->capture_default_str();
  command->add_option("--media", settings->media, "Folder of clips and photographs")
      ->capture_default_str();
  command->add_flag("--json", settings->as_json, "One JSON line instead of text");
  command->callback([settings, &exit] {
    const Status status = simulate(*settings);
    exit = status ? Exit::kDone : refuse(status.error());
  });
}

}  // namespace proviso::commands
