#pragma once

// Every rule that an authority must meet, each with what was found and what is needed: what
// WrittenAuthority::verify() asks for, what `proviso authority check` lists.
//
// Rules on loaded bytes (list, models), on the clock and on what changes while running are the
// gate's (gate.h). Threads: reentrant.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "safeguards/authority/statement.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"

namespace proviso::authority {

struct Rule {
  std::string id;    // Stable: "signature-authorising-officer". [a-z0-9-].
  std::string text;  // One sentence.
  bool met = false;
  std::string found;
  std::string needed;
  friend bool operator==(const Rule&, const Rule&) = default;
};

// What the statement says, against the policy it names.
std::vector<Rule> content_rules(const Statement& statement, const policy::Policy& policy);

// Who signed it, against the policy's tier. `signers` are the keys whose signatures verified; an
// officer counts only while the register lets them act at `now`.
std::vector<Rule> signature_rules(const Statement& statement,
                                  const policy::Policy& policy,
                                  const officers::Register& officers,
                                  std::span<const note::VerifierKey> signers,
                                  WallTime now);

// All of them, for a note or for a draft that nobody has signed, in the order in which verify()
// asks, and last whether the window is over. Ends early where a rule that is not met leaves the
// next ones nothing to look at.
std::vector<Rule> check_rules(std::string_view note_or_draft,
                              const officers::Register& officers,
                              const policy::Policy& policy,
                              WallTime now);

// Whether the bytes are a body that nobody has signed: two lines, the type line first.
bool is_draft(std::string_view bytes);

bool all_met(std::span<const Rule> rules);

}  // namespace proviso::authority
