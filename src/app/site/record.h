#pragma once

// One entry in the site's journal, by a command that makes no others.
//
// Errors: those of audit::Journal; kUnavailable while another keeps the log to itself.
// Threads: one command at a time.

#include <string_view>

#include "app/site/site.h"
#include "base/core/clock.h"
#include "base/core/value.h"

namespace proviso::site {

Status record(const Site& site, const Clock& clock, std::string_view kind, Value::Object body);

}  // namespace proviso::site
