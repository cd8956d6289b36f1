#include "base/core/clock.h"

#include <time.h>

#include <cstddef>
#include <optional>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso {
namespace {

namespace chrono = std::chrono;

constexpr int kYearMin = 1970;
constexpr int kYearMax = 2105;
constexpr std::size_t kWholeSecondsLength = sizeof("2026-11-24T08:30:00Z") - 1;
constexpr std::size_t kMicrosecondsLength = sizeof("2026-11-24T08:30:00.000000Z") - 1;

std::chrono::microseconds time_of(clockid_t clock) {
  timespec now{};
  PROVISO_CHECK(::clock_gettime(clock, &now) == 0);
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
}

std::optional<int> digits_at(std::string_view text, std::size_t first, std::size_t count) {
  int number = 0;
  for (const char digit : text.substr(first, count)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    number = number * 10 + (digit - '0');
  }
  return number;
}

bool has_the_form(std::string_view text) {
  if (text.size() != kWholeSecondsLength && text.size() != kMicrosecondsLength) return false;
  const bool fraction = text.size() == kMicrosecondsLength;
  return text[4] == '-' && text[7] == '-' && text[10] == 'T' && text[13] == ':' &&
         text[16] == ':' && text.back() == 'Z' && (!fraction || text[19] == '.');
}

std::optional<WallTime> time_in(std::string_view text) {
  if (!has_the_form(text)) return std::nullopt;
  const auto year_number = digits_at(text, 0, 4);
  const auto month_number = digits_at(text, 5, 2);
  const auto day_number = digits_at(text, 8, 2);
  const auto hour_number = digits_at(text, 11, 2);
  const auto minute_number = digits_at(text, 14, 2);
  const auto second_number = digits_at(text, 17, 2);
  const auto fraction_us =
      text.size() == kMicrosecondsLength ? digits_at(text, 20, 6) : std::optional<int>{0};
  if (!year_number || !month_number || !day_number || !hour_number || !minute_number ||
      !second_number || !fraction_us) {
    return std::nullopt;
  }
  const chrono::year_month_day date{chrono::year{*year_number},
                                    chrono::month{static_cast<unsigned>(*month_number)},
                                    chrono::day{static_cast<unsigned>(*day_number)}};
  if (!date.ok() || *year_number < kYearMin || *year_number > kYearMax) return std::nullopt;
  if (*hour_number > 23 || *minute_number > 59 || *second_number > 59) return std::nullopt;
  return WallTime{chrono::sys_days{date}} + chrono::hours{*hour_number} +
         chrono::minutes{*minute_number} + chrono::seconds{*second_number} +
         chrono::microseconds{*fraction_us};
}

std::string padded(std::int64_t number, std::size_t digits) {
  std::string text = std::to_string(number);
  if (text.size() < digits) text.insert(0, digits - text.size(), '0');
  return text;
}

}  // namespace

WallTime SystemClock::wall() const {
  return WallTime{time_of(CLOCK_REALTIME)};
}

MonotonicTime SystemClock::monotonic() const {
  return MonotonicTime{time_of(CLOCK_BOOTTIME)};
}

WallTime FakeClock::wall() const {
  return WallTime{std::chrono::microseconds{wall_us_.load()}};
}

MonotonicTime FakeClock::monotonic() const {
  return MonotonicTime{std::chrono::microseconds{monotonic_us_.load()}};
}

void FakeClock::advance(std::chrono::microseconds by) {
  PROVISO_CHECK(by.count() >= 0);
  wall_us_ += by.count();
  monotonic_us_ += by.count();
}

void FakeClock::step_wall(std::chrono::microseconds by) {
  wall_us_ += by.count();
}

std::string to_rfc3339(WallTime time) {
  const auto midnight = chrono::floor<chrono::days>(time);
  const chrono::year_month_day date{midnight};
  const chrono::hh_mm_ss<chrono::microseconds> clock{time - midnight};
  std::string text = padded(static_cast<int>(date.year()), 4) + '-' +
                     padded(static_cast<unsigned>(date.month()), 2) + '-' +
                     padded(static_cast<unsigned>(date.day()), 2) + 'T' +
                     padded(clock.hours().count(), 2) + ':' + padded(clock.minutes().count(), 2) +
                     ':' + padded(clock.seconds().count(), 2);
  const auto fraction_us = clock.subseconds().count();
  if (fraction_us != 0) text += '.' + padded(fraction_us, 6);
  return text + 'Z';
}

Result<WallTime> parse_rfc3339(std::string_view text) {
  if (const auto time = time_in(text)) return *time;
  return Error{ErrorCode::kInvalidInput,
               concat("a time is written YYYY-MM-DDTHH:MM:SS[.ffffff]Z, in UTC, from ",
                      kYearMin,
                      " to ",
                      kYearMax,
                      "; found ",
                      in_quotes(text),
                      "; write it like 2026-11-24T08:30:00Z")};
}

}  // namespace proviso
