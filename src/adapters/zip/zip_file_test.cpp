#include "adapters/zip/zip_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "adapters/zip/written_zip_tool.h"
#include "base/core/concat.h"

namespace proviso::zip {
namespace {

namespace fs = std::filesystem;
using testing_tools::change_row;
using testing_tools::change_zip;
using testing_tools::write_zip;
using testing_tools::ZippedFile;

// Of a row of the directory: PKWARE's application note, 4.3.12.
constexpr std::size_t kPackedBytesAt = 20;
constexpr std::size_t kBytesAt = 24;

class ZipFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "proviso-zip-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
    zip_ = folder_ / "people.zip";
  }
  void TearDown() override { fs::remove_all(folder_); }

  auto opened(const std::vector<ZippedFile>& files, const Limits& limits = {}) const {
    write_zip(zip_, files);
    return ZipFile::open(zip_, limits);
  }
  void expect_refused(const std::vector<ZippedFile>& files,
                      std::string_view why,
                      ErrorCode code = ErrorCode::kInvalidInput,
                      const Limits& limits = {}) const {
    SCOPED_TRACE(why);
    write_zip(zip_, files);
    expect_refused(why, code, limits);
  }
  void expect_refused(std::string_view why,
                      ErrorCode code = ErrorCode::kInvalidInput,
                      const Limits& limits = {}) const {
    const auto zip = ZipFile::open(zip_, limits);
    ASSERT_FALSE(zip.has_value());
    EXPECT_EQ(zip.error().code, code);
    EXPECT_NE(zip.error().message.find(why), std::string::npos) << zip.error().message;
    EXPECT_NE(zip.error().message.find("people.zip"), std::string::npos) << zip.error().message;
  }

  fs::path folder_;
  fs::path zip_;
};

std::string text(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// What no packer makes smaller.
std::string noise(std::size_t bytes) {
  std::string made;
  std::uint32_t state = 1;
  while (made.size() < bytes) {
    state = state * 1'664'525 + 1'013'904'223;
    made += static_cast<char>(state >> 24U);
  }
  return made;
}

TEST_F(ZipFileTest, GivesTheFilesThatWerePutInStoredOrDeflated) {
  std::string many;
  for (std::size_t n = 0; n < 10'000; ++n) many += concat("row ", n, '\n');
  const auto zip =
      opened({{.name = "pictures/", .bytes = ""},
              {.name = "pictures/b.jpg", .bytes = noise(70'000), .method = ZIP_CM_STORE},
              {.name = "Zo\xC3\xAB.json", .bytes = many},
              {.name = "empty", .bytes = ""}});
  ASSERT_TRUE(zip.has_value()) << zip.error().message;
  EXPECT_EQ(zip.value()->names(),
            (std::vector<std::string>{"Zo\xC3\xAB.json", "empty", "pictures/b.jpg"}));
  EXPECT_EQ(text(zip.value()->read("pictures/b.jpg", 70'000).value()), noise(70'000));
  EXPECT_EQ(text(zip.value()->read("Zo\xC3\xAB.json", many.size()).value()), many);
  EXPECT_EQ(text(zip.value()->read("Zo\xC3\xAB.json", many.size()).value()), many) << "again";
  EXPECT_TRUE(zip.value()->read("empty", 0).value().empty());
  EXPECT_EQ(zip.value()->read("nobody.jpg", 1).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(zip.value()->read("pictures/", 1).error().code, ErrorCode::kNotFound);
}

TEST_F(ZipFileTest, ReadsAFileOfTheMostBytesAndRefusesOneMore) {
  const auto zip = opened({{.name = "a.jpg", .bytes = "1234"}});
  EXPECT_TRUE(zip.value()->read("a.jpg", 4).has_value());
  EXPECT_EQ(zip.value()->read("a.jpg", 3).error().code, ErrorCode::kOverLimit);
}

TEST_F(ZipFileTest, RefusesWhatIsNoZipOrIsCutAnywhere) {
  EXPECT_EQ(ZipFile::open(folder_ / "nowhere.zip", {}).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ZipFile::open(folder_, {}).error().code, ErrorCode::kInvalidInput);
  std::ofstream(zip_) << "";
  expect_refused("is empty");
  std::ofstream(zip_) << "a photograph";
  expect_refused("is no zip");
  write_zip(zip_, {{.name = "a.jpg", .bytes = noise(200)}});
  const std::string whole = testing_tools::bytes_of(zip_);
  for (std::size_t length = 0; length < whole.size(); length += 7) {
    std::ofstream(zip_, std::ios::binary) << whole.substr(0, length);
    EXPECT_FALSE(ZipFile::open(zip_, {}).has_value()) << length;
  }
}

TEST_F(ZipFileTest, RefusesPathsThatAUnpackerMightFollowElsewhere) {
  EXPECT_TRUE(opened({{.name = "a/b..c/.d.jpg", .bytes = "1"}}).has_value()) << "control";
  expect_refused({{.name = "/etc/cron.d/a", .bytes = "1"}}, "absolute");
  expect_refused({{.name = "../a.jpg", .bytes = "1"}}, "not a plain one");
  expect_refused({{.name = "a/../../b.jpg", .bytes = "1"}}, "not a plain one");
  expect_refused({{.name = "a/..", .bytes = "1"}}, "not a plain one");
  expect_refused({{.name = "../", .bytes = ""}}, "not a plain one");
  expect_refused({{.name = "./a.jpg", .bytes = "1"}}, "not a plain one");
  expect_refused({{.name = "a//b.jpg", .bytes = "1"}}, "not a plain one");
  expect_refused({{.name = "a\\b.jpg", .bytes = "1"}}, "backslash");
  expect_refused({{.name = "C:a.jpg", .bytes = "1"}}, "drive");
  expect_refused({{.name = "\xE2\x80\xAEgpj.a", .bytes = "1"}}, "cannot be shown");
}

TEST_F(ZipFileTest, RefusesTwoFilesOfOneName) {
  EXPECT_TRUE(opened({{.name = "a1.jpg", .bytes = "1"}, {.name = "a2.jpg", .bytes = "2"}}));
  change_zip(zip_, "a2.jpg", "a1.jpg");
  expect_refused("two files have this name");
}

TEST_F(ZipFileTest, RefusesWhatIsEncryptedPackedOtherwiseOrNoFile) {
  EXPECT_TRUE(opened({{.name = "a.jpg", .bytes = "1", .mode = S_IFREG | 0644}})) << "control";
  expect_refused({{.name = "a.jpg", .bytes = "1", .encryption = ZIP_EM_AES_256}}, "encrypted");
  expect_refused({{.name = "a.jpg", .bytes = noise(99), .method = ZIP_CM_BZIP2}}, "by method 12");
  expect_refused({{.name = "a.jpg", .bytes = "/etc/hostname", .mode = S_IFLNK | 0777}}, "a link");
  expect_refused({{.name = "a.jpg", .bytes = "1", .mode = S_IFIFO | 0600}}, "a link or a device");
}

TEST_F(ZipFileTest, RefusesAFileThatUnpacksToAnotherSizeOrOtherBytesThanTheZipSays) {
  for (const std::uint32_t claimed : {999U, 1001U}) {
    EXPECT_TRUE(opened({{.name = "a.json", .bytes = std::string(1000, 'a')}}));
    change_row(zip_, 0, kBytesAt, claimed);
    const auto zip = ZipFile::open(zip_, {});
    ASSERT_TRUE(zip.has_value()) << zip.error().message;
    const auto bytes = zip.value()->read("a.json", 2000);
    ASSERT_FALSE(bytes.has_value()) << claimed;
    EXPECT_EQ(bytes.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(bytes.error().message.find("another size"), std::string::npos);
  }
  EXPECT_TRUE(opened({{.name = "a.jpg", .bytes = "the photograph", .method = ZIP_CM_STORE}}));
  change_zip(zip_, "the photograph", "the photograpp");
  EXPECT_EQ(ZipFile::open(zip_, {}).value()->read("a.jpg", 99).error().code,
            ErrorCode::kInvalidInput);
}

TEST_F(ZipFileTest, RefusesFilesThatLieInEachOther) {
  write_zip(zip_, {{.name = "a.jpg", .bytes = noise(1000)}, {.name = "b.jpg", .bytes = "1"}});
  constexpr std::size_t kOffsetAt = 42;
  change_row(zip_, 1, kOffsetAt, 0);
  change_row(zip_, 1, kPackedBytesAt, 1000);
  change_row(zip_, 1, kBytesAt, 1000);
  expect_refused("lies in another file");
  change_row(zip_, 1, kPackedBytesAt, 0xFFFFFFFE);
  expect_refused("lies in another file");
}

TEST_F(ZipFileTest, TakesTheMostFilesAndRefusesOneMore) {
  std::vector<ZippedFile> files(3);
  for (std::size_t n = 0; n < files.size(); ++n) files[n].name = concat(n, ".jpg");
  EXPECT_TRUE(opened(files, {.files_max = 3}).has_value());
  expect_refused(files, "has 3 files, at most 2", ErrorCode::kOverLimit, {.files_max = 2});
}

TEST_F(ZipFileTest, TakesTheLongestNameAndRefusesOneLonger) {
  EXPECT_TRUE(opened({{.name = "a/bc.jpg", .bytes = ""}}, {.name_bytes_max = 8}).has_value());
  expect_refused({{.name = "a/bcd.jpg", .bytes = ""}},
                 "its name has 9 bytes, at most 8",
                 ErrorCode::kOverLimit,
                 {.name_bytes_max = 8});
}

TEST_F(ZipFileTest, TakesTheMostBytesOfAFileAndOfAllAndRefusesOneMore) {
  EXPECT_TRUE(opened({{.name = "a", .bytes = "1234"}}, {.file_bytes_max = 4}).has_value());
  expect_refused({{.name = "a", .bytes = "12345"}},
                 "it has 5 bytes unpacked, at most 4",
                 ErrorCode::kOverLimit,
                 {.file_bytes_max = 4});
  const std::vector<ZippedFile> two{{.name = "a", .bytes = "1234"}, {.name = "b", .bytes = "123"}};
  EXPECT_TRUE(opened(two, {.all_bytes_max = 7}).has_value());
  expect_refused(two, "at most 6", ErrorCode::kOverLimit, {.all_bytes_max = 6});
}

TEST_F(ZipFileTest, TakesTheLargestZipAndRefusesOneLarger) {
  write_zip(zip_, {{.name = "a", .bytes = "1234"}});
  const std::uint64_t bytes = fs::file_size(zip_);
  EXPECT_TRUE(ZipFile::open(zip_, {.zip_bytes_max = bytes}).has_value());
  expect_refused("split it", ErrorCode::kOverLimit, {.zip_bytes_max = bytes - 1});
}

TEST_F(ZipFileTest, TakesTheHighestRatioAndRefusesABomb) {
  const std::string zeros(10'000, '\0');
  write_zip(zip_, {{.name = "a.csv", .bytes = zeros}});
  zip_t* const archive = zip_open(zip_.c_str(), ZIP_RDONLY, nullptr);
  zip_stat_t about;
  ASSERT_EQ(zip_stat_index(archive, 0, 0, &about), 0);
  const std::uint64_t packed = about.comp_size;
  zip_discard(archive);
  const std::uint64_t ratio = (zeros.size() + packed - 1) / packed;
  EXPECT_TRUE(ZipFile::open(zip_, {.ratio_max = ratio}).has_value());
  expect_refused("times, at most", ErrorCode::kOverLimit, {.ratio_max = ratio - 1});
  expect_refused({{.name = "a.csv", .bytes = std::string(1'000'000, '\0')}},
                 "times, at most 200",
                 ErrorCode::kOverLimit);
}

TEST_F(ZipFileTest, ReadsNoMoreOfADirectoryThanItsLimitsNeed) {
  // Rows of 46 bytes and a comment of 65,535 each, past what the files of the limit can have.
  const Limits few{.files_max = 4};
  std::string row("PK\1\2", 4);
  row += std::string(42, '\0');
  row[28] = 1;
  row[32] = row[33] = '\xFF';
  row += "a" + std::string(65'535, ' ');
  const auto directory = [&](std::size_t rows) {
    std::string bytes;
    for (std::size_t n = 0; n < rows; ++n) bytes += row;
    const auto size = static_cast<std::uint32_t>(bytes.size());
    std::string end("PK\5\6", 4);
    end += std::string(18, '\0');
    end[8] = end[10] = static_cast<char>(rows);
    for (unsigned n = 0; n < 4; ++n) end[12 + n] = static_cast<char>(size >> 8U * n & 0xFFU);
    return bytes + end;
  };
  std::ofstream(zip_, std::ios::binary) << directory(4);
  expect_refused("its directory is longer", ErrorCode::kOverLimit, few);
  std::ofstream(zip_, std::ios::binary) << directory(1);
  EXPECT_TRUE(ZipFile::open(zip_, few).has_value()) << "control";
}

}  // namespace
}  // namespace proviso::zip
