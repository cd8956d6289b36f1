#include "safeguards/watchlist/key_folder.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>

#include "base/core/file.h"

namespace proviso::watchlist {
namespace {

class KeyFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "key_folder.XXXXXX").native();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  std::filesystem::path folder;
};

TEST_F(KeyFolderTest, KeepsAFileForEachEpoch) {
  KeyFolder files(folder);
  EXPECT_TRUE(files.epochs().value().empty());
  ASSERT_TRUE(files.write(1, "one\n").has_value());
  ASSERT_TRUE(files.write(20, "twenty\n").has_value());
  auto epochs = files.epochs().value();
  std::ranges::sort(epochs);
  EXPECT_EQ(epochs, (std::vector<std::uint64_t>{1, 20}));
  EXPECT_EQ(files.read(20).value(), "twenty\n");
  EXPECT_EQ(files.read(2).error().code, ErrorCode::kNotFound);
  const auto permissions = std::filesystem::status(folder / "list-key.1").permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(KeyFolderTest, DestroysTheBytesWhereTheyStandAndThenTheName) {
  KeyFolder files(folder);
  ASSERT_TRUE(files.write(1, "secret secret secret\n").has_value());
  const int held = ::open((folder / "list-key.1").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_GE(held, 0);
  ASSERT_TRUE(files.destroy(1).has_value());
  std::string bytes(64, 'x');
  const ssize_t count = ::pread(held, bytes.data(), bytes.size(), 0);
  EXPECT_EQ(count, 21);
  EXPECT_EQ(bytes.substr(0, 21), std::string(21, '\0'));
  ::close(held);
  EXPECT_FALSE(std::filesystem::exists(folder / "list-key.1"));
  EXPECT_TRUE(files.epochs().value().empty());
  EXPECT_FALSE(files.destroy(1).has_value()) << "what is not there is not said to be destroyed";
}

TEST_F(KeyFolderTest, FollowsNoLinkToAnotherFile) {
  ASSERT_TRUE(write_file_durably(folder / "elsewhere", std::string_view("kept")).has_value());
  std::filesystem::create_symlink(folder / "elsewhere", folder / "list-key.1");
  EXPECT_FALSE(KeyFolder(folder).destroy(1).has_value());
  EXPECT_EQ(read_text_file(folder / "elsewhere", 100).value(), "kept");
}

TEST_F(KeyFolderTest, PassesOverOtherNamesAndSaysThatItsMediumIsGone) {
  for (const char* name : {"list-key.", "list-key.x", "list-key.01", "list-key.1.tmp", "other"}) {
    ASSERT_TRUE(write_file_durably(folder / name, std::string_view("x")).has_value());
  }
  EXPECT_TRUE(KeyFolder(folder).epochs().value().empty());
  const auto gone = KeyFolder(folder / "absent").epochs();
  ASSERT_FALSE(gone.has_value());
  EXPECT_EQ(gone.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace proviso::watchlist
