#include "safeguards/audit/journal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <string>
#include <thread>

#include "base/core/file.h"
#include "base/crypto/digest.h"
#include "safeguards/audit/log.h"
#include "safeguards/audit/log_key.h"

namespace proviso::audit {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + 12h;

class JournalTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  JournalTest() {
    std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").native();
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ / "log";
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Journal> opened() {
    auto journal = Journal::open(path_, clock_);
    EXPECT_TRUE(journal) << journal.error().message;
    return std::move(journal).value();
  }

  FakeClock clock_{kNoon};
  std::filesystem::path directory_;
  std::filesystem::path path_;
};

Value::Object refusal(std::string reason) {
  return {{"camera", "gate-2"}, {"reason", std::move(reason)}};
}

std::vector<Act> refusals(std::size_t count, const std::string& last = "window_ended") {
  std::vector<Act> acts(count, {.kind = "run_refused", .body = refusal("window_ended")});
  acts.back().body = refusal(last);
  return acts;
}

TEST_F(JournalTest, TakesSeveralActsTogetherAllOrNone) {
  auto journal = opened();
  EXPECT_EQ(journal->append(refusals(3, "other_camera")).value(), 0U);
  const auto refused = journal->append(refusals(3, "No code, but words"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(journal->append(refusals(1)).value(), 3U) << "none of the refused stands there";
  EXPECT_EQ(Journal::read(path_).value()[2].body, refusal("other_camera"));
}

TEST_F(JournalTest, TakesAsManyTogetherAsOneCommitHoldsAndNotOneMore) {
  auto journal = opened();
  const auto over = journal->append(refusals(kBatchLeavesMax + 1));
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(journal->append(refusals(kBatchLeavesMax)).value(), 0U);
  EXPECT_EQ(journal->size(), kBatchLeavesMax);
}

TEST_F(JournalTest, KeepsEntriesInOrderAsCanonicalLeaves) {
  auto journal = opened();
  EXPECT_EQ(journal->append("run_refused", refusal("window_ended")).value(), 0U);
  clock_.advance(1500us);
  EXPECT_EQ(journal->append("run_refused", refusal("other_camera")).value(), 1U);

  EXPECT_EQ(journal->size(), 2U);
  const auto read = Journal::read(path_).value();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].at, kNoon + 1500us);
  EXPECT_EQ(read[1].body, refusal("other_camera"));
  // The vector of docs/formats/journal.md.
  EXPECT_EQ(to_leaf(read[1]).value(),
            "{\"at\":\"2026-11-24T12:00:00.001500Z\",\"body\":{\"camera\":\"gate-2\",\"reason\":"
            "\"other_camera\"},\"kind\":\"run_refused\",\"version\":1}");
}

TEST_F(JournalTest, IsReadAgainAfterAClockThatWasSetTo2106OrTo1960) {
  auto journal = opened();
  for (const auto year : {std::chrono::year{2106}, std::chrono::year{1960}}) {
    clock_.step_wall(WallTime{std::chrono::sys_days{year / 2 / 7}} - clock_.wall());
    EXPECT_TRUE(journal->append("run_suspended", {{"deployment", "one"}, {"reason", "clock"}}));
  }
  const auto read = Journal::read(path_).value();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].at, kLeafAtMax);
  EXPECT_EQ(read[1].at, kLeafAtMin);
}

TEST_F(JournalTest, GoesOnWhereItEnded) {
  EXPECT_TRUE(opened()->append("run_refused", refusal("one")));
  auto journal = opened();
  EXPECT_EQ(journal->size(), 1U);
  EXPECT_EQ(journal->append("run_refused", refusal("two")).value(), 1U);
}

TEST_F(JournalTest, IsWrittenByOneAfterTheOther) {
  auto first = opened();
  auto second = opened();
  EXPECT_EQ(first->append("run_refused", refusal("one")).value(), 0U);
  EXPECT_EQ(second->append("run_refused", refusal("two")).value(), 1U);
  EXPECT_EQ(first->append("run_refused", refusal("three")).value(), 2U);
  EXPECT_EQ(Journal::read(path_).value().size(), 3U);
}

TEST_F(JournalTest, KeepsItsSecretKeyForItsOwnerAndBesideTheLog) {
  opened();
  struct stat about{};
  ASSERT_EQ(::stat((directory_ / "log.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  EXPECT_TRUE(std::filesystem::exists(directory_ / "log.vkey"));
}

TEST_F(JournalTest, IsNamedByWhoMakesIt) {
  ASSERT_TRUE(Journal::open(path_, clock_, "camden/audit/log"));
  EXPECT_EQ(read_log_verifier_key(path_).value().name, "camden/audit/log");
  EXPECT_FALSE(Journal::open(directory_ / "other", clock_, "two words"));
}

TEST_F(JournalTest, RefusesALogWhoseLeavesOrKeyWereChanged) {
  EXPECT_TRUE(opened()->append("run_refused", refusal("one")));
  const auto bundle = path_ / "tile" / "entries" / "000.p" / "1";
  const std::string whole = read_text_file(bundle, kLeafBytesMax).value();
  std::string changed = whole;
  changed.replace(changed.find("one"), 3, "two");
  ASSERT_TRUE(write_file_durably(bundle, changed));
  EXPECT_EQ(Journal::open(path_, clock_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(Journal::read(path_).error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(write_file_durably(bundle, whole));
  EXPECT_TRUE(Journal::open(path_, clock_));

  ASSERT_TRUE(make_log_key(directory_ / "other", "other"));
  std::filesystem::copy_file(directory_ / "other.key",
                             directory_ / "log.key",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(Journal::open(path_, clock_).error().code, ErrorCode::kCorrupt);
}

TEST_F(JournalTest, IsClosedForGoodWhenAnOlderCopyIsPutBackUnderIt) {
  auto journal = opened();
  EXPECT_TRUE(journal->append("run_refused", refusal("one")));
  std::filesystem::copy(path_, directory_ / "copy", std::filesystem::copy_options::recursive);
  EXPECT_TRUE(journal->append("run_refused", refusal("two")));
  std::filesystem::remove_all(path_);
  std::filesystem::rename(directory_ / "copy", path_);
  EXPECT_EQ(journal->append("run_refused", refusal("three")).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(journal->append("run_refused", refusal("four")).error().code, ErrorCode::kCorrupt);
}

TEST_F(JournalTest, WritesNothingForAnEntryOutsideTheSchema) {
  auto journal = opened();
  EXPECT_FALSE(journal->append("run_refused", {{"reason", "He looked like Mr Jones"}}));
  EXPECT_FALSE(journal->append("run_refused", {}));
  EXPECT_FALSE(journal->append("run_exploded", refusal("one")));
  EXPECT_TRUE(Journal::read(path_).value().empty());
  EXPECT_TRUE(journal->append("run_refused", refusal("one")));
}

TEST_F(JournalTest, TakesEntriesOfManyThreads) {
  auto journal = opened();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int entry = 0; entry < 10; ++entry) {
        EXPECT_TRUE(journal->append("run_refused", refusal("one")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Journal::read(path_).value().size(), 40U);
}

TEST_F(JournalTest, GoesOnAfterAFullDisk) {
  auto journal = opened();
  EXPECT_TRUE(journal->append("run_refused", refusal("one")));

  // A limit on the size of files acts as a full disk: some bytes are taken, the next are refused.
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limited = before;
  limited.rlim_cur = 100;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  const auto refused = journal->append("run_refused", refusal("two"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  static_cast<void>(::signal(SIGXFSZ, old_handler));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(journal->append("run_refused", refusal("three")).value(), 1U);
  EXPECT_EQ(Journal::read(path_).value().back().body, refusal("three"));
}

}  // namespace
}  // namespace proviso::audit
