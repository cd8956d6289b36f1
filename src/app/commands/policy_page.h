#pragma once

// A policy as one page of text: what it binds, in sentences, for an officer and for the public.
//
// Threads: reentrant.

#include <string>

#include "safeguards/policy/policy.h"

namespace proviso::commands {

// Ends in LF. Texts of the policy are printable (Policy::parse).
std::string policy_page(const policy::Policy& policy);

}  // namespace proviso::commands
