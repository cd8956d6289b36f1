#include "base/core/field_texts.h"

#include <gtest/gtest.h>

#include "base/core/id.h"

namespace proviso {
namespace {

template <typename T>
Result<T> read(Result<T> (*take)(FieldReader&, std::string_view), const std::string& text) {
  const Value::Object object{{"field", text}};
  FieldReader reader(object, "entry");
  return take(reader, "field");
}

TEST(FieldTexts, AnIdIsReadUpToItsLongestAndNoLonger) {
  const std::string longest(kIdLengthMax, 'a');
  EXPECT_EQ(read(read_id, longest).value(), longest);
  for (const std::string& text : {longest + "a", std::string(), std::string(".a")}) {
    const auto refused = read(read_id, text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(refused.error().message.find("entry.field must be 1 to 64 of a-z 0-9 . _ -"),
              std::string::npos)
        << refused.error().message;
  }
}

TEST(FieldTexts, ATimeIsUtcAndNothingElse) {
  EXPECT_EQ(to_rfc3339(read(read_time, "2026-11-24T08:30:00Z").value()), "2026-11-24T08:30:00Z");
  for (const char* text : {"2026-11-24T08:30:00+01:00", "2026-11-24", ""}) {
    const auto refused = read(read_time, text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_NE(refused.error().message.find("a UTC time such as"), std::string::npos);
  }
}

}  // namespace
}  // namespace proviso
