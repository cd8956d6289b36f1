#include "base/core/id.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace proviso {
namespace {

TEST(Id, TakesLowerCaseDigitsAndThreeMarks) {
  EXPECT_EQ(CameraId::parse("gate-2_north.a").value().text(), "gate-2_north.a");
  EXPECT_TRUE(CameraId::parse("7").has_value());
}

TEST(Id, TakesTheLongestAndRefusesOneMore) {
  EXPECT_TRUE(EntryId::parse(std::string(kIdLengthMax, 'a')).has_value());
  EXPECT_FALSE(EntryId::parse(std::string(kIdLengthMax + 1, 'a')).has_value());
}

TEST(Id, RefusesWhatIsNotSafeInAFileNameOrALogLine) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {""sv,
                                      "."sv,
                                      ".."sv,
                                      "-a"sv,
                                      "_a"sv,
                                      "a/b"sv,
                                      "a b"sv,
                                      "A"sv,
                                      "a\n"sv,
                                      "a\0"sv,
                                      "\xC3\xA9"sv}) {
    const auto refused = CameraId::parse(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput) << text;
  }
}

TEST(Id, NamesTheThingAndQuotesWhatItFound) {
  const std::string message = CameraId::parse("Gate\n2").error().message;
  EXPECT_NE(message.find("a camera id is 1 to 64"), std::string::npos) << message;
  EXPECT_TRUE(EntryId::parse("W 9").error().message.starts_with("an entry id is"));
  EXPECT_NE(message.find("\"Gate\\x0a2\""), std::string::npos) << message;
}

TEST(Id, OfACameraIsNotThatOfAnEntry) {
  static_assert(!std::is_convertible_v<CameraId, EntryId>);
  static_assert(!std::is_constructible_v<CameraId, std::string>);
  EXPECT_LT(CameraId::parse("a").value(), CameraId::parse("b").value());
}

}  // namespace
}  // namespace proviso
