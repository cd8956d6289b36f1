#pragma once

// Reads a log's files, also while another process writes it: for proofs, for showing, and for
// growing it. What it gives is as the files have it: only a proof up to a verified checkpoint makes
// it true.
//
// Errors: kCorrupt for a file of the tree that is missing or has another length; kUnavailable.
// Threads: one reader belongs to one thread. Lifetime: the disk outlives it.

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/core/result.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/disk.h"
#include "safeguards/audit/tile.h"
#include "safeguards/audit/tree.h"

namespace proviso::audit {

inline constexpr std::string_view kCheckpointPath = "checkpoint";

class LogReader {
 public:
  explicit LogReader(const Disk& disk) : disk_(disk) {}

  // The signed note, not verified. Errors: kNotFound where there is none.
  Result<std::string> checkpoint_note() const;

  // Of a tree of `size` leaves; a partial file that is gone since a full one came is read from
  // that.
  Result<Tile> tile(unsigned level, std::uint64_t index, std::uint64_t size) const;
  Result<std::vector<std::string>> bundle(std::uint64_t index, std::uint64_t size) const;

  // `reader` outlives what it returns. Remembers one tile a level.
  NodeReader nodes(std::uint64_t size) const;

 private:
  Result<std::string> read_part(const std::string& partial,
                                const std::string& full,
                                std::size_t bytes_max) const;

  const Disk& disk_;
  mutable std::map<unsigned, std::pair<std::uint64_t, Tile>> remembered_;
};

}  // namespace proviso::audit
