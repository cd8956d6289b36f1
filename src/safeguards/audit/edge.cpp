#include "safeguards/audit/edge.h"

#include <algorithm>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::audit {
namespace {

Error other_root(const TreeHead& head, std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("the files of a log lead to the root that its checkpoint signs; of ",
                      head.size,
                      " leaves, ",
                      what,
                      "; find out who changed it, and compare it with a copy")};
}

}  // namespace

Result<Edge> Edge::read(const LogReader& reader, const TreeHead& head) {
  Edge edge;
  if (head.size == 0) return edge;
  PROVISO_TRY(edge.frontier_, read_frontier(head.size, reader.nodes(head.size)));
  if (edge.head() != head) return other_root(head, "the tiles lead to another");

  for (unsigned level = 0; hashes_at(level, head.size) != 0; ++level) {
    const TileName last = last_tile(level, head.size);
    edge.tiles_.emplace_back();
    if (last.width == kTileWidth) continue;
    PROVISO_TRY(edge.tiles_.back(), reader.tile(level, last.index, head.size));
  }
  const TileName last = last_tile(0, head.size);
  PROVISO_TRY(const auto entries, reader.bundle(last.index, head.size));
  PROVISO_TRY(const Tile hashes, reader.tile(0, last.index, head.size));
  for (std::size_t entry = 0; entry < entries.size(); ++entry) {
    if (leaf_hash(entries[entry]) != hashes[entry]) {
      return other_root(head, "an entry of the last bundle has another hash than its tile says");
    }
    if (last.width < kTileWidth) append_entry(edge.bundle_, entries[entry]);
  }
  return edge;
}

void Edge::append(std::string_view entry, std::vector<LogFile>& full) {
  const std::uint64_t index = size();
  crypto::Digest hash = leaf_hash(entry);
  frontier_.append(hash);
  append_entry(bundle_, entry);
  if ((index + 1) % kTileWidth == 0) {
    full.push_back({.path = bundle_path({.index = index / kTileWidth}), .bytes = bundle_});
    bundle_.clear();
  }
  for (unsigned level = 0;; ++level) {
    if (tiles_.size() == level) tiles_.emplace_back();
    Tile& tile = tiles_[level];
    tile.push_back(hash);
    levels_changed_ = std::max(levels_changed_, level + 1);
    if (tile.size() < kTileWidth) return;
    full.push_back({.path = tile_path(level, {.index = last_tile(level, size()).index}),
                    .bytes = to_bytes(tile)});
    hash = tile_root(tile);
    tile.clear();
  }
}

void Edge::partials(std::vector<LogFile>& files) {
  for (unsigned level = 0; level < levels_changed_; ++level) {
    if (!tiles_[level].empty()) {
      files.push_back(
          {.path = tile_path(level, last_tile(level, size())), .bytes = to_bytes(tiles_[level])});
    }
  }
  if (levels_changed_ != 0 && !bundle_.empty()) {
    files.push_back({.path = bundle_path(last_tile(0, size())), .bytes = bundle_});
  }
  levels_changed_ = 0;
}

}  // namespace proviso::audit
