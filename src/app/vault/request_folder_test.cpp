#include "app/vault/request_folder.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "adapters/zip/written_zip_tool.h"
#include "app/vault/people_tool.h"
#include "app/vault/request_file.h"
#include "base/core/concat.h"

namespace proviso::vault {
namespace {

namespace fs = std::filesystem;
using testing_tools::write_zip;
using testing_tools::ZippedFile;

constexpr std::size_t kMax = 100;

constexpr std::string_view kTable =
    "id,label,category,legal_basis,reason,requested_response,approved_by,expires_at,file,source,"
    "taken_on,provenance\n"
    "w-1,Alex,wanted-by-court,A warrant,Did not appear,Speak,manager-2,2026-12-24T08:30:00Z,"
    "pictures/man.jpg,custody,2025-03-14,Record 1\n";

std::string request(std::string_view id) {
  return concat(R"({"approved_by":"manager-2","category":"wanted-by-court",)",
                R"("expires_at":"2026-12-24T08:30:00Z","id":")",
                id,
                R"(","images":[{"file":"pictures/man.jpg","provenance":"Record 1",)",
                R"("source":"custody","taken_on":"2025-03-14"}],"label":"Alex",)",
                R"("legal_basis":"A warrant","reason":"Did not appear",)",
                R"("requested_response":"Speak"})");
}

class RequestFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "proviso-requests-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // The same files twice: in a folder, and in a zip below `top`.
  void write(const std::vector<ZippedFile>& files, const std::string& top = "") const {
    std::vector<ZippedFile> zipped;
    for (const ZippedFile& file : files) {
      fs::create_directories((folder_ / "plain" / file.name).parent_path());
      std::ofstream(folder_ / "plain" / file.name) << file.bytes;
      zipped.push_back({.name = top + file.name, .bytes = file.bytes});
    }
    write_zip(folder_ / "packed.zip", zipped);
  }
  // Place and text of each, or why not.
  std::vector<std::string> read(const std::string& source) const {
    std::vector<std::string> all;
    const auto found = find_requests(folder_ / source);
    if (!found) return {found.error().message};
    for (const WrittenRequest& written : found.value()) {
      const auto request = read_request(written, "manager-1", kEntryNow);
      all.push_back(concat(written.place, ' ', request ? request.value().text : "faulty"));
    }
    return all;
  }

  fs::path folder_;
};

TEST_F(RequestFolderTest, AZipIsReadAsTheFolderThatItHolds) {
  const ZippedFile man{.name = "pictures/man.jpg", .bytes = "a photograph"};
  const std::vector<std::vector<ZippedFile>> kinds{
      {man,
       {.name = "w-1.json", .bytes = request("w-1")},
       {.name = "w-2.json", .bytes = request("w-2")}},
      {man, {.name = "w-1.json", .bytes = request("w-1")}, {.name = "broken.json", .bytes = "{"}},
      {man, {.name = "many.json", .bytes = concat("[", request("w-1"), ",", request("w-2"), "]")}},
      {man, {.name = "people.csv", .bytes = std::string(kTable)}},
      {{.name = "people.csv", .bytes = std::string(kTable)}}};
  for (const auto& files : kinds) {
    for (const char* top : {"", "people of November/"}) {
      fs::remove_all(folder_ / "plain");
      write(files, top);
      const auto plain = read("plain");
      EXPECT_EQ(read("packed.zip"), plain) << files.back().name << " below " << top;
      EXPECT_EQ(plain.size(), files.back().name == "people.csv" ? 1U : 2U);
      const bool any_read = plain.back().find("\"id\":\"w-") != std::string::npos;
      EXPECT_EQ(any_read, files.size() > 1) << plain.back();
    }
  }
}

TEST_F(RequestFolderTest, WhatAFileManagerPutsBesideIsNoRequest) {
  write({{.name = "a.json", .bytes = "{}"}, {.name = "._a.json", .bytes = "icon"}});
  const std::vector<std::string> one{"a.json"};
  EXPECT_EQ(RequestFolder(folder_ / "plain").names(".json", kMax).value(), one);
  EXPECT_EQ(RequestFolder::of_zip(folder_ / "packed.zip").value().names(".json", kMax).value(),
            one);
  write_zip(folder_ / "mac.zip",
            {{.name = "people/a.json", .bytes = "{}"},
             {.name = "__MACOSX/people/._a.json", .bytes = "1"}});
  EXPECT_EQ(RequestFolder::of_zip(folder_ / "mac.zip").value().names(".json", kMax).value(), one);
}

TEST_F(RequestFolderTest, AZipInsideIsNotOpened) {
  write({{.name = "w-1.json", .bytes = request("w-1")}});
  write_zip(folder_ / "outer.zip",
            {{.name = "packed.zip", .bytes = testing_tools::bytes_of(folder_ / "packed.zip")}});
  EXPECT_EQ(read("packed.zip").size(), 1U) << "control";
  EXPECT_NE(read("outer.zip").at(0).find("found 0 and 0"), std::string::npos);
}

TEST_F(RequestFolderTest, ReadsAPhotographOfTheMostBytesAndRefusesOneMore) {
  write({{.name = "a.jpg", .bytes = "1234"}});
  const auto zip = RequestFolder::of_zip(folder_ / "packed.zip");
  for (const RequestFolder& folder : {RequestFolder(folder_ / "plain"), zip.value()}) {
    EXPECT_EQ(folder.read("a.jpg", 4).value().size(), 4U);
    EXPECT_EQ(folder.read("./a.jpg", 4).value().size(), 4U);
    EXPECT_EQ(folder.read("a.jpg", 3).error().code, ErrorCode::kOverLimit);
    EXPECT_EQ(folder.read("b.jpg", 4).error().code, ErrorCode::kNotFound);
    EXPECT_DEATH(static_cast<void>(folder.read("../a.jpg", 4)), "stays_below");
  }
}

TEST_F(RequestFolderTest, NamesTheMostRequestsAndRefusesOneMore) {
  write({{.name = "a.json", .bytes = "{}"}, {.name = "b.json", .bytes = "{}"}});
  const RequestFolder folder(folder_ / "plain");
  EXPECT_EQ(folder.names(".json", 2).value().size(), 2U);
  EXPECT_EQ(folder.names(".json", 1).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(RequestFolder(folder_ / "nowhere").names(".json", 1).error().code,
            ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace proviso::vault
