#include "safeguards/audit/journal.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fstream>
#include <string>
#include <thread>

#include "base/core/file.h"

namespace proviso::audit {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + 12h;

class JournalTest : public ::testing::Test {
 protected:
  JournalTest() {
    std::string name = (std::filesystem::temp_directory_path() / "journal-XXXXXX").native();
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ / "journal.jsonl";
  }
  ~JournalTest() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Journal> opened() {
    auto journal = Journal::open(path_, clock_);
    EXPECT_TRUE(journal) << journal.error().message;
    return std::move(journal).value();
  }
  std::string text() const { return read_text_file(path_, kJournalBytesMax).value(); }
  void add_bytes(std::string_view bytes) {
    std::ofstream(path_, std::ios::app | std::ios::binary) << bytes;
  }

  FakeClock clock_{kNoon};
  std::filesystem::path directory_;
  std::filesystem::path path_;
};

Value::Object refusal(std::string reason) {
  return {{"camera", "gate-2"}, {"reason", std::move(reason)}};
}

TEST_F(JournalTest, KeepsEntriesInOrderAsCanonicalLines) {
  auto journal = opened();
  EXPECT_EQ(journal->append("run_refused", refusal("window_ended")).value(), 0U);
  clock_.advance(1500us);
  EXPECT_EQ(journal->append("run_refused", refusal("other_camera")).value(), 1U);

  EXPECT_EQ(journal->size(), 2U);
  EXPECT_EQ(text(),
            "{\"at\":\"2026-11-24T12:00:00Z\",\"body\":{\"camera\":\"gate-2\",\"reason\":"
            "\"window_ended\"},\"kind\":\"run_refused\",\"version\":1}\n"
            "{\"at\":\"2026-11-24T12:00:00.001500Z\",\"body\":{\"camera\":\"gate-2\",\"reason\":"
            "\"other_camera\"},\"kind\":\"run_refused\",\"version\":1}\n");
  const auto read = Journal::read(path_).value();
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[1].at, kNoon + 1500us);
  EXPECT_EQ(read[1].body, refusal("other_camera"));
}

TEST_F(JournalTest, GoesOnWhereItEnded) {
  EXPECT_TRUE(opened()->append("run_refused", refusal("one")));
  auto journal = opened();
  EXPECT_EQ(journal->size(), 1U);
  EXPECT_EQ(journal->append("run_refused", refusal("two")).value(), 1U);
}

TEST_F(JournalTest, IsReadableByItsOwnerAlone) {
  opened();
  struct stat about{};
  ASSERT_EQ(::stat(path_.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
}

TEST_F(JournalTest, HasOneWriter) {
  auto journal = opened();
  const auto second = Journal::open(path_, clock_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  EXPECT_TRUE(Journal::read(path_));

  journal.reset();
  EXPECT_TRUE(Journal::open(path_, clock_));
}

TEST_F(JournalTest, CutsATornLastLineAtWhateverByteItEnds) {
  EXPECT_TRUE(opened()->append("run_refused", refusal("one")));
  const std::string whole = text();
  EXPECT_TRUE(opened()->append("run_refused", refusal("two")));
  const std::string both = text();

  for (std::size_t bytes = whole.size(); bytes < both.size(); ++bytes) {
    std::filesystem::resize_file(path_, bytes);
    EXPECT_EQ(Journal::read(path_).value().size(), 1U);
    EXPECT_EQ(opened()->size(), 1U);
    EXPECT_EQ(text(), whole);
    add_bytes(both.substr(whole.size()));
  }
  EXPECT_EQ(opened()->size(), 2U);
}

TEST_F(JournalTest, RefusesAFileWithAWholeLineThatIsNoLeaf) {
  EXPECT_TRUE(opened()->append("run_refused", refusal("one")));
  std::string changed = text();
  changed.replace(changed.find("version"), 1, "w");
  add_bytes(changed);
  const auto refused = Journal::open(path_, clock_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().message.find("line 2"), std::string::npos);
}

TEST_F(JournalTest, WritesNothingForAnEntryOutsideTheSchema) {
  auto journal = opened();
  EXPECT_FALSE(journal->append("run_refused", {{"reason", "He looked like Mr Jones"}}));
  EXPECT_FALSE(journal->append("run_refused", {}));
  EXPECT_FALSE(journal->append("run_exploded", refusal("one")));
  EXPECT_EQ(text(), "");
  EXPECT_TRUE(journal->append("run_refused", refusal("one")));
}

TEST_F(JournalTest, TakesEntriesOfManyThreads) {
  auto journal = opened();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread) {
    threads.emplace_back([&] {
      for (int entry = 0; entry < 25; ++entry) {
        EXPECT_TRUE(journal->append("run_refused", refusal("one")));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Journal::read(path_).value().size(), 100U);
}

TEST_F(JournalTest, GoesOnAfterAFullDiskWithoutAHalfLine) {
  auto journal = opened();
  EXPECT_TRUE(journal->append("run_refused", refusal("one")));
  const std::string whole = text();

  // A limit on the file's size acts as a full disk: some bytes are taken, the next are refused.
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = ::signal(SIGXFSZ, SIG_IGN);
  struct rlimit limited = before;
  limited.rlim_cur = whole.size() + 10;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  const auto refused = journal->append("run_refused", refusal("two"));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  static_cast<void>(::signal(SIGXFSZ, old_handler));

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(text(), whole);
  EXPECT_EQ(journal->append("run_refused", refusal("three")).value(), 1U);
  EXPECT_EQ(Journal::read(path_).value().back().body, refusal("three"));
}

}  // namespace
}  // namespace proviso::audit
