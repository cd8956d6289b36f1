#include "safeguards/audit/log.h"

#include <gtest/gtest.h>

#include <thread>

#include "safeguards/audit/disk_tool.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/audit/test_log_tool.h"

namespace proviso::audit {
namespace {

// Every entry that the checkpoint on the disk covers, or nothing if they do not lead to its root.
std::optional<std::vector<std::string>> proven_entries(const Disk& disk) {
  const LogReader reader(disk);
  const auto note = reader.checkpoint_note();
  if (!note) return std::nullopt;
  const auto checkpoint = open_checkpoint(note.value(), test_log_key());
  if (!checkpoint) return std::nullopt;
  const TreeHead head = checkpoint.value().head;
  std::vector<std::string> entries;
  Frontier frontier;
  while (frontier.size() < head.size) {
    const auto bundle = reader.bundle(frontier.size() / kTileWidth, head.size);
    if (!bundle) return std::nullopt;
    for (const std::string& entry : bundle.value()) {
      frontier.append(leaf_hash(entry));
      entries.push_back(entry);
    }
  }
  if (frontier.head() != head) return std::nullopt;
  const auto tiles = read_frontier(head.size, reader.nodes(head.size));
  if (!tiles || tiles.value().head() != head) return std::nullopt;
  return entries;
}

class LogTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  static std::unique_ptr<Log> opened(Disk& disk) {
    auto log = open_test_log(disk);
    EXPECT_TRUE(log) << log.error().message;
    return std::move(log).value();
  }

  MemoryDisk disk_;
};

TEST_F(LogTest, BeginsWithASignedCheckpointOverNothing) {
  const auto log = opened(disk_);
  EXPECT_EQ(log->checkpoint().head, Frontier().head());
  EXPECT_EQ(proven_entries(disk_), std::vector<std::string>());
}

TEST_F(LogTest, GivesEachEntryItsIndexAndCommitsToAllOfThem) {
  auto log = opened(disk_);
  EXPECT_EQ(log->append(numbered_entries(0, 1)).value(), 0U);
  EXPECT_EQ(log->append(numbered_entries(1, 600)).value(), 1U);
  EXPECT_EQ(log->append(numbered_entries(601, 2)).value(), 601U);
  EXPECT_EQ(log->checkpoint().head.size, 603U);
  EXPECT_EQ(proven_entries(disk_), numbered_entries(0, 603));
}

TEST_F(LogTest, HasTheSameFilesHoweverItsEntriesCame) {
  for (const std::size_t size : {255U, 256U, 257U, 511U, 512U, 513U}) {
    MemoryDisk at_once;
    EXPECT_TRUE(opened(at_once)->append(numbered_entries(0, size)));
    MemoryDisk one_by_one;
    for (std::size_t entry = 0; entry < size; ++entry) {
      EXPECT_TRUE(opened(one_by_one)->append(numbered_entries(entry, 1)));
    }
    auto files = one_by_one.files();
    // Partial files of earlier checkpoints stay until their full one has come.
    for (const auto& [path, bytes] : at_once.files()) {
      EXPECT_EQ(files[path], bytes) << path;
      EXPECT_TRUE(path.find(".p/") == std::string::npos || size % kTileWidth != 0 ||
                  path.starts_with("tile/1/"))
          << path;
    }
    EXPECT_EQ(proven_entries(one_by_one), numbered_entries(0, size));
  }
}

TEST_F(LogTest, GrowsPastTheSecondLevelOfTiles) {
  auto log = opened(disk_);
  std::size_t size = 0;
  for (const std::size_t next : {65'535U, 65'536U, 65'537U}) {
    while (size < next) {
      const std::size_t count = std::min<std::size_t>(kBatchLeavesMax, next - size);
      ASSERT_TRUE(log->append(numbered_entries(size, count)));
      size += count;
    }
    EXPECT_EQ(proven_entries(disk_)->size(), next);
    log = opened(disk_);
    EXPECT_EQ(log->checkpoint().head.size, next);
  }
  EXPECT_TRUE(disk_.files().contains("tile/1/000"));
  EXPECT_TRUE(disk_.files().contains("tile/2/000.p/1"));
}

TEST_F(LogTest, ReadsPartialTilesFromTheFullOneThatCameAfterThem) {
  auto log = opened(disk_);
  EXPECT_TRUE(log->append(numbered_entries(0, 100)));
  const Checkpoint earlier = open_checkpoint(log->checkpoint().note, test_log_key()).value();
  EXPECT_TRUE(log->append(numbered_entries(100, 200)));
  EXPECT_FALSE(disk_.files().contains("tile/0/000.p/100"));
  const LogReader reader(disk_);
  EXPECT_EQ(read_frontier(100, reader.nodes(100)).value().head(), earlier.head);
  EXPECT_EQ(reader.bundle(0, 100).value(), numbered_entries(0, 100));
}

TEST_F(LogTest, TakesEntriesUpToItsLimitsAndNotOneOver) {
  auto log = opened(disk_);
  EXPECT_TRUE(log->append(std::vector{std::string(kLeafBytesMax, 'x')}));
  EXPECT_EQ(log->append(std::vector{std::string(kLeafBytesMax + 1, 'x')}).error().code,
            ErrorCode::kOverLimit);
  EXPECT_EQ(log->append(std::vector{std::string()}).error().code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(log->append(numbered_entries(0, kBatchLeavesMax)));
  EXPECT_EQ(log->append(numbered_entries(0, kBatchLeavesMax + 1)).error().code,
            ErrorCode::kOverLimit);
  EXPECT_EQ(log->checkpoint().head.size, kBatchLeavesMax + 1);
}

TEST_F(LogTest, SharesCommitsBetweenThreadsAndGivesNoIndexTwice) {
  auto log = opened(disk_);
  std::vector<std::uint64_t> indices(400);
  std::vector<std::thread> threads;
  for (std::size_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (std::size_t entry = 0; entry < 50; ++entry) {
        const std::size_t number = 50 * thread + entry;
        indices[number] = log->append(numbered_entries(number, 1)).value();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto entries = proven_entries(disk_);
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 400U);
  for (std::size_t number = 0; number < 400; ++number) {
    EXPECT_EQ((*entries)[indices[number]], numbered_entries(number, 1).front());
  }
}

// The order of operations that log.h promises.
TEST_F(LogTest, SyncsWhatACheckpointCoversBeforeItStandsAnywhere) {
  auto log = opened(disk_);
  EXPECT_TRUE(log->append(numbered_entries(0, 1)));
  disk_.trace.clear();
  EXPECT_TRUE(log->append(numbered_entries(1, 1)));
  EXPECT_EQ(disk_.trace,
            (std::vector<std::string>{"open .staging/0",
                                      "write .staging/0",
                                      "fsync .staging/0",
                                      "open .staging/1",
                                      "write .staging/1",
                                      "fsync .staging/1",
                                      "rename tile/0/000.p/2",
                                      "rename tile/entries/000.p/2",
                                      "fsync tile/0/000.p",
                                      "fsync tile/entries/000.p",
                                      "open .staging/checkpoint",
                                      "write .staging/checkpoint",
                                      "fsync .staging/checkpoint",
                                      "rename checkpoint",
                                      "fsync ."}));
}

TEST_F(LogTest, RefusesAnotherKeyAndFilesThatWereChanged) {
  EXPECT_TRUE(opened(disk_)->append(numbered_entries(0, 300)));
  auto other = crypto::SecretKey::generate().value();
  const note::VerifierKey key{.name = "site.example/log", .key = other.public_key()};
  EXPECT_EQ(Log::open(disk_, key, std::move(other)).error().code, ErrorCode::kNotAuthorised);
  EXPECT_TRUE(open_test_log(disk_));

  for (const std::string path : {"tile/0/001.p/44", "tile/entries/001.p/44", "tile/1/000.p/1"}) {
    const std::string bytes = disk_.files().at(path);
    std::string changed = bytes;
    changed[changed.size() / 2] = static_cast<char>(changed[changed.size() / 2] ^ 1);
    ASSERT_TRUE(disk_.write_synced(path, changed));
    EXPECT_EQ(open_test_log(disk_).error().code, ErrorCode::kCorrupt) << path;
    ASSERT_TRUE(disk_.write_synced(path, bytes));
    EXPECT_TRUE(open_test_log(disk_)) << path;
  }
}

TEST_F(LogTest, RefusesACheckpointThatWasPutBackOrTakenAway) {
  auto log = opened(disk_);
  const std::string first = log->checkpoint().note;
  EXPECT_TRUE(log->append(numbered_entries(0, kBatchLeavesMax)));
  EXPECT_TRUE(log->append(numbered_entries(0, kTileWidth + 1)));
  const std::string newest = log->checkpoint().note;

  ASSERT_TRUE(disk_.write_synced("checkpoint", first));
  EXPECT_EQ(open_test_log(disk_).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(disk_.remove("checkpoint"));
  EXPECT_EQ(open_test_log(disk_).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(disk_.write_synced("checkpoint", newest));
  EXPECT_TRUE(open_test_log(disk_));
}

}  // namespace
}  // namespace proviso::audit
