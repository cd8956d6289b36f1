#include "safeguards/audit/tile.h"

#include <algorithm>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "safeguards/audit/tree.h"

namespace proviso::audit {
namespace {

constexpr std::size_t kDigestBytes = sizeof(crypto::Digest::bytes);
constexpr std::size_t kLengthBytes = 2;
constexpr std::uint64_t kGroup = 1000;

std::string three_digits(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(3 - digits.size(), '0') + digits;
}

std::string path_under(std::string_view folder, const TileName& name) {
  PROVISO_CHECK(name.width >= 1 && name.width <= kTileWidth);
  std::string path = three_digits(name.index % kGroup);
  for (std::uint64_t rest = name.index / kGroup; rest != 0; rest /= kGroup) {
    path.insert(0, concat('x', three_digits(rest % kGroup), '/'));
  }
  path.insert(0, folder);
  if (name.width < kTileWidth) path += concat(".p/", name.width);
  return path;
}

Error corrupt(std::string_view what, std::size_t width) {
  return Error{ErrorCode::kCorrupt,
               concat(what, " of width ", width, " is of another length; the file was changed")};
}

}  // namespace

std::string tile_path(unsigned level, const TileName& name) {
  return path_under(concat("tile/", level, '/'), name);
}

std::string bundle_path(const TileName& name) {
  return path_under("tile/entries/", name);
}

std::uint64_t hashes_at(unsigned level, std::uint64_t size) {
  const unsigned shift = level * kTileHeight;
  return shift < 64 ? size >> shift : 0;
}

TileName last_tile(unsigned level, std::uint64_t size) {
  const std::uint64_t hashes = hashes_at(level, size);
  if (hashes == 0) return {.index = 0, .width = 0};
  return {.index = (hashes - 1) / kTileWidth, .width = (hashes - 1) % kTileWidth + 1};
}

std::string to_bytes(std::span<const crypto::Digest> tile) {
  std::string bytes;
  bytes.reserve(tile.size() * kDigestBytes);
  for (const crypto::Digest& hash : tile) bytes.append(hash.bytes.begin(), hash.bytes.end());
  return bytes;
}

crypto::Digest tile_root(std::span<const crypto::Digest> tile) {
  PROVISO_CHECK(tile.size() == kTileWidth);
  std::vector<crypto::Digest> nodes(tile.begin(), tile.end());
  for (std::size_t width = kTileWidth; width > 1; width /= 2) {
    for (std::size_t node = 0; node < width / 2; ++node) {
      nodes[node] = node_hash(nodes[2 * node], nodes[2 * node + 1]);
    }
  }
  return nodes.front();
}

Result<Tile> parse_tile(std::string_view bytes, std::size_t width) {
  if (bytes.size() != width * kDigestBytes) return corrupt("a tile", width);
  Tile tile(width);
  for (std::size_t hash = 0; hash < width; ++hash) {
    const std::string_view from = bytes.substr(hash * kDigestBytes, kDigestBytes);
    std::ranges::copy(from, tile[hash].bytes.begin());
  }
  return tile;
}

Result<std::vector<std::string_view>> parse_bundle(std::string_view bytes, std::size_t width) {
  std::vector<std::string_view> entries;
  entries.reserve(width);
  while (!bytes.empty()) {
    if (entries.size() == width || bytes.size() < kLengthBytes) {
      return corrupt("an entry bundle", width);
    }
    const auto high = static_cast<unsigned char>(bytes[0]);
    const auto low = static_cast<unsigned char>(bytes[1]);
    const std::size_t length = (std::size_t{high} << 8U) | low;
    bytes.remove_prefix(kLengthBytes);
    if (bytes.size() < length) return corrupt("an entry bundle", width);
    entries.push_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  if (entries.size() != width) return corrupt("an entry bundle", width);
  return entries;
}

void append_entry(std::string& bundle, std::string_view entry) {
  PROVISO_CHECK(entry.size() <= kEntryBytesMax);
  bundle += static_cast<char>(entry.size() >> 8U);
  bundle += static_cast<char>(entry.size() & 0xFFU);
  bundle += entry;
}

}  // namespace proviso::audit
