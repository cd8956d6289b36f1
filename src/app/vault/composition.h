#pragma once

// Counts what a list would consist of, before anybody signs for it.
//
// Threads: values. Errors: none.

#include <span>

#include "app/vault/vault.h"
#include "base/core/clock.h"
#include "safeguards/watchlist/composition.h"

namespace proviso::vault {

watchlist::Composition composition_of(std::span<const ActiveEntry> entries, WallTime now);

}  // namespace proviso::vault
