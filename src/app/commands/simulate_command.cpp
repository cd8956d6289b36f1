#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <string>

#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "app/commands/progress_bar.h"
#include "app/evaluation/listing.h"
#include "app/evaluation/portraits.h"
#include "app/evaluation/simulation.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

struct Settings {
  evaluation::SceneRequest scene;
  std::string models = kModelsDefault;
  std::string media = ".deps/media";
  std::string output = "out/simulation";
  std::size_t portraits = 1000;
  bool as_json = false;
};

constexpr const char* kPortraits = "portraits";

void report(const Settings& settings,
            const std::vector<evaluation::Person>& persons,
            const evaluation::Simulated& made) {
  const auto count = [](const auto& all, auto is) {
    return static_cast<std::int64_t>(std::count_if(all.begin(), all.end(), is));
  };
  const auto is_listed = [](const auto& one) { return one.listed; };
  const auto people = static_cast<std::int64_t>(persons.size());
  const auto listable = count(persons, [](const auto& person) { return person.listable; });
  const auto passes = static_cast<std::int64_t>(made.truth.passes.size());
  const auto passes_listed = count(made.truth.passes, is_listed);
  if (settings.as_json) {
    json::Line line;
    line.string("video", made.video.string())
        .string("video_sha256", made.truth.video_sha256)
        .string("truth", made.truth_file.string())
        .string("list", made.list_folder.string())
        .integer("seed", settings.scene.seed)
        .integer("passes", passes)
        .integer("passes_listed", passes_listed)
        .integer("people", people)
        .integer("people_who_may_be_listed", listable)
        .string("note", evaluation::kFunctionalCheck);
    std::cout << line.text() << '\n';
    return;
  }
  std::cout << "video      " << made.video.string() << "\nsha256     " << made.truth.video_sha256
            << "\ntruth      " << made.truth_file.string() << "\nto enrol   "
            << made.list_folder.string() << "\npasses     " << passes << ", of listed people "
            << passes_listed << "\npeople     " << people << ", of whom " << listable
            << " can be recognised at " << static_cast<int>(evaluation::kSmallestShownPx)
            << " px and may be listed\nThis is a " << evaluation::kFunctionalCheck << ".\n";
}

Status portraits(const Settings& settings, const std::vector<evaluation::Person>& persons) {
  constexpr std::size_t kShownEvery = 50;
  PROVISO_TRY_DONE(evaluation::make_portraits(
      {.count = settings.portraits, .seed = settings.scene.seed, .folder = settings.output},
      persons,
      [&](std::size_t done) {
        show_progress("making portraits", done, settings.portraits, kShownEvery);
      }));
  if (settings.as_json) {
    json::Line line;
    line.string("folder", settings.output)
        .integer("portraits", static_cast<std::int64_t>(settings.portraits))
        .integer("seed", settings.scene.seed)
        .string("note", evaluation::kFunctionalCheck);
    std::cout << line.text() << '\n';
    return Done{};
  }
  std::cout << settings.portraits << " portraits in " << settings.output
            << ", and persons.csv says who is on which.\nThis is a " << evaluation::kFunctionalCheck
            << ".\n";
  return Done{};
}

Status simulate(const Settings& settings) {
  const authority::OperatingPoint point;
  PROVISO_TRY(auto engine, open_engine(settings.models, point, kLanesDefault, 1));
  const SystemClock clock;
  authority::EvaluationDesk desk(authority::PictureSet::kSimulated, clock);
  PROVISO_TRY(auto persons, evaluation::load_gallery(settings.media, *engine.detector, desk));
  PROVISO_TRY_DONE(
      evaluation::measure_people(persons, point, *engine.detector, *engine.embedder, desk));
  if (settings.scene.name == kPortraits) return portraits(settings, persons);
  PROVISO_TRY(const auto scene, evaluation::plan(settings.scene, persons));
  const auto progress = [](std::int64_t done, std::int64_t frames) {
    constexpr std::size_t kEverySecond = 25;
    show_progress("rendering frames",
                  static_cast<std::size_t>(done),
                  static_cast<std::size_t>(frames),
                  kEverySecond);
  };
  PROVISO_TRY(const auto made, evaluation::simulate(scene, persons, settings.output, progress));
  report(settings, persons, made);
  return Done{};
}

}  // namespace

void add_simulate(CLI::App& app, Exit& exit) {
  auto* command = app.add_subcommand(
      "simulate", "Compose a crowd video with exact ground truth, or portraits, from photographs");
  const auto settings = std::make_shared<Settings>();
  const std::map<std::string, std::string> scenes{{"crowd", "crowd"},
                                                  {"standard-clip", "standard_clip"},
                                                  {"residue", "residue"},
                                                  {kPortraits, kPortraits}};
  command->add_option("SCENE", settings->scene.name, "crowd, standard-clip, residue or portraits")
      ->required()
      ->transform(CLI::CheckedTransformer(scenes).description(""));
  command->add_option("--out", settings->output, "Folder for the video, its truth and the list")
      ->capture_default_str();
  command->add_option("--seed", settings->scene.seed, "The same seed gives the same bytes")
      ->capture_default_str();
  command->add_option("--seconds", settings->scene.duration_s, "0: as long as the scene needs")
      ->check(CLI::Range(0, evaluation::kSceneSecondsMax))
      ->capture_default_str();
  command->add_option("--count", settings->portraits, "How many portraits")
      ->check(CLI::Range(std::size_t{1}, evaluation::kPortraitsMax))
      ->capture_default_str();
  command->add_option("--models", settings->models, "Folder of the model pack")
      ->capture_default_str();
  command->add_option("--media", settings->media, "Folder of clips and photographs")
      ->capture_default_str();
  command->add_flag("--json", settings->as_json, "One JSON line instead of text");
  command->callback(calling<Settings>(simulate, settings, exit));
}

}  // namespace proviso::commands
