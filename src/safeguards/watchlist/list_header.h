#pragma once

// The header line of a watchlist file: docs/formats/watchlist.md.
//
// Errors: kCorrupt for anything else than the canonical form; kOverLimit for counts over their
//         limits. Threads: values.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::watchlist {

// What every reader of a list says of a file that is none.
Error damaged_list(std::string_view what);

struct ListHeader {
  ListState state = ListState::kDraft;
  WallTime made_at;
  crypto::Digest model_pack;
  std::size_t dimension = 0;
  std::size_t entries = 0;
  std::size_t table_bytes = 0;
  std::size_t contents_bytes = 0;  // In the clear.
  std::optional<Composition> composition = {};
  friend bool operator==(const ListHeader&, const ListHeader&) = default;
};

Result<ListHeader> parse_header(std::string_view line);
std::string to_text(const ListHeader& header);

}  // namespace proviso::watchlist
