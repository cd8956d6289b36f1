#include "base/core/file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace proviso {
namespace {

class File : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "file-test-XXXXXX").native();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::size_t files_in_directory() const {
    const std::filesystem::directory_iterator files(directory_);
    return static_cast<std::size_t>(std::distance(begin(files), end(files)));
  }

  std::filesystem::path directory_;
};

TEST_F(File, ReadsBackWhatWasWritten) {
  const std::string text("one\0two\n", 8);
  ASSERT_TRUE(write_file_durably(directory_ / "a", text).has_value());

  EXPECT_EQ(read_text_file(directory_ / "a", 100).value(), text);
  EXPECT_EQ(read_file(directory_ / "a", 100).value().size(), text.size());
  EXPECT_EQ(files_in_directory(), 1U);
}

TEST_F(File, ReadsAnEmptyFileAndOneOfManySteps) {
  const std::string large(300'001, 'x');
  ASSERT_TRUE(write_file_durably(directory_ / "empty", "").has_value());
  ASSERT_TRUE(write_file_durably(directory_ / "large", large).has_value());

  EXPECT_EQ(read_text_file(directory_ / "empty", 0).value(), "");
  EXPECT_EQ(read_text_file(directory_ / "large", large.size()).value(), large);
}

TEST_F(File, ReadsTheLargestAndRefusesOneByteMore) {
  ASSERT_TRUE(write_file_durably(directory_ / "ten", "0123456789").has_value());

  EXPECT_TRUE(read_file(directory_ / "ten", 10).has_value());
  const auto refused = read_file(directory_ / "ten", 9);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kOverLimit);
  EXPECT_NE(refused.error().message.find("at most 9 bytes"), std::string::npos);
}

TEST_F(File, RefusesTheLimitAlsoWhereTheSystemGivesNoSize) {
  const auto refused = read_file("/proc/self/status", 10);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kOverLimit);
  EXPECT_TRUE(read_file("/proc/self/status", 100'000).has_value());
}

TEST_F(File, SaysThatItIsNotThere) {
  EXPECT_EQ(read_file(directory_ / "absent", 10).error().code, ErrorCode::kNotFound);
}

TEST_F(File, RefusesADirectoryAndAPipeWithoutWaitingForItsWriter) {
  ASSERT_EQ(::mkfifo((directory_ / "pipe").c_str(), 0600), 0);

  EXPECT_EQ(read_file(directory_, 10).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(read_file(directory_ / "pipe", 10).error().code, ErrorCode::kInvalidInput);
}

TEST_F(File, IsReplacedAsAWholeAndReadableByItsOwnerAlone) {
  std::ofstream(directory_ / "a") << "the old and longer text";

  ASSERT_TRUE(write_file_durably(directory_ / "a", "new").has_value());

  EXPECT_EQ(read_text_file(directory_ / "a", 100).value(), "new");
  EXPECT_EQ(std::filesystem::status(directory_ / "a").permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(File, StaysAsItWasWhenTheWriteFailsAndNothingIsLeftBehind) {
  std::filesystem::create_directory(directory_ / "taken");
  std::ofstream(directory_ / "taken" / "inside") << "kept";

  const auto refused = write_file_durably(directory_ / "taken", "new");

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().message.find("rename"), std::string::npos) << refused.error().message;
  EXPECT_EQ(files_in_directory(), 1U);
  EXPECT_EQ(read_text_file(directory_ / "taken" / "inside", 10).value(), "kept");
}

TEST_F(File, IsNotWrittenIntoADirectoryThatDoesNotExist) {
  const auto refused = write_file_durably(directory_ / "absent" / "a", "new");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
}

TEST(StaysBelow, HoldsOfRelativePathsThatNeverLeadUpwards) {
  for (const char* const path : {"man.jpg", "a/man.jpg", "a/..b", "./man.jpg"}) {
    EXPECT_TRUE(stays_below(path)) << path;
  }
  for (const char* const path : {"", "/man.jpg", "../man.jpg", "a/../../man.jpg", ".."}) {
    EXPECT_FALSE(stays_below(path)) << path;
  }
}

}  // namespace
}  // namespace proviso
