// The log under power cuts and failing operations: no acknowledged entry is lost, and no checkpoint
// is signed for bytes that are not on the disk.

#include <gtest/gtest.h>

#include <array>
#include <optional>

#include "safeguards/audit/disk_tool.h"
#include "safeguards/audit/log.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/audit/test_log_tool.h"

namespace proviso::audit {
namespace {

constexpr std::uint64_t kSeed = 20261124;

class LogCrashTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  static std::vector<std::string> entries_of(const Disk& disk) {
    const LogReader reader(disk);
    const auto checkpoint = open_checkpoint(reader.checkpoint_note().value(), test_log_key());
    std::vector<std::string> entries;
    while (entries.size() < checkpoint.value().head.size) {
      const auto bundle =
          reader.bundle(entries.size() / kTileWidth, checkpoint.value().head.size).value();
      entries.insert(entries.end(), bundle.begin(), bundle.end());
    }
    return entries;
  }
};

struct CutRun {
  std::size_t acknowledged = 0;
  std::unique_ptr<MemoryDisk> after;
};

// Single entries, and sizes that cross bundles and tiles.
constexpr std::array<std::size_t, 6> kSizes{1, 1, 2, 60, 255, 300};

// Appends until the power is cut before the operation `cut`.
CutRun run_until_cut(std::size_t cut, bool honours_syncs, std::mt19937_64& random) {
  MemoryDisk disk;
  disk.honours_syncs = honours_syncs;
  bool is_cut = false;
  disk.fault = [&](std::size_t number, std::string_view) -> std::optional<Error> {
    if (number < cut) return std::nullopt;
    is_cut = true;
    return Error{ErrorCode::kCorrupt, "no power"};
  };
  CutRun run;
  auto log = open_test_log(disk);
  while (log && !is_cut) {
    const std::size_t count = kSizes[random() % kSizes.size()];
    if (log.value()->append(numbered_entries(run.acknowledged, count))) run.acknowledged += count;
  }
  run.after = disk.cut_power(random);
  return run;
}

TEST_F(LogCrashTest, LosesNoAcknowledgedEntryWhereverThePowerIsCut) {
  std::mt19937_64 random(kSeed);
  for (std::size_t cut = 1; cut <= 200; ++cut) {
    const CutRun run = run_until_cut(cut, true, random);
    auto log = open_test_log(*run.after);
    ASSERT_TRUE(log) << "cut before operation " << cut << ": " << log.error().message;
    const auto entries = entries_of(*run.after);
    ASSERT_GE(entries.size(), run.acknowledged) << "cut before operation " << cut;
    ASSERT_EQ(entries, numbered_entries(0, entries.size())) << "cut before operation " << cut;
    // It goes on.
    ASSERT_EQ(log.value()->append(numbered_entries(entries.size(), 1)).value(), entries.size());
  }
}

// The control: a disk that says it synced and did not.
TEST_F(LogCrashTest, LosesSomeWhereTheDiskLiesAboutSyncs) {
  std::mt19937_64 random(kSeed);
  std::size_t lost = 0;
  for (std::size_t cut = 20; cut <= 60; ++cut) {
    const CutRun run = run_until_cut(cut, false, random);
    const auto log = open_test_log(*run.after);
    if (!log || log.value()->checkpoint().head.size < run.acknowledged) ++lost;
  }
  EXPECT_GT(lost, 20U);
}

// Every checkpoint that was ever signed is the beginning of what the log becomes: the staged one of
// a cut-off commit counts.
TEST_F(LogCrashTest, SignsNoTwoCheckpointsThatContradictEachOther) {
  std::mt19937_64 random(kSeed);
  for (std::size_t cut = 1; cut <= 60; ++cut) {
    const CutRun run = run_until_cut(cut, true, random);
    std::optional<Checkpoint> staged;
    const auto files = run.after->files();
    if (const auto found = files.find(".staging/checkpoint"); found != files.end()) {
      if (auto opened = open_checkpoint(found->second, test_log_key())) staged = opened.value();
    }
    auto log = open_test_log(*run.after);
    ASSERT_TRUE(log);
    const std::size_t size = log.value()->checkpoint().head.size;
    // Other entries than the ones that were cut off.
    ASSERT_TRUE(log.value()->append(numbered_entries(100'000, 400)));
    if (!staged || staged->head.size == 0) continue;
    ASSERT_GE(size, staged->head.size);
    const LogReader reader(*run.after);
    EXPECT_EQ(read_frontier(staged->head.size, reader.nodes(size + 400)).value().head(),
              staged->head);
  }
}

enum class Times : std::uint8_t { kOnce, kForever };

Error failure_of(std::string_view operation) {
  return operation == "fsync" ? Error{ErrorCode::kCorrupt, "EIO"}
                              : Error{ErrorCode::kUnavailable, "ENOSPC"};
}

TEST_F(LogCrashTest, StaysProvenWhicheverOperationOfACommitFails) {
  for (const Times times : {Times::kOnce, Times::kForever}) {
    for (std::size_t failing = 0;; ++failing) {
      MemoryDisk disk;
      auto log = open_test_log(disk).value();
      ASSERT_TRUE(log->append(numbered_entries(0, 250)));
      disk.operations = 0;
      bool has_failed = false;
      disk.fault = [&](std::size_t number, std::string_view operation) -> std::optional<Error> {
        const bool fails = number == failing || (times == Times::kForever && number > failing);
        if (!fails) return std::nullopt;
        has_failed = true;
        return failure_of(operation);
      };
      const auto answer = log->append(numbered_entries(250, 10));
      disk.fault = nullptr;
      if (!has_failed) break;

      const auto standing = entries_of(disk);
      ASSERT_TRUE(standing.size() == 250 || standing.size() == 260);
      ASSERT_TRUE(!answer || standing.size() == 260);
      ASSERT_EQ(standing, numbered_entries(0, standing.size())) << "operation " << failing;

      const auto next = log->append(numbered_entries(260, 1));
      if (!answer && answer.error().code == ErrorCode::kCorrupt) {
        EXPECT_EQ(next.error().code, ErrorCode::kCorrupt) << "a failed sync is not tried again";
      } else {
        ASSERT_TRUE(next) << next.error().message;
      }
      log.reset();
      const auto reopened = open_test_log(disk);
      ASSERT_TRUE(reopened) << "operation " << failing << ": " << reopened.error().message;
      const auto entries = entries_of(disk);
      ASSERT_GE(entries.size(), 250U);
      EXPECT_TRUE(!next || entries.back() == numbered_entries(260, 1).front());
    }
  }
}

TEST_F(LogCrashTest, SurvivesAFailureAndAPowerCutDuringRecovery) {
  std::mt19937_64 random(kSeed);
  for (std::size_t cut = 10; cut <= 60; ++cut) {
    CutRun run = run_until_cut(cut, true, random);
    for (std::size_t second_cut = 0; second_cut < 12; ++second_cut) {
      run.after->operations = 0;
      run.after->fault = [&](std::size_t number, std::string_view) -> std::optional<Error> {
        if (number < second_cut) return std::nullopt;
        return Error{ErrorCode::kCorrupt, "no power"};
      };
      static_cast<void>(open_test_log(*run.after));
      run.after = run.after->cut_power(random);
    }
    const auto log = open_test_log(*run.after);
    ASSERT_TRUE(log) << log.error().message;
    const auto entries = entries_of(*run.after);
    ASSERT_GE(entries.size(), run.acknowledged);
    ASSERT_EQ(entries, numbered_entries(0, entries.size()));
  }
}

// Full for a while: every append says so, and the first after it goes through.
TEST_F(LogCrashTest, GoesOnByItselfWhenAFullDiskIsFreeAgain) {
  MemoryDisk disk;
  auto log = open_test_log(disk).value();
  ASSERT_TRUE(log->append(numbered_entries(0, 3)));
  disk.fault = [](std::size_t, std::string_view operation) -> std::optional<Error> {
    if (operation != "write") return std::nullopt;
    return Error{ErrorCode::kUnavailable, "ENOSPC"};
  };
  for (int attempt = 0; attempt < 5; ++attempt) {
    EXPECT_EQ(log->append(numbered_entries(3, 1)).error().code, ErrorCode::kUnavailable);
  }
  disk.fault = nullptr;
  EXPECT_EQ(log->append(numbered_entries(3, 1)).value(), 3U);
  EXPECT_EQ(entries_of(disk), numbered_entries(0, 4));
}

}  // namespace
}  // namespace proviso::audit
