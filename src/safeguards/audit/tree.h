#pragma once

// The Merkle tree of RFC 6962 section 2.1 (= RFC 9162): hashing, the root of a growing tree, and
// proofs that an entry is in a tree and that one tree is the beginning of another.
//
//   leaf   SHA-256(0x00, entry)          node   SHA-256(0x01, left, right)
//   empty  SHA-256("")                   split  at the largest power of two below the size
//   node (level, index)  the root over leaves [index << level, (index + 1) << level), all present
//
// Sources: RFC 6962 sections 2.1.1, 2.1.2; RFC 9162 sections 2.1.3.2, 2.1.4.2 (verification).
// Threads: values; reentrant. `crypto::start()` must have run (PROVISO_CHECK).

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::audit {

inline constexpr std::uint64_t kTreeSizeMax = (std::uint64_t{1} << 53U) - 1;
inline constexpr std::size_t kProofHashesMax = 64;

crypto::Digest leaf_hash(std::string_view entry);
crypto::Digest node_hash(const crypto::Digest& left, const crypto::Digest& right);
crypto::Digest empty_root();

struct TreeHead {
  std::uint64_t size = 0;
  crypto::Digest root;
  friend bool operator==(const TreeHead&, const TreeHead&) = default;
};

// A tree of which only the right edge is kept: the roots of its perfect subtrees, largest first.
class Frontier {
 public:
  Frontier() = default;
  // PROVISO_CHECK: one root for each set bit of `size`.
  Frontier(std::uint64_t size, std::vector<crypto::Digest> roots);

  void append(const crypto::Digest& leaf);
  std::uint64_t size() const { return size_; }
  TreeHead head() const;

 private:
  std::uint64_t size_ = 0;
  std::vector<crypto::Digest> roots_;
};

// Gives the hash of a node whose leaves are all in the tree.
using NodeReader = std::function<Result<crypto::Digest>(unsigned level, std::uint64_t index)>;

// The right edge of the tree of `size` leaves. Errors: the reader's.
Result<Frontier> read_frontier(std::uint64_t size, const NodeReader& nodes);

using Proof = std::vector<crypto::Digest>;

// From the leaf's sibling to the root's child. Errors: the reader's; kInvalidInput unless
// index < size.
Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const NodeReader& nodes);
// Errors: the reader's; kInvalidInput unless 1 <= old_size <= new_size.
Result<Proof> consistency_proof(std::uint64_t old_size,
                                std::uint64_t new_size,
                                const NodeReader& nodes);

// Errors: kCorrupt if the proof does not lead from the leaf to the root.
Status verify_inclusion(const crypto::Digest& leaf,
                        std::uint64_t index,
                        const TreeHead& head,
                        std::span<const crypto::Digest> proof);
// A tree of no leaves is the beginning of every tree: it needs no proof, and none is accepted.
// Errors: kCorrupt if `later` does not begin with `earlier`, also when it is smaller.
Status verify_consistency(const TreeHead& earlier,
                          const TreeHead& later,
                          std::span<const crypto::Digest> proof);

}  // namespace proviso::audit
