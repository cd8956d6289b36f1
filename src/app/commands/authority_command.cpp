#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/draft.h"
#include "app/commands/engine.h"
#include "base/core/file.h"

namespace proviso::commands {
namespace {

struct Settings {
  std::string list;
  std::string models = kModelsDefault;
  std::string reference = "deployment-1";
  std::vector<std::string> cameras;
  std::vector<std::string> zones;
  double hours = 1;
  std::string output;
  std::string file;
};

Result<DraftRequest> request_of(const Settings& settings) {
  PROVISO_TRY(const auto models, models::open(settings.models, {.device = "CPU", .lanes = 1}));
  DraftRequest request;
  request.sealed_list = settings.list;
  request.model_pack = models.digest;
  request.reference = settings.reference;
  request.duration = std::chrono::minutes(static_cast<std::int64_t>(settings.hours * 60));
  for (const std::string& typed : settings.cameras) {
    PROVISO_TRY(auto camera, parse_camera(typed));
    request.cameras.push_back(std::move(camera));
  }
  for (const std::string& typed : settings.zones) {
    PROVISO_TRY(auto zone, parse_zone(typed));
    request.zones.push_back(std::move(zone));
  }
  return request;
}

Status draft_file(const Settings& settings) {
  PROVISO_TRY(const auto request, request_of(settings));
  const SystemClock clock;
  PROVISO_TRY(const auto statement, draft(request, clock.wall()));
  if (settings.output.empty()) {
    std::cout << statement.to_json();
    return Done{};
  }
  PROVISO_TRY_DONE(write_file_durably(settings.output, statement.to_json()));
  std::cout << "drafted " << settings.output << ", valid until " << to_rfc3339(statement.not_after)
            << "\nNot signed: in this version a run obeys it as it stands.\n";
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto text, read_text_file(settings.file, authority::Statement::kBytesMax));
  PROVISO_TRY(const auto statement, authority::Statement::parse(text));
  const auto& point = statement.operating_point;
  std::cout << "reference   " << statement.reference << "\nfrom        "
            << to_rfc3339(statement.not_before) << "\nuntil       "
            << to_rfc3339(statement.not_after) << "\nwatchlist   "
            << crypto::to_hex(statement.watchlist) << " (at most "
            << statement.watchlist_entries_max << " entries)\nmodel pack  "
            << crypto::to_hex(statement.model_pack) << "\nthreshold   "
            << point.threshold_millionths << " millionths, " << point.shots_min
            << " shots must agree\nsmallest    face of " << point.face_width_px_min
            << " px width\n";
  for (const auto& camera : statement.cameras) {
    std::cout << "camera      " << camera.id.text() << ", "
              << (camera.kind == authority::CameraKind::kLive ? "live, " : "recording, ")
              << camera.address << '\n';
  }
  return Done{};
}

}  // namespace

void add_authority(CLI::App& app, Exit& exit) {
  auto* authority = app.add_subcommand("authority", "Written authorities");
  authority->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();
  const auto run = [settings, &exit](Status (*act)(const Settings&)) {
    return [settings, act, &exit] {
      const Status status = act(*settings);
      exit = status ? Exit::kDone : refuse(status.error());
    };
  };
  auto* drafting =
      authority->add_subcommand("draft", "Write a statement (not signed yet), with its hashes");
  drafting->add_option("--watchlist", settings->list, "The sealed list")->required();
  drafting->add_option("--camera", settings->cameras, "ID=SOURCE; once per camera")->required();
  drafting->add_option("--zone", settings->zones, "ID=x,y;x,y;x,y in per-mille of the frame");
  drafting->add_option("--hours", settings->hours, "How long from now, at most 24")
      ->check(CLI::Range(0.02, 24.0))
      ->capture_default_str();
  drafting->add_option("--reference", settings->reference, "The deployment's id")
      ->capture_default_str();
  drafting->add_option("--models", settings->models, "Folder of the model pack")
      ->capture_default_str();
  drafting->add_option("-o,--output", settings->output, "File to write; else stdout");
  drafting->callback(run(draft_file));

  auto* showing = authority->add_subcommand("show", "Print a statement for people");
  showing->add_option("FILE", settings->file, "The statement")->required();
  showing->callback(run(show));
}

}  // namespace proviso::commands
