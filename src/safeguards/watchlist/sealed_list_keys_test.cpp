#include "safeguards/watchlist/sealed_list_keys.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "base/core/file.h"
#include "base/crypto/sealed_bytes.h"

namespace proviso::watchlist {
namespace {

namespace fs = std::filesystem;

class SealedListKeysTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "sealed_list_keys.XXXXXX").native();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    ASSERT_TRUE(keys().keep(place_, key_, master_));
  }
  void TearDown() override { fs::remove_all(folder_); }

  SealedListKeys keys() const { return SealedListKeys(folder_); }
  fs::path file() const { return folder_ / ("sealed-list." + crypto::to_hex(place_.watchlist)); }
  bool is_key(const Result<crypto::Secret>& read) const {
    return read.has_value() && std::ranges::equal(read.value().bytes(), key_.bytes());
  }

  const Recorded nothing_ = [] { return Status(Done{}); };
  fs::path folder_;
  const SealedListPlace place_{.watchlist = crypto::sha256("a list"),
                               .sealed_at = parse_rfc3339("2026-11-24T09:00:00Z").value()};
  crypto::Secret key_ = crypto::new_sealing_key().value();
  crypto::Secret master_ = crypto::new_sealing_key().value();
};

TEST_F(SealedListKeysTest, AreGivenToWhoHasTheMasterKey) {
  EXPECT_TRUE(is_key(keys().read(place_.watchlist, master_)));
  const crypto::Secret other = crypto::new_sealing_key().value();
  EXPECT_EQ(keys().read(place_.watchlist, other).error().code, ErrorCode::kNotAuthorised);
  EXPECT_EQ(keys().read(crypto::sha256("another list"), master_).error().code,
            ErrorCode::kNotFound);
  EXPECT_EQ(fs::status(file()).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(SealedListKeysTest, AreDestroyedWhereTheyStandAndNothingElseIs) {
  const int held = ::open(file().c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(held, 0);
  ASSERT_TRUE(write_file_durably(folder_ / "list-key.1", std::string_view("kept")));
  ASSERT_TRUE(keys().destroy(place_.watchlist, nothing_));
  std::string bytes(512, 'x');
  const ssize_t count = ::pread(held, bytes.data(), bytes.size(), 0);
  ::close(held);
  ASSERT_GT(count, 100);
  EXPECT_EQ(bytes.substr(0, static_cast<std::size_t>(count)),
            std::string(static_cast<std::size_t>(count), '\0'));
  EXPECT_EQ(keys().read(place_.watchlist, master_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(keys().destroy(place_.watchlist, nothing_).error().code, ErrorCode::kNotFound)
      << "what is not there is not said to be destroyed";
  EXPECT_EQ(read_text_file(folder_ / "list-key.1", 100).value(), "kept");
}

TEST_F(SealedListKeysTest, DestroyedAndNotRecordedAreGoneAndFoundToBeRecordedTheNextTime) {
  const Recorded fails = [] {
    return Status(Error{ErrorCode::kUnavailable, "the log cannot be written"});
  };
  EXPECT_EQ(keys().destroy(place_.watchlist, fails).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(keys().read(place_.watchlist, master_).error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(keys().has(place_.watchlist));
  const auto all = keys().all().value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].watchlist, place_.watchlist);
  EXPECT_EQ(all[0].sealed_at, WallTime{}) << "older than any that is kept";

  int count = 0;
  const Recorded counts = [&] {
    ++count;
    return Status(Done{});
  };
  ASSERT_TRUE(keys().destroy(place_.watchlist, counts));
  EXPECT_EQ(count, 1);
  EXPECT_TRUE(keys().all().value().empty());
}

TEST_F(SealedListKeysTest, AreFoundWithTheTimeOfTheirSealing) {
  ASSERT_TRUE(write_file_durably(folder_ / "list-key.1", std::string_view("another kind")));
  const auto all = keys().all().value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].watchlist, place_.watchlist);
  EXPECT_EQ(all[0].sealed_at, place_.sealed_at);
  EXPECT_EQ(SealedListKeys(folder_ / "absent").all().error().code, ErrorCode::kUnavailable);
}

TEST_F(SealedListKeysTest, ChangedAnywhereAreNotRead) {
  const std::string text = read_text_file(file(), kListKeyFileBytesMax).value();
  for (std::size_t place = 0; place < text.size(); ++place) {
    std::string changed = text;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    ASSERT_TRUE(write_file_durably(file(), std::string_view(changed)));
    ASSERT_FALSE(keys().read(place_.watchlist, master_).has_value()) << place;
  }
  ASSERT_TRUE(write_file_durably(file(), std::string_view(text)));
  EXPECT_TRUE(is_key(keys().read(place_.watchlist, master_))) << "control";
}

TEST_F(SealedListKeysTest, OfAnotherListAreNotTakenForThisOnes) {
  const crypto::Digest other = crypto::sha256("another list");
  fs::copy_file(file(), folder_ / ("sealed-list." + crypto::to_hex(other)));
  EXPECT_EQ(keys().read(other, master_).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(keys().all().value().size(), 1U) << "it counts under its own name";
}

}  // namespace
}  // namespace proviso::watchlist
