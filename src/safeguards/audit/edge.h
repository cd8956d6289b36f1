#pragma once

// The right edge of a log: what has to be known to grow it, and the files that growing makes.
//
//   out      append() and partials() give each file that changed, whole: full tiles and bundles as
//            they fill, partial ones at the end of a batch
//   cost     O(1) hashes a leaf, whatever the size; a copy is at most one bundle and a tile a level
//
// Threads: values of one owner.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/audit/tile.h"
#include "safeguards/audit/tree.h"

namespace proviso::audit {

struct LogFile {
  std::string path;
  std::string bytes;
};

class Edge {
 public:
  Edge() = default;
  // The edge of what stands on the disk, held to `head`.
  // Errors: kCorrupt if a file is missing or another, or its leaves do not lead to the root.
  static Result<Edge> read(const LogReader& reader, const TreeHead& head);

  void append(std::string_view entry, std::vector<LogFile>& full);
  // Those that changed since the last call.
  void partials(std::vector<LogFile>& files);

  TreeHead head() const { return frontier_.head(); }
  std::uint64_t size() const { return frontier_.size(); }

 private:
  Frontier frontier_;
  std::string bundle_;       // Its last bundle, while that is partial.
  std::vector<Tile> tiles_;  // Its last tile at each level, while that is partial; else empty.
  unsigned levels_changed_ = 0;
};

}  // namespace proviso::audit
