#include "safeguards/verify/check_log.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "base/core/concat.h"
#include "safeguards/audit/disk_tool.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/test_log_tool.h"

namespace proviso::verify {
namespace {

using audit::MemoryDisk;
using audit::test_log_key;

std::vector<std::string> leaves(std::size_t from, std::size_t count) {
  std::vector<std::string> made;
  for (std::size_t leaf = from; leaf < from + count; ++leaf) {
    const audit::Entry entry{.kind = "run_refused",
                             .body = {{"reason", concat("rule_", leaf)}},
                             .at = WallTime{std::chrono::seconds{1'800'000'000 + leaf}}};
    made.push_back(audit::to_leaf(entry).value());
  }
  return made;
}

std::string appended(MemoryDisk& disk, std::size_t from, std::size_t count) {
  const auto log = audit::open_test_log(disk).value();
  for (std::size_t done = 0; done < count;) {
    const std::size_t batch = std::min(audit::kBatchLeavesMax, count - done);
    EXPECT_TRUE(log->append(leaves(from + done, batch)));
    done += batch;
  }
  return log->checkpoint().note;
}

void put(MemoryDisk& disk, const std::string& path, std::string_view bytes) {
  ASSERT_TRUE(disk.write_synced(path, bytes));
}

class CheckLogTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }
  const LogQuestion question_{.key = test_log_key(), .pinned_note = std::nullopt};
};

TEST_F(CheckLogTest, ProvesLogsOfEverySizeAroundATilesWidth) {
  for (const std::size_t size : {0U, 1U, 2U, 255U, 256U, 257U, 700U, 4096U, 4097U}) {
    MemoryDisk disk;
    appended(disk, 0, size);
    const Report report = check_log(disk, question_);
    EXPECT_TRUE(report.proven()) << size << ": " << (report.fault ? report.fault->what : "");
    EXPECT_EQ(report.checked.size(), 4U);
  }
}

TEST_F(CheckLogTest, ChecksPartialFilesOfEarlierCheckpointsToo) {
  MemoryDisk disk;
  appended(disk, 0, 10);
  appended(disk, 10, 20);
  EXPECT_TRUE(check_log(disk, question_).proven());
  for (const std::string path : {"tile/0/000.p/10", "tile/entries/000.p/10"}) {
    const std::string bytes = disk.files().at(path);
    put(disk, path, bytes + 'x');
    EXPECT_TRUE(check_log(disk, question_).fault) << path;
    put(disk, path, bytes);
  }
  EXPECT_TRUE(check_log(disk, question_).proven());
}

// Any change to any file, of the kinds that somebody with the disk can make.
enum class Tamper : std::uint8_t { kBit, kCut, kAppend, kSwap, kDelete };

bool tamper_with(MemoryDisk& disk, Tamper tamper, std::mt19937_64& random) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const auto& file : disk.files()) {
    if (file.first.starts_with("tile/") || file.first == "checkpoint") files.push_back(file);
  }
  const auto& [path, bytes] = files[random() % files.size()];
  std::string changed = bytes;
  switch (tamper) {
    case Tamper::kBit: {
      char& byte = changed[random() % changed.size()];
      byte = static_cast<char>(byte ^ (1 << (random() % 8)));
      break;
    }
    case Tamper::kCut: changed.resize(random() % changed.size()); break;
    case Tamper::kAppend: changed += static_cast<char>(random()); break;
    case Tamper::kSwap: changed = files[random() % files.size()].second; break;
    case Tamper::kDelete: return disk.remove(path).has_value();
  }
  if (changed == bytes) return false;
  return disk.write_synced(path, changed).has_value();
}

TEST_F(CheckLogTest, CatchesAThousandTampers) {
  std::mt19937_64 random(20261124);
  MemoryDisk original;
  appended(original, 0, 270);
  appended(original, 270, 30);
  ASSERT_TRUE(check_log(original, question_).proven());
  const auto files = original.files();
  // Partial files of checkpoints that have gone by are no loss.
  const auto is_spare = [](const std::string& path) { return path.ends_with("001.p/14"); };
  std::size_t caught = 0;
  std::size_t made = 0;
  while (made < 1000) {
    MemoryDisk disk;
    for (const auto& [path, bytes] : files) {
      for (std::size_t slash = path.find('/'); slash != std::string::npos;
           slash = path.find('/', slash + 1)) {
        ASSERT_TRUE(disk.make_directory(path.substr(0, slash)));
      }
      put(disk, path, bytes);
    }
    const auto tamper = static_cast<Tamper>(made % 5);
    if (!tamper_with(disk, tamper, random)) continue;
    const bool spare_deleted =
        tamper == Tamper::kDelete && std::ranges::any_of(files, [&](const auto& file) {
          return is_spare(file.first) && !disk.files().contains(file.first);
        });
    if (spare_deleted) continue;
    ++made;
    const Report report = check_log(disk, question_);
    if (!report.proven() && report.fault) ++caught;
  }
  EXPECT_EQ(caught, 1000U);
}

TEST_F(CheckLogTest, NamesTheFirstLeafThatWasChanged) {
  MemoryDisk disk;
  appended(disk, 0, 600);
  std::string bundle = disk.files().at("tile/entries/001");
  const std::size_t at = bundle.find("rule_300");
  bundle.replace(at, 8, "rule_999");
  put(disk, "tile/entries/001", bundle);
  const Report report = check_log(disk, question_);
  ASSERT_TRUE(report.fault);
  EXPECT_EQ(report.fault->leaf, 300U);
}

TEST_F(CheckLogTest, CatchesARollbackAndAForkSignedWithTheTrueKeyByAPinnedCheckpoint) {
  MemoryDisk honest;
  appended(honest, 0, 300);
  const std::string pinned = appended(honest, 300, 100);
  appended(honest, 400, 100);

  MemoryDisk shorter;
  appended(shorter, 0, 300);
  MemoryDisk rewritten;
  appended(rewritten, 0, 300);
  appended(rewritten, 5000, 250);

  LogQuestion question = question_;
  for (MemoryDisk* disk : {&honest, &shorter, &rewritten}) {
    const Report alone = check_log(*disk, question);
    EXPECT_TRUE(alone.proven()) << "by itself each is a log";
    EXPECT_EQ(alone.unasked.size(), 1U) << "and says that it was not held to a kept checkpoint";
  }
  question.pinned_note = pinned;
  EXPECT_TRUE(check_log(honest, question).proven());
  EXPECT_TRUE(check_log(honest, question).unasked.empty());
  EXPECT_EQ(check_log(shorter, question).fault->leaf, 300U);
  EXPECT_EQ(check_log(rewritten, question).fault->leaf, 399U);

  EXPECT_TRUE(check_consistency(honest, pinned, test_log_key()).proven());
  EXPECT_FALSE(check_consistency(shorter, pinned, test_log_key()).proven());
  EXPECT_FALSE(check_consistency(rewritten, pinned, test_log_key()).proven());
}

TEST_F(CheckLogTest, HoldsLeavesToTheirSchemaAndSaysWhatItDoesNotKnow) {
  MemoryDisk disk;
  const auto log = audit::open_test_log(disk).value();
  std::string later = leaves(0, 1).front();
  later.replace(later.find("run_refused"), 11, "run_halved");
  ASSERT_TRUE(log->append(std::vector{later}));
  const Report unknown = check_log(disk, question_);
  EXPECT_FALSE(unknown.fault);
  EXPECT_FALSE(unknown.proven());
  EXPECT_EQ(unknown.unchecked.size(), 1U);

  ASSERT_TRUE(log->append(std::vector<std::string>{"{\"name\":\"Anna Bell\"}"}));
  EXPECT_EQ(check_log(disk, question_).fault->leaf, 1U);
  LogQuestion hashes = question_;
  hashes.leaves = Leaves::kHashOnly;
  EXPECT_FALSE(check_log(disk, hashes).fault);
  EXPECT_FALSE(check_log(disk, hashes).proven());
}

TEST_F(CheckLogTest, ProvesEvidenceAndTheLeafInIt) {
  MemoryDisk disk;
  const std::string note = appended(disk, 0, 300);
  const auto checkpoint = audit::open_checkpoint(note, test_log_key()).value();
  const auto evidence = audit::make_evidence(audit::LogReader(disk), 260, checkpoint, note).value();
  const Report report = check_evidence(evidence.to_text(), test_log_key());
  EXPECT_TRUE(report.proven());
  EXPECT_NE(report.checked.back().find("rule_260"), std::string::npos);

  auto other = evidence;
  other.leaf = leaves(261, 1).front();
  EXPECT_EQ(check_evidence(other.to_text(), test_log_key()).fault->leaf, 260U);
}

}  // namespace
}  // namespace proviso::verify
