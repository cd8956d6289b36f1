#include "app/evaluation/scoring.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "base/core/concat.h"
#include "base/json/line.h"

namespace proviso::evaluation {
namespace {

constexpr double kZ = 1.96;
constexpr int kDecimals = 4;
constexpr std::int64_t kMsPerSecond = 1000;

// Alert lines are our own, flat and without spaces, and carry decimals, which base/json refuses.
std::string_view field_of(std::string_view line, std::string_view name) {
  const auto key = concat('"', name, "\":");
  const auto at = line.find(key);
  return at == std::string_view::npos ? std::string_view{} : line.substr(at + key.size());
}

std::string_view text_of(std::string_view line, std::string_view name) {
  auto rest = field_of(line, name);
  if (rest.empty() || rest.front() != '"') return {};
  rest.remove_prefix(1);
  return rest.substr(0, rest.find('"'));
}

// Reads a number off the front of `rest`, with the comma behind it.
std::optional<double> take_number(std::string_view& rest) {
  double number = 0;
  const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (code != std::errc{}) return std::nullopt;
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  if (!rest.empty() && rest.front() == ',') rest.remove_prefix(1);
  return number;
}

std::optional<std::int64_t> first_usable(const TruthPass& pass, const ScoreOptions& options) {
  std::size_t count = 0;
  std::optional<std::int64_t> first;
  for (std::size_t i = 0; i < pass.boxes.size(); ++i) {
    const auto& box = pass.boxes[i];
    if (box.width_tenths < options.face_width_px_min * 10 ||
        box.visible_permille < kUsableVisiblePermille) {
      continue;
    }
    if (!first) first = pass.first_frame + static_cast<std::int64_t>(i);
    ++count;
  }
  return count >= kUsableFrames ? first : std::nullopt;
}

const TruthPass* pass_of(const GroundTruth& truth, const AlertLine& alert) {
  const auto frame = alert.media_time_ms * truth.frames_per_s / kMsPerSecond;
  const TruthPass* best = nullptr;
  float best_iou = kMatchIouMin;
  for (const auto& pass : truth.passes) {
    const auto from = std::max(frame - kSlackFrames, pass.first_frame);
    const auto to = std::min(frame + kSlackFrames, pass.last_frame());
    for (auto at = from; at <= to; ++at) {
      const auto& box = pass.boxes[static_cast<std::size_t>(at - pass.first_frame)];
      const float iou = image::overlap_iou(box.rect(), alert.box);
      if (iou > best_iou) {
        best_iou = iou;
        best = &pass;
      }
    }
  }
  return best;
}

// Whether a line continues an open alert: lines come in the order of their time.
class RepeatRule {
 public:
  explicit RepeatRule(std::int64_t repeat_ms) : repeat_ms_(repeat_ms) {}

  bool is_update(const AlertLine& alert) {
    const auto [place, is_first] = last_ms_.try_emplace(alert.entry, alert.media_time_ms);
    const auto before = std::exchange(place->second, alert.media_time_ms);
    return !is_first && alert.media_time_ms - before <= repeat_ms_;
  }

 private:
  std::int64_t repeat_ms_;
  std::map<std::string, std::int64_t> last_ms_;  // By entry.
};

std::int64_t percentile(const std::vector<std::int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const auto rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

// "11 of 12 usable passes (95 % interval 646 to 985 in 1000)"
std::string share(std::int64_t count, std::int64_t usable) {
  const auto [low, high] = wilson(count, usable);
  const auto permille = [](double part) { return std::lround(part * 1000); };
  return concat(count,
                " of ",
                usable,
                " usable passes (95 % interval ",
                permille(low),
                " to ",
                permille(high),
                " in 1000)");
}

}  // namespace

Result<std::optional<AlertLine>> parse_alert_line(std::string_view line) {
  const auto kind = text_of(line, "kind");
  if (kind != "new" && kind != "update") return std::optional<AlertLine>{};
  AlertLine alert{
      .is_update = kind == "update", .entry = std::string(text_of(line, "entry")), .box = {}};
  auto time = field_of(line, "media_time_ms");
  const auto media_time = take_number(time);
  auto box = field_of(line, "box");
  if (!box.empty()) box.remove_prefix(1);
  std::array<std::optional<double>, 4> numbers;
  for (auto& number : numbers) number = take_number(box);
  if (alert.entry.empty() || !media_time ||
      !std::all_of(numbers.begin(), numbers.end(), [](const auto& n) { return n.has_value(); })) {
    return Error{ErrorCode::kInvalidInput,
                 concat("alert line: needs entry, media_time_ms and box; found ",
                        in_quotes(line),
                        "; give the lines that `proviso watch` wrote")};
  }
  const auto at = [&](std::size_t i) { return static_cast<float>(numbers.at(i).value_or(0)); };
  alert.media_time_ms = static_cast<std::int64_t>(*media_time);
  alert.box = {at(0), at(1), at(2), at(3)};
  return std::optional<AlertLine>{std::move(alert)};
}

Interval wilson(std::int64_t successes, std::int64_t trials) {
  if (trials == 0) return {};
  const auto n = static_cast<double>(trials);
  const double rate = static_cast<double>(successes) / n;
  const double middle = rate + kZ * kZ / (2 * n);
  const double reach = kZ * std::sqrt(rate * (1 - rate) / n + kZ * kZ / (4 * n * n));
  const double below = 1 + kZ * kZ / n;
  return {std::max(0.0, (middle - reach) / below), std::min(1.0, (middle + reach) / below)};
}

Score score_run(const GroundTruth& truth,
                const std::vector<AlertLine>& alerts,
                const ScoreOptions& options) {
  Score score;
  std::set<int> recognised;
  std::set<int> alerted;
  RepeatRule rule{options.repeat_s * kMsPerSecond};
  for (const auto& alert : alerts) {
    ++(alert.is_update ? score.updates : score.new_alerts);
    const bool is_right_kind = rule.is_update(alert) == alert.is_update;
    if (!is_right_kind) ++score.wrong_kind;
    const auto* pass = pass_of(truth, alert);
    if (pass != nullptr) alerted.insert(pass->id);
    if (pass == nullptr || !pass->listed || pass->person != alert.entry) {
      ++score.false_alerts;
      continue;
    }
    if (!is_right_kind) continue;
    const auto first = first_usable(*pass, options);
    if (!recognised.insert(pass->id).second || !first) continue;
    score.latencies_ms.push_back(alert.media_time_ms - *first * kMsPerSecond / truth.frames_per_s);
  }
  std::sort(score.latencies_ms.begin(), score.latencies_ms.end());
  std::set<std::string_view> unusable;
  for (const auto& person : truth.persons) {
    if (!person.usable) unusable.insert(person.id);
  }
  for (const auto& pass : truth.passes) {
    if (!first_usable(pass, options) || unusable.contains(pass.person)) continue;
    if (!pass.listed) {
      ++score.usable_others;
      score.alerted_others += alerted.contains(pass.id) ? 1 : 0;
      continue;
    }
    const bool is_recognised = recognised.contains(pass.id);
    ++score.usable_listed;
    score.recognised += is_recognised ? 1 : 0;
    score.usable_same_image += pass.same_image ? 1 : 0;
    score.recognised_same_image += pass.same_image && is_recognised ? 1 : 0;
    if (!is_recognised) score.missed.push_back(pass.id);
  }
  return score;
}

std::string to_text(const Score& score) {
  std::string text;
  text += concat("recognised    ",
                 share(score.recognised, score.usable_listed),
                 "\n  same image  ",
                 score.recognised_same_image,
                 " of ",
                 score.usable_same_image,
                 " of these\nfalse alerts  ",
                 score.false_alerts,
                 "; other people's passes alerted: ",
                 share(score.alerted_others, score.usable_others),
                 "\nlines         new ",
                 score.new_alerts,
                 ", updates ",
                 score.updates,
                 ", of the wrong kind ",
                 score.wrong_kind,
                 "\nlatency       first usable frame to alert, ms: p50 ",
                 percentile(score.latencies_ms, 0.50),
                 ", p99 ",
                 percentile(score.latencies_ms, 0.99),
                 " (n ",
                 score.latencies_ms.size(),
                 ")\n");
  if (!score.missed.empty()) {
    text += "missed passes";
    for (const int pass : score.missed) text += concat(" ", pass);
    text += '\n';
  }
  return concat(text, "This is a ", kFunctionalCheck, ".\n");
}

std::string to_json(const Score& score) {
  const auto [low, high] = wilson(score.recognised, score.usable_listed);
  const auto others = wilson(score.alerted_others, score.usable_others);
  const std::vector<std::int64_t> missed(score.missed.begin(), score.missed.end());
  json::Line line;
  line.integer("usable_listed", score.usable_listed)
      .integer("recognised", score.recognised)
      .fixed("recognised_low", low, kDecimals)
      .fixed("recognised_high", high, kDecimals)
      .integer("usable_same_image", score.usable_same_image)
      .integer("recognised_same_image", score.recognised_same_image)
      .integer("false_alerts", score.false_alerts)
      .integer("usable_others", score.usable_others)
      .integer("alerted_others", score.alerted_others)
      .fixed("alerted_others_low", others.low, kDecimals)
      .fixed("alerted_others_high", others.high, kDecimals)
      .integer("new_alerts", score.new_alerts)
      .integer("updates", score.updates)
      .integer("wrong_kind", score.wrong_kind)
      .integers("latencies_ms", score.latencies_ms)
      .integers("missed", missed)
      .string("note", kFunctionalCheck);
  return line.text();
}

}  // namespace proviso::evaluation
