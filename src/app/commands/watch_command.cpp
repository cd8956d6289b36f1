#include <memory>

#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "app/commands/run.h"
#include "app/commands/site_argument.h"
#include "app/commands/vault_place.h"

namespace proviso::commands {
namespace {

struct Settings {
  RunSettings run;
  std::vector<std::string> cameras;
  std::string ca_file;
  std::vector<std::string> pins;
};

Exit watch(Settings& settings) {
  settings.run.cameras.clear();
  for (const std::string& typed : settings.cameras) {
    auto camera = parse_camera(typed);
    if (!camera) {
      static_cast<void>(refuse(camera.error()));
      return Exit::kUsage;
    }
    settings.run.cameras.push_back(std::move(camera).value());
  }
  auto trust = trust_of(settings.run.cameras, settings.ca_file, settings.pins);
  if (!trust) {
    static_cast<void>(refuse(trust.error()));
    return Exit::kUsage;
  }
  settings.run.trust = std::move(trust).value();
  return run_under_authority(settings.run);
}

}  // namespace

void add_watch(CLI::App& app, Exit& exit) {
  auto* command = app.add_subcommand(
      "watch", "Watch cameras under a written authority: alerts as JSON lines on stdout");
  const auto settings = std::make_shared<Settings>();
  RunSettings& run = settings->run;
  run.models = kModelsDefault;
  run.lanes = kLanesDefault;
  command
      ->add_option("CAMERA=SOURCE",
                   settings->cameras,
                   "File, /dev/videoN, rtsp:// address; as the authority names them")
      ->required()
      ->expected(1, static_cast<int>(pipeline::kCamerasMax));
  add_site_option(*command, run.site);
  command->add_option("--authority", run.authority, "The written authority: its signed note");
  command->add_option("--watchlist", run.list.file, "The sealed list")->required();
  add_unlock_option(*command, run.list.unlock_file);
  command->add_option("--models", run.models, "Folder of the model pack")->capture_default_str();
  command
      ->add_option("--ca",
                   settings->ca_file,
                   "CA that the certificates of rtsps:// cameras must be of (PEM)")
      ->check(CLI::ExistingFile);
  command
      ->add_option("--pin",
                   settings->pins,
                   "Fingerprint of the certificate of an rtsps:// camera, or of all")
      ->allow_extra_args(false)  // Or it would take the cameras behind it, too.
      ->type_name("[CAMERA=]SHA256");
  command->add_flag("--real-time", run.in_real_time, "Play recordings at their own speed");
  command->add_option("--pictures", run.pictures, "Folder for side-by-side pictures of alerts");
  command->add_option("--lanes", run.lanes, "Threads for the networks and the search")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  command->add_flag("--json", run.as_json, "The summary as a JSON line, too");
  command->callback([settings, &exit] { exit = watch(*settings); });
}

}  // namespace proviso::commands
