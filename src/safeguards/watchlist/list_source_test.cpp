#include "safeguards/watchlist/list_source.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <array>
#include <string>

#include "base/core/file.h"

namespace proviso::watchlist {
namespace {

namespace fs = std::filesystem;

class ListSourceTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "list_source.XXXXXX").native();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    ASSERT_TRUE(write_file_durably(folder_ / "list", std::string_view("0123456789")));
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string read(const ListSource& source, std::size_t at, std::size_t count) {
    std::string text(count, '?');
    const Status done = source.read(at, std::as_writable_bytes(std::span(text)));
    return done ? text : std::string(done.error().code == ErrorCode::kCorrupt ? "corrupt" : "else");
  }

  fs::path folder_;
};

TEST_F(ListSourceTest, ReadsAtAnyPlaceAndNeverPastTheEnd) {
  const std::string text = "0123456789";
  const ListSource memory(std::as_bytes(std::span(text)));
  const ListSource file = ListSource::open(folder_ / "list").value();
  for (const ListSource* const source : {&memory, &file}) {
    EXPECT_EQ(source->size(), 10U);
    EXPECT_EQ(read(*source, 0, 10), text);
    EXPECT_EQ(read(*source, 7, 3), "789");
    EXPECT_EQ(read(*source, 10, 0), "");
    EXPECT_EQ(read(*source, 7, 4), "corrupt");
    EXPECT_EQ(read(*source, 11, 0), "corrupt");
    EXPECT_EQ(read(*source, static_cast<std::size_t>(-1), 2), "corrupt");
  }
}

TEST_F(ListSourceTest, SaysThatAFileWasCutWhileItWasRead) {
  const ListSource file = ListSource::open(folder_ / "list").value();
  EXPECT_EQ(read(file, 0, 10), "0123456789");
  fs::resize_file(folder_ / "list", 4);
  EXPECT_EQ(read(file, 0, 10), "corrupt");
}

TEST_F(ListSourceTest, OpensRegularFilesAlone) {
  EXPECT_EQ(ListSource::open(folder_).error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(ListSource::open(folder_ / "none").error().code, ErrorCode::kNotFound);
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_EQ(ListSource::open(folder_ / "pipe").error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace proviso::watchlist
