#pragma once

// What differs between two policies, option by option, for the officer who is asked to accept the
// new one: a published policy changes only in the open (row F5).
//
//   in   the bytes of two files; each must be a policy
//   out  one Difference per option, in the order of the options' paths
//
// Tables of a list are known by their id or name, so that one put in front does not change them
// all. Errors: those of Policy::parse(). Threads: reentrant.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso::policy {

// What the change does to the safeguard, where its name says it: a higher most, a lower least, a
// longer time of keeping are laxer.
enum class Direction : std::uint8_t { kNotSaid, kLaxer, kStricter };
std::string_view to_text(Direction direction);  // "", "laxer", "stricter"

struct Difference {
  std::string option;  // "watchlist.age_h_max", "categories[court-order].title"
  std::string before;  // As TOML writes it; empty: not there.
  std::string after;
  Direction direction = Direction::kNotSaid;
  friend bool operator==(const Difference&, const Difference&) = default;
};

struct Comparison {
  std::vector<Difference> differences;
  bool is_same_consultation = false;  // A changed policy needs a new one.
};

Result<Comparison> compare(std::string_view before, std::string_view after);

}  // namespace proviso::policy
