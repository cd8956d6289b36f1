#pragma once

// The ids of a watchlist's entries that were erased, for runs whose sealed list still holds them:
// SITE/vault/erased, one id a line, in the order of their erasure (docs/formats/vault.md). An id is
// a pseudonym; the file needs no unlocking, so that a run can read it.
//
//   errors   kInvalidInput for a line that is no id; kOverLimit over kErasedBytesMax; kUnavailable
//   threads  one command at a time adds; reading is thread-safe

#include <cstddef>
#include <filesystem>
#include <set>
#include <span>

#include "base/core/id.h"
#include "base/core/result.h"

namespace proviso::site {

inline constexpr std::size_t kErasedBytesMax = std::size_t{64} << 20U;

// Those that stand in it already are not added again. Durable before it returns.
Status add_erased(const std::filesystem::path& file, std::span<const EntryId> entries);

// Nobody where there is no file.
Result<std::set<EntryId>> read_erased(const std::filesystem::path& file);

}  // namespace proviso::site
