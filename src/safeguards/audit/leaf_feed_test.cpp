#include "safeguards/audit/leaf_feed.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include "base/core/file.h"
#include "safeguards/audit/journal.h"

namespace proviso::audit {
namespace {

class LeafFeedTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  LeafFeedTest() {
    std::string name = (std::filesystem::temp_directory_path() / "feed-XXXXXX").native();
    directory_ = ::mkdtemp(name.data());
    journal_ = Journal::open(directory_ / "log", clock_).value();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  void append(std::string reason) {
    EXPECT_TRUE(journal_->append("run_refused", {{"reason", std::move(reason)}}));
  }

  const SystemClock clock_;
  std::filesystem::path directory_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(LeafFeedTest, GivesEachLeafOnceAndThenWhatHasCome) {
  auto feed = LeafFeed::open(directory_ / "log").value();
  EXPECT_TRUE(feed.next().value().empty());
  append("one");
  append("two");
  EXPECT_EQ(feed.next().value().size(), 2U);
  EXPECT_TRUE(feed.next().value().empty());
  append("three");
  const auto leaves = feed.next().value();
  ASSERT_EQ(leaves.size(), 1U);
  EXPECT_EQ(leaves[0].index, 2U);
  EXPECT_EQ(leaves[0].hash, leaf_hash(to_leaf(leaves[0].entry).value()));
  EXPECT_EQ(feed.head().size, 3U);
}

TEST_F(LeafFeedTest, SeesThatALogWasRolledBackOrRewritten) {
  append("one");
  std::filesystem::copy(
      directory_ / "log", directory_ / "copy", std::filesystem::copy_options::recursive);
  append("two");
  auto feed = LeafFeed::open(directory_ / "log").value();
  ASSERT_TRUE(feed.next());

  journal_.reset();
  std::filesystem::remove_all(directory_ / "log");
  std::filesystem::rename(directory_ / "copy", directory_ / "log");
  EXPECT_EQ(feed.next().error().code, ErrorCode::kCorrupt);
  journal_ = Journal::open(directory_ / "log", clock_).value();
  append("other");
  append("three");
  EXPECT_EQ(feed.next().error().code, ErrorCode::kCorrupt);
  EXPECT_TRUE(LeafFeed::open(directory_ / "log").value().next()) << "by itself it is a log";
}

TEST_F(LeafFeedTest, OfNoLogIsNotFound) {
  EXPECT_EQ(LeafFeed::open(directory_ / "none").error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace proviso::audit
