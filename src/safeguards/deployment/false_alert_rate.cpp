#include "safeguards/deployment/false_alert_rate.h"

#include <algorithm>
#include <cmath>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::deployment {
namespace {

constexpr int kPermille = 1000;
constexpr int kBisections = 60;     // Beyond the precision of the probability itself.
constexpr double kRounding = 1e-6;  // So that a bound on a whole number is not rounded past it.

// Of a positive number. std::lgamma writes a global variable.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

// log C(n, k) + k log p + (n - k) log(1 - p), for 0 < p < 1.
double log_binomial(double n, double k, double p) {
  return log_gamma(n + 1) - log_gamma(k + 1) - log_gamma(n - k + 1) + k * std::log(p) +
         (n - k) * std::log1p(-p);
}

// P(X <= k) of n trials with probability p. The largest term is the first to be summed.
double at_most(std::uint64_t k, std::uint64_t n, double p) {
  const auto trials = static_cast<double>(n);
  double sum = 0;
  for (std::uint64_t i = k + 1; i-- > 0;) {
    const double term = std::exp(log_binomial(trials, static_cast<double>(i), p));
    sum += term;
    // Below the mean the terms only fall.
    if (static_cast<double>(i) < trials * p && term < sum * 1e-15) break;
  }
  return std::min(sum, 1.0);
}

// The p at which P(X <= k) falls to `tail`; it falls as p grows.
double where_at_most_is(double tail, std::uint64_t k, std::uint64_t n) {
  double low = 0;
  double high = 1;
  for (int step = 0; step < kBisections; ++step) {
    const double middle = (low + high) / 2;
    (at_most(k, n, middle) > tail ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

FalseAlertRate false_alert_rate(std::uint64_t false_alerts,
                                std::uint64_t faces_seen,
                                int confidence_permille) {
  PROVISO_CHECK(false_alerts <= kFalseAlertsMax);
  PROVISO_CHECK(confidence_permille > 0 && confidence_permille < kPermille);
  const double tail = (kPermille - confidence_permille) / (2.0 * kPermille);
  FalseAlertRate rate{.false_alerts = false_alerts,
                      .faces_seen = std::max(false_alerts, faces_seen),
                      .confidence_permille = confidence_permille};
  if (rate.faces_seen == 0) return rate;
  if (false_alerts > 0) {
    const double low = where_at_most_is(1 - tail, false_alerts - 1, rate.faces_seen);
    rate.low_per_million = static_cast<std::int64_t>(std::floor(low * kPerMillion + kRounding));
  }
  if (false_alerts < rate.faces_seen) {
    const double high = where_at_most_is(tail, false_alerts, rate.faces_seen);
    rate.high_per_million = static_cast<std::int64_t>(std::ceil(high * kPerMillion - kRounding));
  }
  return rate;
}

std::string FalseAlertRate::to_text() const {
  return concat(false_alerts,
                false_alerts == 1 ? " false alert in " : " false alerts in ",
                faces_seen,
                faces_seen == 1 ? " face seen" : " faces seen",
                " (",
                confidence_permille / 10,
                ".",
                confidence_permille % 10,
                " % interval ",
                low_per_million,
                " to ",
                high_per_million,
                " per million)");
}

}  // namespace proviso::deployment
