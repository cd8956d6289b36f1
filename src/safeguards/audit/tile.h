#pragma once

// Where the parts of a log lie and what is in them (c2sp.org/tlog-tiles):
//
//   tile/LEVEL/N[.p/WIDTH]     256 hashes of 32 bytes (WIDTH in a partial one): hash i of tile N is
//                              the root over leaves [(N * 256 + i) << 8 * LEVEL, ...), all present
//   tile/entries/N[.p/WIDTH]   256 entries, each after its length (2 bytes, big-endian)
//
// N stands in groups of three digits, all but the last after an `x`: 1234067 is x001/x234/067.
// Threads: values; reentrant.

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::audit {

inline constexpr std::size_t kTileWidth = 256;
inline constexpr unsigned kTileHeight = 8;
inline constexpr std::size_t kTileBytes = kTileWidth * sizeof(crypto::Digest::bytes);
inline constexpr std::size_t kEntryBytesMax = 65'535;  // What the format can carry.
inline constexpr std::size_t kBundleBytesMax = kTileWidth * (2 + kEntryBytesMax);

// Width 1 to 256; 256 is a full tile, which has no suffix.
struct TileName {
  std::uint64_t index = 0;
  std::size_t width = kTileWidth;
  friend bool operator==(const TileName&, const TileName&) = default;
};

std::string tile_path(unsigned level, const TileName& name);
std::string bundle_path(const TileName& name);

// Of a tree of `size` leaves: how many hashes its tiles at `level` hold in all, and its last tile
// there, of width 0 where there is none.
std::uint64_t hashes_at(unsigned level, std::uint64_t size);
TileName last_tile(unsigned level, std::uint64_t size);

using Tile = std::vector<crypto::Digest>;
std::string to_bytes(std::span<const crypto::Digest> tile);
// The root over a full tile: the hash that stands for it one level up. PROVISO_CHECK: 256 hashes.
crypto::Digest tile_root(std::span<const crypto::Digest> tile);

// Errors, both: kCorrupt unless the bytes are exactly `width` hashes or entries.
Result<Tile> parse_tile(std::string_view bytes, std::size_t width);
Result<std::vector<std::string_view>> parse_bundle(std::string_view bytes, std::size_t width);

// PROVISO_CHECK: at most kEntryBytesMax bytes.
void append_entry(std::string& bundle, std::string_view entry);

}  // namespace proviso::audit
