#pragma once

// Gathers rules with what was found and what is needed. Used by the two rule files alone.
//
// Threads: one list belongs to one thread.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "safeguards/authority/rules.h"

namespace proviso::authority {

class RuleList {
 public:
  struct Look {
    std::string found;
    std::string needed;
  };
  void add(std::string_view id, std::string_view text, bool met, Look look) {
    rules_.push_back({.id = std::string(id),
                      .text = std::string(text),
                      .met = met,
                      .found = std::move(look.found),
                      .needed = std::move(look.needed)});
  }
  std::vector<Rule> take() && { return std::move(rules_); }

 private:
  std::vector<Rule> rules_;
};

}  // namespace proviso::authority
