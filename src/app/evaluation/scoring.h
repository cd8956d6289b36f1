#pragma once

// What a run on a simulated video got right: its alert lines against the ground truth.
//
//   in       ground truth; the lines that `proviso watch` wrote: others than alerts are passed over
//   out      counts, with Wilson intervals for the rates
//   usable   a pass of a usable person with kUsableFrames frames whose face is at least
//            face_width_px_min wide and visible to kUsableVisiblePermille; only these are counted
//   match    an alert belongs to the pass in view at its media time (within kSlackFrames) whose box
//            overlaps its own most; its entry must be that pass's person, else it is false
//   repeat   a line within repeat_s of the same entry's line before must be an update, a later one
//            a new alert; a line of the wrong kind is counted and recognises nothing
//   errors   kInvalidInput for an alert line without the fields, naming it
//   threads  reentrant
//
// Source of the interval: E. B. Wilson, JASA 22, 1927; z = 1.96.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/evaluation/ground_truth.h"
#include "base/core/result.h"

namespace proviso::evaluation {

inline constexpr std::size_t kUsableFrames = 3;
inline constexpr int kUsableVisiblePermille = 900;
inline constexpr int kSlackFrames = 12;
inline constexpr float kMatchIouMin = 0.2F;

struct AlertLine {
  bool is_update = false;
  std::string entry;
  std::int64_t media_time_ms = 0;
  image::RectPx box;
};

// Nothing for a line that is no alert.
Result<std::optional<AlertLine>> parse_alert_line(std::string_view line);

struct Interval {
  double low = 0;
  double high = 1;
};
Interval wilson(std::int64_t successes, std::int64_t trials);

struct Score {
  std::int64_t usable_listed = 0;
  std::int64_t recognised = 0;
  std::int64_t recognised_same_image = 0;
  std::int64_t usable_same_image = 0;
  std::int64_t usable_others = 0;   // Usable passes of people who are not listed,
  std::int64_t alerted_others = 0;  // and those of them that some line belongs to.
  std::int64_t new_alerts = 0;
  std::int64_t updates = 0;
  std::int64_t false_alerts = 0;           // Lines that belong to nobody or to another person.
  std::int64_t wrong_kind = 0;             // Lines against the rule of repeat_s.
  std::vector<std::int64_t> latencies_ms;  // First usable frame to alert, sorted; media time.
  std::vector<int> missed;                 // Pass ids.
};

struct ScoreOptions {
  int face_width_px_min = 32;
  int repeat_s = 60;
};

Score score_run(const GroundTruth& truth,
                const std::vector<AlertLine>& alerts,
                const ScoreOptions& options);

std::string to_text(const Score& score);  // Lines.
std::string to_json(const Score& score);  // One line.

}  // namespace proviso::evaluation
