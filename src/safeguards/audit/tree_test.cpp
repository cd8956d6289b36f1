#include "safeguards/audit/tree.h"

#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/core/hex.h"

namespace proviso::audit {
namespace {

using crypto::Digest;

// The eight entries and roots that all implementations of RFC 6962 test with.
const std::array<std::string, 8> kEntries{std::string(),
                                          std::string("\x00", 1),
                                          "\x10",
                                          "\x20\x21",
                                          "\x30\x31",
                                          "\x40\x41\x42\x43",
                                          "\x50\x51\x52\x53\x54\x55\x56\x57",
                                          "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d"
                                          "\x6e\x6f"};
constexpr std::array<std::string_view, 8> kRoots{
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

class TreeTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  explicit TreeTest(std::size_t leaves = 300) {
    for (std::size_t leaf = 0; leaf < leaves; ++leaf) {
      leaves_.push_back(leaf_hash("entry " + std::to_string(leaf)));
    }
  }
  // By the definition of RFC 6962, word for word.
  Digest root(std::size_t begin, std::size_t end) const {
    if (end - begin == 1) return leaves_[begin];
    std::size_t split = 1;
    while (2 * split < end - begin) split *= 2;
    return node_hash(root(begin, begin + split), root(begin + split, end));
  }
  TreeHead head(std::size_t size) const {
    return {.size = size, .root = size == 0 ? empty_root() : root(0, size)};
  }
  NodeReader nodes() const {
    return [this](unsigned level, std::uint64_t index) -> Result<Digest> {
      return root(index << level, (index + 1) << level);
    };
  }

  std::vector<Digest> leaves_;
};

TEST_F(TreeTest, HasTheRootsOfTheStandardVectors) {
  EXPECT_EQ(crypto::to_hex(empty_root()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  Frontier frontier;
  EXPECT_EQ(frontier.head(), (TreeHead{.size = 0, .root = empty_root()}));
  for (std::size_t entry = 0; entry < kEntries.size(); ++entry) {
    frontier.append(leaf_hash(kEntries[entry]));
    EXPECT_EQ(crypto::to_hex(frontier.head().root), kRoots[entry]);
    EXPECT_EQ(frontier.size(), entry + 1);
  }
}

TEST_F(TreeTest, GrowsToTheRootOfTheDefinitionAndGoesOnFromANodeReader) {
  Frontier frontier;
  for (std::size_t size = 0; size <= leaves_.size(); ++size) {
    EXPECT_EQ(frontier.head(), head(size));
    const auto read = read_frontier(size, nodes());
    ASSERT_TRUE(read);
    EXPECT_EQ(read.value().head(), head(size));
    if (size < leaves_.size()) frontier.append(leaves_[size]);
  }
}

TEST_F(TreeTest, ProvesEveryLeafOfEveryTreeAndNoOther) {
  for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 31U, 32U, 33U}) {
    for (std::size_t index = 0; index < size; ++index) {
      const Proof proof = inclusion_proof(index, size, nodes()).value();
      EXPECT_TRUE(verify_inclusion(leaves_[index], index, head(size), proof));
      EXPECT_FALSE(verify_inclusion(leaves_[index + 1], index, head(size), proof));
      EXPECT_FALSE(verify_inclusion(leaves_[index], index + 1, head(size), proof));
      EXPECT_FALSE(verify_inclusion(leaves_[index], index, head(size + 1), proof));
      Proof longer = proof;
      longer.push_back(leaves_[0]);
      EXPECT_FALSE(verify_inclusion(leaves_[index], index, head(size), longer));
      for (std::size_t hash = 0; hash < proof.size(); ++hash) {
        Proof changed = proof;
        changed[hash].bytes[hash % 32] ^= 1U;
        EXPECT_FALSE(verify_inclusion(leaves_[index], index, head(size), changed));
      }
      if (!proof.empty()) {
        EXPECT_FALSE(verify_inclusion(
            leaves_[index], index, head(size), std::span{proof}.first(proof.size() - 1)));
      }
    }
  }
  EXPECT_EQ(inclusion_proof(3, 3, nodes()).error().code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(verify_inclusion(leaves_[0], 0, head(0), {}));
}

TEST_F(TreeTest, ProvesThatEveryTreeIsTheBeginningOfEveryLaterOneAndOfNoOther) {
  constexpr std::size_t kSizes = 40;
  for (std::size_t later = 1; later < kSizes; ++later) {
    for (std::size_t earlier = 1; earlier <= later; ++earlier) {
      const Proof proof = consistency_proof(earlier, later, nodes()).value();
      EXPECT_TRUE(verify_consistency(head(earlier), head(later), proof));
      TreeHead fork = head(earlier);
      fork.root.bytes[0] ^= 1U;
      EXPECT_FALSE(verify_consistency(fork, head(later), proof));
      EXPECT_FALSE(verify_consistency(head(earlier), fork, proof));
      EXPECT_FALSE(verify_consistency(head(earlier + 1), head(later), proof));
      EXPECT_FALSE(verify_consistency(head(earlier), head(later + 1), proof));
      EXPECT_EQ(verify_consistency(head(later), head(earlier), proof).has_value(),
                earlier == later);
      Proof longer = proof;
      longer.push_back(leaves_[0]);
      EXPECT_FALSE(verify_consistency(head(earlier), head(later), longer));
      if (!proof.empty()) {
        EXPECT_FALSE(verify_consistency(
            head(earlier), head(later), std::span{proof}.first(proof.size() - 1)));
      }
    }
  }
}

TEST_F(TreeTest, TreatsTheEmptyTreeAsACaseOfItsOwn) {
  EXPECT_TRUE(verify_consistency(head(0), head(5), {}));
  EXPECT_TRUE(verify_consistency(head(0), head(0), {}));
  EXPECT_FALSE(verify_consistency(head(0), head(5), std::vector{leaves_[0]}));
  EXPECT_FALSE(verify_consistency({.size = 0, .root = leaves_[0]}, head(5), {}));
  EXPECT_EQ(consistency_proof(0, 5, nodes()).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(consistency_proof(6, 5, nodes()).error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace proviso::audit
