#include <filesystem>
#include <iostream>
#include <memory>

#include "adapters/jpeg/jpeg.h"
#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "app/commands/photograph_files.h"
#include "app/commands/site_argument.h"
#include "app/enrolment/enrolment.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

struct Settings {
  std::string list;
  std::string models = kModelsDefault;
  std::string source;
  std::string id;
  std::string label;
  std::string output;
  std::vector<std::string> photographs;
  bool as_json = false;
};

Status make_new(const Settings& settings) {
  std::error_code error;
  if (std::filesystem::exists(settings.list, error)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("watchlist: ", settings.list, " is there already; choose another name")};
  }
  PROVISO_TRY(const auto models, models::open(settings.models, {.device = "CPU", .lanes = 1}));
  const SystemClock clock;
  return watchlist::ListFile::create(models.digest, models.dimension, clock.wall())
      .save(settings.list);
}

void report(const EntryId& id, const enrolment::PhotographReport& photograph, bool as_json) {
  if (as_json) {
    json::Line line;
    line.string("entry", id.text()).string("photograph", photograph.name);
    line.boolean("usable", !photograph.refusal);
    if (photograph.refusal) line.string("refusal", *photograph.refusal);
    if (photograph.assessment) {
      line.fixed("face_width_px", photograph.assessment->face_width_px, 1)
          .fixed("sharpness", photograph.assessment->sharpness, 3)
          .fixed("quality", photograph.assessment->unified_score, 3);
    }
    std::cout << line.text() << '\n';
    return;
  }
  std::cout << (photograph.refusal ? "refused  " : "usable   ") << id.text() << "  "
            << photograph.name;
  if (photograph.refusal) std::cout << "  " << *photograph.refusal;
  std::cout << '\n';
}

// Enrols one person's photographs and reports on each; whether the person is on the list now.
Result<bool> enrol_one(const Settings& settings,
                       const EntryFiles& files,
                       enrolment::Enrolment& enrolment,
                       watchlist::ListFile& list) {
  const auto left_out = [&](const Error& why) {
    std::cerr << "proviso: entry " << files.id.text() << ": " << why.message << '\n';
    return false;
  };
  std::vector<enrolment::Photograph> photographs;
  for (const auto& file : files.photographs) {
    auto bytes = read_file(file, jpeg::kBytesMax);
    if (!bytes) return left_out(bytes.error());
    photographs.push_back({.name = file.filename().string(), .bytes = std::move(bytes).value()});
  }
  auto enrolled = enrolment.enrol(files.id, files.label, photographs);
  if (!enrolled) {
    if (enrolled.error().code == ErrorCode::kUnavailable) return enrolled.error();
    return left_out(enrolled.error());
  }
  for (const auto& photograph : enrolled.value().photographs) {
    report(files.id, photograph, settings.as_json);
  }
  auto entry = std::move(enrolled.value().entry);
  if (!entry) {
    return left_out({ErrorCode::kInvalidInput, "no usable photograph; the lines above say why"});
  }
  const Status added = list.add(*std::move(entry));
  return added ? true : left_out(added.error());
}

// Those who cannot be enrolled are reported and left out; the others are on the list.
Status enrol_all(const Settings& settings, const std::vector<EntryFiles>& entries) {
  PROVISO_TRY(auto list, watchlist::ListFile::load(settings.list));
  const authority::OperatingPoint point;
  PROVISO_TRY(auto engine, open_engine(settings.models, point, kLanesDefault, 1));
  if (list.model_pack() != engine.models.digest) {
    return Error{ErrorCode::kInvalidInput,
                 concat("watchlist: ",
                        settings.list,
                        " was made with another model pack; make a new list with this one")};
  }
  quality::QualityOptions floor;
  floor.face_width_px_min = static_cast<float>(point.enrolment_face_width_px_min);
  const SystemClock clock;
  enrolment::Enrolment enrolment(*engine.detector, *engine.embedder, floor, clock);
  std::size_t left_out = 0;
  for (const EntryFiles& files : entries) {
    PROVISO_TRY(const bool is_listed, enrol_one(settings, files, enrolment, list));
    if (!is_listed) ++left_out;
  }
  if (left_out < entries.size()) PROVISO_TRY_DONE(list.save(settings.list));
  if (left_out == 0) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("watchlist: ",
                      left_out,
                      " of ",
                      entries.size(),
                      " entries left out, the others are on the list; give better photographs")};
}

Status add_one(const Settings& settings) {
  PROVISO_TRY(const auto id, EntryId::parse(settings.id));
  EntryFiles files{.id = id,
                   .label = settings.label.empty() ? settings.id : settings.label,
                   .photographs = {settings.photographs.begin(), settings.photographs.end()}};
  return enrol_all(settings, {std::move(files)});
}

Status import_all(const Settings& settings) {
  PROVISO_TRY(const auto entries, find_photographs(settings.source));
  return enrol_all(settings, entries);
}

Status seal(const Settings& settings) {
  PROVISO_TRY(const auto list, watchlist::ListFile::load(settings.list));
  if (list.entries().empty()) {
    return Error{ErrorCode::kInvalidInput, "watchlist: no entry yet; add one before sealing"};
  }
  const auto sealed = list.seal(now_in_seconds());
  PROVISO_TRY(const auto head, watchlist::parse_head(watchlist::ListSource(sealed)));
  PROVISO_TRY_DONE(write_file_durably(settings.output, std::span<const std::byte>(sealed)));
  std::cout << "sealed " << list.entries().size() << " entries in " << settings.output
            << "\nsha256 " << crypto::to_hex(head.digest) << " (of its head)\n";
  return Done{};
}

Status show(const Settings& settings) {
  PROVISO_TRY(const auto bytes, read_file(settings.list, watchlist::kFileBytesMax));
  PROVISO_TRY(const auto list, watchlist::parse_list(bytes));
  const bool is_sealed = list.state == watchlist::ListState::kSealed;
  if (!settings.as_json) {
    std::cout << (is_sealed ? "sealed " : "draft, made ") << to_rfc3339(list.made_at) << ", "
              << list.entries.size() << " entries\n";
  }
  for (const watchlist::ListEntry& entry : list.entries) {
    if (settings.as_json) {
      json::Line line;
      line.string("entry", entry.id.text()).string("label", entry.label);
      line.integer("photographs", static_cast<std::int64_t>(entry.photographs.size()));
      std::cout << line.text() << '\n';
    } else {
      std::cout << "  " << entry.id.text() << "  " << entry.label << "  "
                << entry.photographs.size() << " photograph(s)\n";
    }
  }
  return Done{};
}

using Act = Status (*)(const Settings&);

}  // namespace

void add_watchlist(CLI::App& app, Exit& exit) {
  auto* lists = app.add_subcommand("watchlist", "Lists of people who are sought");
  lists->require_subcommand(1);
  const auto settings = std::make_shared<Settings>();
  const auto add = [&](const char* name, const char* about, Act act) {
    auto* command = lists->add_subcommand(name, about);
    command->add_option("LIST", settings->list, "The list's file")->required();
    command->callback(calling<Settings>(act, settings, exit));
    return command;
  };
  const auto with_models = [&](CLI::App* command) {
    command->add_option("--models", settings->models, "Folder of the model pack")
        ->capture_default_str();
    command->add_flag("--json", settings->as_json, "JSON lines instead of text");
  };
  with_models(add("new", "Make an empty list", make_new));

  auto* one = add("add", "Add one person", add_one);
  one->add_option("ID", settings->id, "Entry id: a-z 0-9 . _ -")->required();
  one->add_option("PHOTOGRAPH", settings->photographs, "JPEG or PNG files of this one person")
      ->required();
  one->add_option("--label", settings->label, "What the operator sees");
  with_models(one);

  auto* all = add("import", "Add people from a folder or a CSV file", import_all);
  all->add_option("SOURCE", settings->source, "Folder, or CSV with id,label,photograph")
      ->required();
  with_models(all);

  auto* sealing = add("seal", "Freeze the list for one deployment", seal);
  sealing->add_option("-o,--output", settings->output, "The sealed list's file")->required();

  auto* listing = add("list", "Show a list, draft or sealed", show);
  listing->add_flag("--json", settings->as_json, "JSON lines instead of text");
}

}  // namespace proviso::commands
