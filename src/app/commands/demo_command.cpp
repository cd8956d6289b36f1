#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "adapters/ffmpeg/source.h"
#include "adapters/jpeg/jpeg.h"
#include "app/commands/command.h"
#include "app/commands/demo_site.h"
#include "app/commands/engine.h"
#include "app/commands/photograph_files.h"
#include "app/commands/run.h"
#include "app/commands/site_argument.h"
#include "app/enrolment/enrolment.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/image/resample.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

struct Settings {
  std::string models = kModelsDefault;
  std::string media = ".deps/media";
  std::string policy = "policies/demonstration.toml";
  std::string output = "out/demo";
};

constexpr int kEnrolledFrame = 90;  // Of carphone_pristine.mp4: three seconds after the run starts.
constexpr int kPhotographQuality = 95;

// A frame of a recording as a photograph, as an officer would cut one out.
Result<enrolment::Photograph> frame_as_photograph(const std::string& file, int index) {
  PROVISO_TRY(const auto address, video::Address::parse(file));
  PROVISO_TRY(const auto camera, CameraId::parse("enrolment"));
  const SystemClock clock;
  PROVISO_TRY(const auto source, ffmpeg::open(address, {.camera = camera}, clock));
  for (int n = 0;; ++n) {
    PROVISO_TRY(auto next, source->next());
    const auto* frame = std::get_if<video::Frame>(&next);
    if (frame == nullptr) {
      return Error{ErrorCode::kInvalidInput, concat("demo: ", file, " has no frame ", index)};
    }
    if (n < index) continue;
    const image::SizePx size = frame->pixels.size;
    const image::RectPx all{0, 0, static_cast<float>(size.width), static_cast<float>(size.height)};
    PROVISO_TRY(const auto jpeg,
                jpeg::encode(image::crop_scaled(frame->pixels, all, size), kPhotographQuality));
    const auto bytes = std::as_bytes(std::span(jpeg));
    return enrolment::Photograph{
        .name = concat(fs::path(file).filename().string(), " frame ", index),
        .bytes = {bytes.begin(), bytes.end()}};
  }
}

Status add(watchlist::ListFile& list,
           enrolment::Enrolment& enrolment,
           std::string_view id_text,
           const std::string& label,
           const std::vector<enrolment::Photograph>& photographs) {
  PROVISO_TRY(const auto id, EntryId::parse(id_text));
  PROVISO_TRY(auto enrolled, enrolment.enrol(id, label, photographs));
  if (!enrolled.entry) {
    return Error{ErrorCode::kInvalidInput,
                 concat("demo: no usable photograph of ",
                        id_text,
                        ": ",
                        enrolled.photographs.front().refusal.value_or(""),
                        "; run ./dev setup again for the clips and photographs")};
  }
  return list.add(std::move(*enrolled.entry));
}

Result<enrolment::Photograph> photograph(const fs::path& file) {
  PROVISO_TRY(auto bytes, read_file(file, jpeg::kBytesMax));
  return enrolment::Photograph{.name = file.filename().string(), .bytes = std::move(bytes)};
}

struct Prepared {
  std::string list;
  DemoSite site;
  std::vector<CameraArgument> cameras;
};

Result<Prepared> prepare(const Settings& settings) {
  const std::string carphone = settings.media + "/carphone_pristine.mp4";
  const std::string bikes = settings.media + "/bikes.mp4";
  const authority::OperatingPoint point;
  PROVISO_TRY(auto engine, open_engine(settings.models, point, kLanesDefault, 1));
  quality::QualityOptions floor;
  floor.face_width_px_min = static_cast<float>(point.enrolment_face_width_px_min);
  const SystemClock clock;
  enrolment::Enrolment enrolment(*engine.detector, *engine.embedder, floor, clock);
  auto list =
      watchlist::ListFile::create(engine.models.digest, engine.models.dimension, clock.wall());
  PROVISO_TRY(auto man, frame_as_photograph(carphone, kEnrolledFrame));
  PROVISO_TRY_DONE(add(list, enrolment, "carphone-man", "Man in a car", {std::move(man)}));
  std::vector<enrolment::Photograph> president;
  for (const char* name : {"obama.jpg", "obama2.jpg"}) {
    PROVISO_TRY(auto one, photograph(fs::path(settings.media) / name));
    president.push_back(std::move(one));
  }
  PROVISO_TRY_DONE(add(list, enrolment, "obama", "B. Obama", president));
  PROVISO_TRY(auto other, photograph(fs::path(settings.media) / "biden.jpg"));
  PROVISO_TRY_DONE(add(list, enrolment, "biden", "J. Biden", {std::move(other)}));

  Prepared prepared{.list = settings.output + "/demo.sealed", .site = {}, .cameras = {}};
  PROVISO_TRY_DONE(
      write_file_durably(prepared.list, std::span<const std::byte>(list.seal(now_in_seconds()))));
  for (const auto& typed : {"car=" + carphone, "street=" + bikes}) {
    PROVISO_TRY(auto camera, parse_camera(typed));
    prepared.cameras.push_back(std::move(camera));
  }
  PROVISO_TRY(prepared.site,
              make_demo_site({.folder = settings.output + "/site",
                              .policy = settings.policy,
                              .sealed_list = prepared.list,
                              .cameras = prepared.cameras,
                              .model_pack = engine.models.digest,
                              .precision = engine.models.precision}));
  return prepared;
}

Exit demo(const Settings& settings) {
  std::error_code error;
  fs::create_directories(settings.output, error);
  std::cout
      << "Proviso demonstration: two recordings in real time, a list of three, one authority.\n"
         "These figures show that it works; they are no accuracy figures.\n";
  const auto prepared = prepare(settings);
  if (!prepared) return refuse(prepared.error());
  const DemoSite& site = prepared.value().site;
  std::cout << "site       " << site.folder << "\nauthority  " << site.authority
            << ", signed by its author and its authorising officer\nwatchlist  "
            << prepared.value().list << "\n\n"
            << std::flush;
  RunSettings run;
  run.site = site.folder;
  run.authority = site.authority;
  run.list.file = prepared.value().list;
  run.models = settings.models;
  run.cameras = prepared.value().cameras;
  run.in_real_time = true;
  run.pictures = settings.output;
  run.show_alert = [](const alert::Alert& alert, const std::string&, const std::string& picture) {
    std::cout << (alert.kind == alert::Kind::kNew ? "POSSIBLE MATCH  " : "seen again      ")
              << "entry " << alert.entry.text() << " on camera " << alert.camera.text()
              << ", score " << std::to_string(alert.score).substr(0, 5) << " (threshold "
              << std::to_string(alert.threshold).substr(0, 4) << ", not calibrated), "
              << alert.shots_agreeing << " shots agree\n                look: " << picture
              << "\n                Two people judge before anybody is spoken to.\n"
              << std::flush;
  };
  return run_under_authority(run);
}

}  // namespace

void add_demo(CLI::App& app, Exit& exit) {
  auto* command = app.add_subcommand(
      "demo", "The main job on real video: its own list and authority, two cameras");
  const auto settings = std::make_shared<Settings>();
  command->add_option("--models", settings->models, "Folder of the model pack")
      ->capture_default_str();
  command->add_option("--media", settings->media, "Folder of clips and photographs")
      ->capture_default_str();
  command->add_option("--policy", settings->policy, "The policy to run under")
      ->capture_default_str();
  command->add_option("--out", settings->output, "Where list, authority and pictures go")
      ->capture_default_str();
  command->callback([settings, &exit] { exit = demo(*settings); });
}

}  // namespace proviso::commands
