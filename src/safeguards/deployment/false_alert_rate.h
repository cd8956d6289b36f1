#pragma once

// The running false-alert rate: false alerts ÷ faces seen, with its interval, both counts beside
// it.
//
//   in       false alerts (confirmed or not) and faces seen (tracks) since the deployment was
//            opened, or since it was last resumed
//   out      the exact two-sided interval at the policy's confidence, in false alerts per million
//            faces, rounded outwards
//   threads  values
//   errors   none; PROVISO_CHECK for more than kFalseAlertsMax, or a confidence outside (0, 1)
//
// Source of the interval: C. J. Clopper, E. S. Pearson, Biometrika 26, 1934. It never claims more
// than its confidence, also at nought false alerts and at few faces, where approximations do.

#include <cstdint>
#include <string>

namespace proviso::deployment {

inline constexpr std::uint64_t kFalseAlertsMax = 10'000;
inline constexpr std::int64_t kPerMillion = 1'000'000;

struct FalseAlertRate {
  std::uint64_t false_alerts = 0;
  std::uint64_t faces_seen = 0;  // At least false_alerts.
  int confidence_permille = 950;
  std::int64_t low_per_million = 0;
  std::int64_t high_per_million = kPerMillion;

  // Whether the whole interval lies above the limit: no chance finding at this many faces.
  bool surely_above(std::int64_t limit_per_million) const {
    return low_per_million > limit_per_million;
  }
  // "3 false alerts in 8600 faces seen (95.0 % interval 71 to 1020 per million)".
  std::string to_text() const;
  friend bool operator==(const FalseAlertRate&, const FalseAlertRate&) = default;
};

// A face that raised a false alert was seen, whatever the count of faces says by then.
FalseAlertRate false_alert_rate(std::uint64_t false_alerts,
                                std::uint64_t faces_seen,
                                int confidence_permille);

}  // namespace proviso::deployment
