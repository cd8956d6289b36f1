#include "app/site/erased_entries.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <array>
#include <fstream>

namespace proviso::site {
namespace {

namespace fs = std::filesystem;

EntryId id(std::string_view text) {
  return EntryId::parse(text).value();
}

class ErasedEntriesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "proviso-erased-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { fs::remove_all(folder_); }
  fs::path file() const { return folder_ / "erased"; }
  void write(std::string_view text) const { std::ofstream(file(), std::ios::binary) << text; }

  fs::path folder_;
};

TEST_F(ErasedEntriesTest, AreReadBackAndStandOnceHoweverOftenTheyAreAdded) {
  EXPECT_TRUE(read_erased(file()).value().empty()) << "where there is no file";
  const std::array both{id("w-2"), id("w-1")};
  ASSERT_TRUE(add_erased(file(), both).has_value());
  ASSERT_TRUE(add_erased(file(), std::span(both).first(1)).has_value());
  EXPECT_EQ(read_erased(file()).value(), (std::set{id("w-1"), id("w-2")}));
  EXPECT_EQ(fs::file_size(file()), 8U);
}

TEST_F(ErasedEntriesTest, AFileThatIsCutOrHoldsAnythingElseIsRefusedAndNotAddedTo) {
  for (const std::string_view text : {"w-1", "w-1\n\n", "w 1\n", "../x\n"}) {
    write(text);
    EXPECT_EQ(read_erased(file()).error().code, ErrorCode::kInvalidInput) << text;
    const std::array one{id("w-9")};
    EXPECT_FALSE(add_erased(file(), one).has_value()) << text;
  }
  write("w-1\n");
  EXPECT_TRUE(read_erased(file()).has_value()) << "control";
}

TEST_F(ErasedEntriesTest, AFileOverItsLimitIsRefused) {
  write("w-1\n");
  fs::resize_file(file(), kErasedBytesMax + 1);
  EXPECT_EQ(read_erased(file()).error().code, ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso::site
