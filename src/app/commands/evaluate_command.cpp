#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>

#include "app/commands/command.h"
#include "app/evaluation/scoring.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/authority/operating_point.h"

namespace proviso::commands {
namespace {

constexpr std::size_t kLinesBytesMax = std::size_t{256} << 20U;

struct Settings {
  std::string truth;
  std::string alerts;
  bool as_json = false;
};

Result<std::vector<evaluation::AlertLine>> read_alerts(const std::string& path) {
  PROVISO_TRY(const auto text, read_text_file(path == "-" ? "/dev/stdin" : path, kLinesBytesMax));
  std::vector<evaluation::AlertLine> alerts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    PROVISO_TRY(auto alert, evaluation::parse_alert_line(line));
    if (alert) alerts.push_back(std::move(*alert));
  }
  return alerts;
}

Status evaluate(const Settings& settings) {
  PROVISO_TRY(const auto text, read_text_file(settings.truth, kLinesBytesMax));
  PROVISO_TRY(const auto truth, evaluation::parse_ground_truth(text));
  PROVISO_TRY(const auto alerts, read_alerts(settings.alerts));
  const authority::OperatingPoint point;
  const auto score = evaluation::score_run(
      truth, alerts, {.face_width_px_min = point.face_width_px_min, .repeat_s = point.repeat_s});
  if (settings.as_json) {
    std::cout << evaluation::to_json(score) << '\n';
  } else {
    std::cout << evaluation::to_text(score);
  }
  return Done{};
}

}  // namespace

void add_evaluate(CLI::App& app, Exit& exit) {
  auto* command = app.add_subcommand(
      "evaluate", "Score the alerts of a run on a simulated video against its ground truth");
  const auto settings = std::make_shared<Settings>();
  command->add_option("--truth", settings->truth, "The ground truth that simulate wrote")
      ->required();
  command->add_option("--alerts", settings->alerts, "The lines that watch wrote; - for stdin")
      ->required();
  command->add_flag("--json", settings->as_json, "One JSON line instead of text");
  command->callback(calling<Settings>(evaluate, settings, exit));
}

}  // namespace proviso::commands
