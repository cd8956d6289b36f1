#include "safeguards/audit/tree.h"

#include <algorithm>
#include <array>
#include <bit>
#include <string>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::audit {
namespace {

using crypto::Digest;

constexpr std::size_t kDigestBytes = sizeof(Digest::bytes);
constexpr char kLeafPrefix = 0;
constexpr std::uint8_t kNodePrefix = 1;

Error unproven(std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat(what, "; ask for the proof again, and for the log's whole directory")};
}

std::uint64_t largest_power_below(std::uint64_t size) {
  PROVISO_CHECK(size > 1);
  return std::bit_floor(size - 1);
}

// The root over leaves [begin, end). `begin` is a multiple of the largest power of two below
// the range's size, so every perfect part is a node.
Result<Digest> range_root(std::uint64_t begin, std::uint64_t end, const NodeReader& nodes) {
  const std::uint64_t size = end - begin;
  if (std::has_single_bit(size)) {
    const auto level = static_cast<unsigned>(std::countr_zero(size));
    return nodes(level, begin >> level);
  }
  const std::uint64_t middle = begin + largest_power_below(size);
  PROVISO_TRY(const Digest left, range_root(begin, middle, nodes));
  PROVISO_TRY(const Digest right, range_root(middle, end, nodes));
  return node_hash(left, right);
}

Error outside(std::string_view what, std::uint64_t found, std::uint64_t size) {
  return Error{ErrorCode::kInvalidInput,
               concat(what, " must lie in a log of ", size, " leaves; found ", found)};
}

// Two roots rebuilt from one proof: of the beginning, and of the whole.
struct Roots {
  Digest beginning;
  Digest whole;
};

}  // namespace

Digest leaf_hash(std::string_view entry) {
  std::string bytes;
  bytes.reserve(1 + entry.size());
  bytes += kLeafPrefix;
  bytes += entry;
  return crypto::sha256(bytes);
}

Digest node_hash(const Digest& left, const Digest& right) {
  std::array<std::uint8_t, 1 + 2 * kDigestBytes> bytes{};
  bytes[0] = kNodePrefix;
  std::ranges::copy(left.bytes, bytes.begin() + 1);
  std::ranges::copy(right.bytes, bytes.begin() + 1 + kDigestBytes);
  return crypto::sha256(std::as_bytes(std::span{bytes}));
}

Digest empty_root() {
  return crypto::sha256(std::string_view{});
}

Frontier::Frontier(std::uint64_t size, std::vector<Digest> roots)
    : size_(size), roots_(std::move(roots)) {
  PROVISO_CHECK(static_cast<std::size_t>(std::popcount(size_)) == roots_.size());
}

void Frontier::append(const Digest& leaf) {
  Digest root = leaf;
  for (std::uint64_t rest = size_; (rest & 1U) != 0; rest >>= 1U) {
    root = node_hash(roots_.back(), root);
    roots_.pop_back();
  }
  roots_.push_back(root);
  ++size_;
}

TreeHead Frontier::head() const {
  if (roots_.empty()) return {.size = 0, .root = empty_root()};
  Digest root = roots_.back();
  for (std::size_t left = roots_.size() - 1; left > 0; --left) {
    root = node_hash(roots_[left - 1], root);
  }
  return {.size = size_, .root = root};
}

Result<Frontier> read_frontier(std::uint64_t size, const NodeReader& nodes) {
  std::vector<Digest> roots;
  std::uint64_t begin = 0;
  for (std::uint64_t rest = size; rest != 0;) {
    const std::uint64_t part = std::bit_floor(rest);
    PROVISO_TRY(const Digest root, range_root(begin, begin + part, nodes));
    roots.push_back(root);
    begin += part;
    rest -= part;
  }
  return Frontier(size, std::move(roots));
}

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes) {
  if (index >= size) return outside("the leaf's index", index, size);
  Proof proof;
  std::uint64_t begin = 0;
  std::uint64_t end = size;
  while (end - begin > 1) {
    const std::uint64_t middle = begin + largest_power_below(end - begin);
    const bool on_the_left = index < middle;
    PROVISO_TRY(const Digest sibling,
                on_the_left ? range_root(middle, end, nodes) : range_root(begin, middle, nodes));
    proof.push_back(sibling);
    (on_the_left ? end : begin) = middle;
  }
  std::ranges::reverse(proof);
  return proof;
}

Result<Proof> consistency_proof(std::uint64_t old_size,
                                std::uint64_t new_size,
                                const NodeReader& nodes) {
  if (old_size == 0 || old_size > new_size) return outside("the earlier size", old_size, new_size);
  Proof proof;
  std::uint64_t begin = 0;
  std::uint64_t end = new_size;
  bool is_old_root = true;  // The range that is left is the whole old tree.
  while (end != old_size) {
    const std::uint64_t middle = begin + largest_power_below(end - begin);
    const bool on_the_left = old_size <= middle;
    PROVISO_TRY(const Digest sibling,
                on_the_left ? range_root(middle, end, nodes) : range_root(begin, middle, nodes));
    proof.push_back(sibling);
    (on_the_left ? end : begin) = middle;
    is_old_root = is_old_root && on_the_left;
  }
  if (!is_old_root) {
    PROVISO_TRY(const Digest shared, range_root(begin, end, nodes));
    proof.push_back(shared);
  }
  std::ranges::reverse(proof);
  return proof;
}

Status verify_inclusion(const Digest& leaf,
                        std::uint64_t index,
                        const TreeHead& head,
                        std::span<const Digest> proof) {
  if (index >= head.size) return unproven("the leaf's index lies beyond the checkpoint's size");
  std::uint64_t node = index;
  std::uint64_t last = head.size - 1;
  Digest root = leaf;
  for (const Digest& sibling : proof) {
    if (last == 0) return unproven("the inclusion proof is too long");
    if ((node & 1U) != 0 || node == last) {
      root = node_hash(sibling, root);
      while ((node & 1U) == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      root = node_hash(root, sibling);
    }
    node >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return unproven("the inclusion proof is too short");
  if (root != head.root)
    return unproven("the inclusion proof does not lead to the checkpoint's root");
  return Done{};
}

Status verify_consistency(const TreeHead& earlier,
                          const TreeHead& later,
                          std::span<const Digest> proof) {
  if (earlier.size > later.size) return unproven("the later tree is smaller than the earlier one");
  if (earlier.size == later.size || earlier.size == 0) {
    if (!proof.empty()) return unproven("no consistency proof is needed here, but one was given");
    if (earlier.size == 0 && earlier.root != empty_root()) {
      return unproven("a tree of no leaves has the root of the empty tree; found another");
    }
    if (earlier.size == later.size && earlier.root != later.root) {
      return unproven("two trees of one size have two roots");
    }
    return Done{};
  }

  std::uint64_t node = earlier.size - 1;
  std::uint64_t last = later.size - 1;
  for (; (node & 1U) != 0; node >>= 1U) last >>= 1U;
  std::size_t next = 0;
  // A perfect earlier tree is itself the first node, and stands in no proof.
  if (node != 0 && proof.empty()) return unproven("the consistency proof is too short");
  const Digest first = node == 0 ? earlier.root : proof[next++];
  Roots roots{.beginning = first, .whole = first};
  for (; next < proof.size(); ++next) {
    if (last == 0) return unproven("the consistency proof is too long");
    const Digest& sibling = proof[next];
    if ((node & 1U) != 0 || node == last) {
      roots.beginning = node_hash(sibling, roots.beginning);
      roots.whole = node_hash(sibling, roots.whole);
      while ((node & 1U) == 0 && node != 0) {
        node >>= 1U;
        last >>= 1U;
      }
    } else {
      roots.whole = node_hash(roots.whole, sibling);
    }
    node >>= 1U;
    last >>= 1U;
  }
  if (last != 0) return unproven("the consistency proof is too short");
  if (roots.beginning != earlier.root || roots.whole != later.root) {
    return unproven("the later tree does not begin with the earlier one");
  }
  return Done{};
}

}  // namespace proviso::audit
