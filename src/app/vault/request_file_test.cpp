#include "app/vault/request_file.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

#include "app/vault/people_tool.h"
#include "app/vault/vault.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

namespace fs = std::filesystem;

class RequestFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string path = (fs::temp_directory_path() / "proviso-request-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
    write("man.jpg", "a photograph");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }
  static Value::Object image(const std::string& file) {
    return {{"file", file},
            {"provenance", "Custody record 25/1234"},
            {"source", "custody"},
            {"taken_on", "2025-03-14"}};
  }
  static Value::Object body() {
    return {{"approved_by", "manager-2"},
            {"category", "wanted-by-court"},
            {"expires_at", "2026-12-24T08:30:00Z"},
            {"id", "w-1001"},
            {"images", Value::Array{image("man.jpg")}},
            {"label", "Alex Example"},
            {"legal_basis", "Warrant of a court"},
            {"reason", "Failed to appear"},
            {"requested_response", "Speak to the person"}};
  }
  Result<RequestFile> read(const Value::Object& body) const {
    write("request.json", json::to_canonical(Value(body)));
    PROVISO_TRY(const auto written, find_request(folder_ / "request.json"));
    return read_request(written, "manager-1", kEntryNow);
  }
  void expect_refused(const Value::Object& body, std::string_view why) const {
    const auto found = read(body);
    ASSERT_FALSE(found.has_value());
    EXPECT_NE(found.error().message.find(why), std::string::npos) << found.error().message;
  }

  fs::path folder_;
};

TEST_F(RequestFileTest, BecomesTheTextThatIsSignedWithTheImagesDigest) {
  const auto request = read(body());
  ASSERT_TRUE(request.has_value()) << request.error().message;
  const watchlist::Entry& entry = request.value().entry;
  EXPECT_EQ(entry.asked_by, "manager-1");
  EXPECT_EQ(entry.asked_at, kEntryNow);
  EXPECT_EQ(entry.revision, 1);
  EXPECT_EQ(entry.images.at(0).digest, crypto::sha256("a photograph"));
  EXPECT_EQ(request.value().images.size(), 1U);
  EXPECT_EQ(watchlist::to_text(entry).value(), request.value().text);
}

TEST_F(RequestFileTest, NamesEveryMandatoryFieldThatIsMissing) {
  Value::Object less = body();
  less.erase("reason");
  less.erase("legal_basis");
  expect_refused(less, "fields are missing: legal_basis, reason");
}

TEST_F(RequestFileTest, TakesNoImageFromElsewhereAndNoDigestOfItsOwn) {
  Value::Object other = body();
  for (const char* const path : {"../man.jpg", "/etc/hostname", "a/../../man.jpg", ""}) {
    other["images"] = Value::Array{image(path)};
    expect_refused(other, "not below the request's folder");
  }
  Value::Object claimed = image("man.jpg");
  claimed["sha256"] = std::string(64, '0');
  other["images"] = Value::Array{claimed};
  expect_refused(other, "no sha256");
  other["images"] = Value::Array{image("nobody.jpg")};
  EXPECT_EQ(read(other).error().code, ErrorCode::kNotFound);
}

TEST_F(RequestFileTest, TakesTheMostImagesAndRefusesOneMore) {
  Value::Object many = body();
  Value::Array images;
  for (std::size_t n = 0; n < watchlist::kPhotographsMax; ++n) {
    const std::string name = "man-" + std::to_string(n) + ".jpg";
    write(name, name);
    images.push_back(image(name));
  }
  many["images"] = images;
  EXPECT_TRUE(read(many).has_value());
  images.push_back(image("man.jpg"));
  many["images"] = images;
  expect_refused(many, "no array of 1 to 64");
}

TEST_F(RequestFileTest, RefusesAFileOverItsLimitAndOneThatIsNoObject) {
  write("request.json", std::string(kRequestBytesMax + 1, ' '));
  EXPECT_EQ(find_request(folder_ / "request.json").error().code, ErrorCode::kOverLimit);
  write("request.json", "[]");
  EXPECT_FALSE(find_request(folder_ / "request.json").has_value());
}

TEST_F(RequestFileTest, ManyComeFromAnArrayOrFromTheFilesOfAFolder) {
  Value::Object second = body();
  second["id"] = "w-1002";
  write("many.json", json::to_canonical(Value(Value::Array{body(), second})));
  const auto array = find_requests(folder_ / "many.json");
  ASSERT_TRUE(array.has_value()) << array.error().message;
  ASSERT_EQ(array.value().size(), 2U);
  EXPECT_EQ(array.value()[1].place, "many.json, request 2");
  EXPECT_EQ(read_request(array.value()[1], "manager-1", kEntryNow).value().entry.id, "w-1002");

  fs::create_directory(folder_ / "each");
  for (const Value::Object& one : {second, body()}) {
    std::ofstream(folder_ / "each" / (*one.at("id").string() + ".json"))
        << json::to_canonical(Value(one));
  }
  const auto files = find_requests(folder_ / "each");
  ASSERT_EQ(files.value().size(), 2U);
  EXPECT_EQ(files.value()[0].place, "w-1001.json");
  EXPECT_EQ(find_requests(folder_ / "each" / "w-1001.json").value().at(0).place, "w-1001.json");
  EXPECT_EQ(find_requests(folder_ / "nowhere").error().code, ErrorCode::kNotFound);
}

TEST_F(RequestFileTest, AFileWithoutAnyRequestIsRefused) {
  write("none.json", "[]");
  write("none.csv", "id,label\n");
  for (const char* const name : {"none.json", "none.csv"}) {
    const auto found = find_requests(folder_ / name);
    ASSERT_FALSE(found.has_value()) << name;
    EXPECT_EQ(found.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(found.error().message.find("at least one request is needed; found 0"),
              std::string::npos);
  }
  write("one.json", concat("[", json::to_canonical(Value(body())), "]"));
  EXPECT_EQ(find_requests(folder_ / "one.json").value().size(), 1U) << "control";
}

TEST_F(RequestFileTest, WhatIsWrongWithOneOfManyIsItsOwnFault) {
  write("many.json", concat("[1,", json::to_canonical(Value(body())), "]"));
  const auto array = find_requests(folder_ / "many.json");
  ASSERT_EQ(array.value().size(), 2U);
  EXPECT_TRUE(read_request(array.value()[1], "manager-1", kEntryNow).has_value()) << "control";
  const auto number = read_request(array.value()[0], "manager-1", kEntryNow);
  EXPECT_NE(number.error().message.find("many.json, request 1: one JSON object is needed"),
            std::string::npos);

  fs::create_directory(folder_ / "each");
  write("each/good.json", json::to_canonical(Value(body())));
  write("each/broken.json", "{");
  write("each/long.json", std::string(kRequestBytesMax + 1, ' '));
  const auto files = find_requests(folder_ / "each");
  ASSERT_EQ(files.value().size(), 3U);
  EXPECT_NE(files.value()[0].fault->message.find("requests \"broken.json\": "), std::string::npos);
  EXPECT_FALSE(files.value()[1].fault.has_value());
  EXPECT_EQ(files.value()[2].fault->code, ErrorCode::kOverLimit);
}

TEST_F(RequestFileTest, AFolderOfOneFileIsReadAsThatFileAndNoOtherMixtureIs) {
  const fs::path each = folder_ / "each";
  fs::create_directory(each);
  const auto refused = [&] { return find_requests(each).error().message; };
  EXPECT_NE(refused().find("found 0 and 0"), std::string::npos);
  write("each/many.json", json::to_canonical(Value(Value::Array{body(), body()})));
  write("each/._many.json", "of a file manager");
  EXPECT_EQ(find_requests(each).value().size(), 2U);
  write("each/people.csv", "id\nw-1\nw-2\nw-3\n");
  EXPECT_NE(refused().find("found 1 and 1"), std::string::npos);
  fs::remove(each / "many.json");
  EXPECT_EQ(find_requests(each).value().size(), 3U);
}

TEST_F(RequestFileTest, TakesTheMostRequestsOfAnArrayAndRefusesOneMore) {
  std::string array = "[1";
  for (std::size_t n = 1; n < kRequestsMax; ++n) array += ",1";
  write("many.json", array + "]");
  EXPECT_EQ(find_requests(folder_ / "many.json").value().size(), kRequestsMax);
  write("many.json", array + ",1]");
  EXPECT_EQ(find_requests(folder_ / "many.json").error().code, ErrorCode::kOverLimit);
  write("many.json", std::string(kRequestsBytesMax + 1, ' '));
  EXPECT_EQ(find_requests(folder_ / "many.json").error().code, ErrorCode::kOverLimit);
}

TEST_F(RequestFileTest, TakesTheMostBytesOfImagesTogetherAndRefusesOneMore) {
  write("man.jpg", std::string(kImageBytesMax, 'a'));
  write("other.jpg", std::string(kImageBytesMax, 'b'));
  write("little.jpg", "c");
  Value::Object many = body();
  many["images"] = Value::Array{image("man.jpg"), image("other.jpg")};
  EXPECT_TRUE(read(many).has_value());
  many["images"] = Value::Array{image("man.jpg"), image("other.jpg"), image("little.jpg")};
  expect_refused(many, "bytes together");
  write("man.jpg", std::string(kImageBytesMax + 1, 'a'));
  EXPECT_EQ(read(body()).error().code, ErrorCode::kOverLimit);
}

TEST_F(RequestFileTest, RefusesAnImageWhoseNameWouldActOnATerminal) {
  Value::Object other = body();
  for (const char* const name : {"\x1B[2J.jpg", "man.jpg\n", "\xE2\x80\xAEman.jpg"}) {
    other["images"] = Value::Array{image(name)};
    expect_refused(other, "cannot be shown");
  }
}

}  // namespace
}  // namespace proviso::vault
