#include "app/commands/photograph_files.h"

#include <gtest/gtest.h>

#include <fstream>

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

class PhotographFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name) << text;
    return folder_ / name;
  }

  fs::path folder_;
};

TEST_F(PhotographFiles, AFolderGivesAnEntryPerSubFolderAndPerFile) {
  write("ada/2.jpg", "x");
  write("ada/1.JPEG", "x");
  write("ada/3.png", "x");
  write("grace.jpg", "x");
  write("notes.txt", "x");
  const auto found = find_photographs(folder_);
  ASSERT_TRUE(found);
  ASSERT_EQ(found.value().size(), 2U);
  EXPECT_EQ(found.value()[0].id.text(), "ada");
  EXPECT_EQ(found.value()[0].photographs,
            (std::vector<fs::path>{
                folder_ / "ada/1.JPEG", folder_ / "ada/2.jpg", folder_ / "ada/3.png"}));
  EXPECT_EQ(found.value()[1].id.text(), "grace");
}

TEST_F(PhotographFiles, AnEmptyFolderAMissingOneAndAnotherFileAreRefused) {
  EXPECT_EQ(find_photographs(folder_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find_photographs(folder_ / "absent").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(find_photographs(write("list.txt", "id,label,photograph\n")).error().code,
            ErrorCode::kNotFound);
}

TEST_F(PhotographFiles, CsvRowsOfOneIdAreOneEntry) {
  const auto file = write("people.csv",
                          "id,label,photograph\nada,\"Lovelace, Ada\",a/1.jpg\n"
                          "grace,Grace,g.jpg\nada,ignored,a/2.jpg\n");
  const auto found = find_photographs(file);
  ASSERT_TRUE(found);
  ASSERT_EQ(found.value().size(), 2U);
  EXPECT_EQ(found.value()[0].label, "Lovelace, Ada");
  EXPECT_EQ(found.value()[0].photographs,
            (std::vector<fs::path>{folder_ / "a/1.jpg", folder_ / "a/2.jpg"}));
}

TEST_F(PhotographFiles, CsvPathsOutsideItsFolderAreRefusedNamingTheRow) {
  for (const char* path : {"/etc/passwd", "../x.jpg", "a/../../x.jpg", ""}) {
    const auto file = write(
        "people.csv", std::string("id,label,photograph\nada,Ada,1.jpg\nbob,Bob,") + path + "\n");
    const auto found = find_photographs(file);
    ASSERT_FALSE(found) << path;
    EXPECT_NE(found.error().message.find("row 3"), std::string::npos) << found.error().message;
  }
}

TEST_F(PhotographFiles, CsvWithoutItsHeaderOrWithABadIdIsRefused) {
  EXPECT_EQ(find_photographs(write("a.csv", "ada,Ada,1.jpg\n")).error().code,
            ErrorCode::kInvalidInput);
  const auto bad = find_photographs(write("b.csv", "id,label,photograph\n../ada,Ada,1.jpg\n"));
  ASSERT_FALSE(bad);
  EXPECT_NE(bad.error().message.find("row 2"), std::string::npos) << bad.error().message;
}

}  // namespace
}  // namespace proviso::commands
