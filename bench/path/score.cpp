// Alert lines against the ground truth, by the project's own rule, for whoever wrote them.
//
//   bench_score TRUTH ALERTS
//
//   out  one JSON line as app/evaluation/scoring.h gives it

#include <iostream>
#include <sstream>

#include "app/evaluation/scoring.h"
#include "base/core/file.h"

namespace proviso::bench {
namespace {

constexpr std::size_t kBytesMax = std::size_t{256} << 20U;

Result<std::string> score(const char* truth_file, const char* alerts_file) {
  PROVISO_TRY(const auto truth_text, read_text_file(truth_file, kBytesMax));
  PROVISO_TRY(const auto truth, evaluation::parse_ground_truth(truth_text));
  PROVISO_TRY(const auto text, read_text_file(alerts_file, kBytesMax));
  std::vector<evaluation::AlertLine> alerts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    PROVISO_TRY(auto alert, evaluation::parse_alert_line(line));
    if (alert) alerts.push_back(std::move(*alert));
  }
  return evaluation::to_json(evaluation::score_run(truth, alerts, {}));
}

}  // namespace
}  // namespace proviso::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench_score TRUTH ALERTS\n";
    return 2;
  }
  const auto scored = proviso::bench::score(argv[1], argv[2]);
  if (!scored) {
    std::cerr << "bench_score: " << scored.error().message << '\n';
    return 1;
  }
  std::cout << scored.value() << '\n';
  return 0;
}
