#include "safeguards/audit/log_reader.h"

#include <algorithm>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::audit {
namespace {

std::size_t width_of(unsigned level, std::uint64_t index, std::uint64_t size) {
  const std::uint64_t hashes = hashes_at(level, size);
  PROVISO_CHECK(index * kTileWidth < hashes);
  return std::min<std::uint64_t>(kTileWidth, hashes - index * kTileWidth);
}

}  // namespace

Result<std::string> LogReader::checkpoint_note() const {
  return disk_.read(std::string(kCheckpointPath), kCheckpointBytesMax);
}

Result<std::string> LogReader::read_part(const std::string& partial,
                                         const std::string& full,
                                         std::size_t bytes_max) const {
  auto bytes = disk_.read(partial, bytes_max);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound && partial != full) {
    bytes = disk_.read(full, bytes_max);
  }
  if (!bytes && bytes.error().code != ErrorCode::kUnavailable) {
    return Error{ErrorCode::kCorrupt,
                 concat("the log's checkpoint covers ",
                        full,
                        ", which cannot be read: ",
                        bytes.error().message)};
  }
  return bytes;
}

Result<Tile> LogReader::tile(unsigned level, std::uint64_t index, std::uint64_t size) const {
  const std::size_t width = width_of(level, index, size);
  PROVISO_TRY(const std::string bytes,
              read_part(tile_path(level, {.index = index, .width = width}),
                        tile_path(level, {.index = index}),
                        kTileBytes));
  if (bytes.size() == kTileBytes) {
    PROVISO_TRY(Tile full, parse_tile(bytes, kTileWidth));
    full.resize(width);
    return full;
  }
  return parse_tile(bytes, width);
}

Result<std::vector<std::string>> LogReader::bundle(std::uint64_t index, std::uint64_t size) const {
  const std::size_t width = width_of(0, index, size);
  const std::string partial = bundle_path({.index = index, .width = width});
  PROVISO_TRY(const std::string bytes,
              read_part(partial, bundle_path({.index = index}), kBundleBytesMax));
  auto entries = parse_bundle(bytes, width);
  if (!entries && width < kTileWidth) {
    entries = parse_bundle(bytes, kTileWidth);  // The full one stood in for it.
  }
  if (!entries) return Error{ErrorCode::kCorrupt, concat(partial, ": ", entries.error().message)};
  entries.value().resize(width);
  return std::vector<std::string>(entries.value().begin(), entries.value().end());
}

NodeReader LogReader::nodes(std::uint64_t size) const {
  return [this, size](unsigned level, std::uint64_t index) -> Result<crypto::Digest> {
    const unsigned tile_level = level / kTileHeight;
    const unsigned height = level % kTileHeight;
    const std::uint64_t first = index << height;  // Among the hashes of that level.
    const std::uint64_t tile_index = first / kTileWidth;
    auto found = remembered_.find(tile_level);
    // A node is asked for only where all its leaves are there, so a narrower copy cannot serve.
    if (found == remembered_.end() || found->second.first != tile_index ||
        found->second.second.size() < width_of(tile_level, tile_index, size)) {
      PROVISO_TRY(Tile read, tile(tile_level, tile_index, size));
      found =
          remembered_.insert_or_assign(tile_level, std::pair{tile_index, std::move(read)}).first;
    }
    const Tile& hashes = found->second.second;
    const std::size_t begin = first % kTileWidth;
    std::vector<crypto::Digest> level_hashes(
        hashes.begin() + static_cast<std::ptrdiff_t>(begin),
        hashes.begin() + static_cast<std::ptrdiff_t>(begin + (std::size_t{1} << height)));
    while (level_hashes.size() > 1) {
      for (std::size_t node = 0; node < level_hashes.size() / 2; ++node) {
        level_hashes[node] = node_hash(level_hashes[2 * node], level_hashes[2 * node + 1]);
      }
      level_hashes.resize(level_hashes.size() / 2);
    }
    return level_hashes.front();
  };
}

}  // namespace proviso::audit
