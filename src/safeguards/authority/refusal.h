#pragma once

// Why the gate does not open, or does not stay open: the rule, the value found, the value needed
// and the next step. The rule is a code that the journal carries; the rest is for people.
//
// Threads: values.

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso::authority {

// Why a gate stands closed or suspended: for the journal and for people.
struct Cause {
  std::string rule;
  std::string message;
  friend bool operator==(const Cause&, const Cause&) = default;
};

struct Refusal {
  std::string rule;    // Of a-z and '-': "list-age".
  std::string found;   // "the watchlist was sealed at 2026-11-23T08:00:00Z"
  std::string needed;  // "at most 24 h before the start are allowed"
  std::string next;    // "seal it again, and draft a new authority"

  // kNotAuthorised: "authority: RULE: FOUND, NEEDED; NEXT".
  Error to_error() const;
  Cause cause() const { return {.rule = rule, .message = to_error().message}; }
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

// The rule of such an error; of any other, `otherwise`.
std::string rule_of(const Error& error, std::string_view otherwise);

}  // namespace proviso::authority
