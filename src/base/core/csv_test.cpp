#include "base/core/csv.h"

#include <gtest/gtest.h>

namespace proviso {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr CsvLimits kLimits{.rows_max = 1000, .fields_max = 3, .field_bytes_max = 1024};

Result<Rows> read(std::string_view text) {
  return parse_csv(text, kLimits);
}

TEST(Csv, ReadsQuotesCommasAndLinesInsideFields) {
  const auto rows = read("a,\"b \"\"c\"\", d\",e\r\n\"line 1\nline 2\",,\n");
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows.value(), (Rows{{"a", "b \"c\", d", "e"}, {"line 1\nline 2", "", ""}}));
}

TEST(Csv, NeedsNoLastLineEndAndPassesOverAByteOrderMark) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b,")
                .value(),
            (Rows{{"a", "b", ""}}));
  EXPECT_EQ(read("\"a\"").value(), (Rows{{"a"}}));
  EXPECT_TRUE(read("").value().empty());
}

TEST(Csv, RefusesQuotesThatAreOpenOrStrayAndLoneCarriageReturns) {
  for (const char* bad : {"\"a", "a\"b", "\"a\"b", "\"a\" ,b", "a\rb", "a\r", "\"\"\""}) {
    const auto rows = read(bad);
    ASSERT_FALSE(rows) << bad;
    EXPECT_EQ(rows.error().code, ErrorCode::kInvalidInput) << bad;
    EXPECT_NE(rows.error().message.find("row 1"), std::string::npos) << bad;
  }
  EXPECT_TRUE(read("\"\"\"\""));  // A field of one quote.
}

TEST(Csv, TakesFieldsAndColumnsUpToTheLimitAndNotOneMore) {
  EXPECT_TRUE(read(std::string(kLimits.field_bytes_max, 'a')));
  EXPECT_EQ(read(std::string(kLimits.field_bytes_max + 1, 'a')).error().code,
            ErrorCode::kOverLimit);
  EXPECT_TRUE(read("a,b,c"));
  EXPECT_EQ(read("a,b,c,d").error().code, ErrorCode::kOverLimit);
}

TEST(Csv, TakesRowsUpToTheLimitBelowAHeaderAndNotOneMore) {
  std::string text((kLimits.rows_max + 1) * 2, 'a');
  for (std::size_t n = 1; n < text.size(); n += 2) text[n] = '\n';
  EXPECT_TRUE(read(text));
  EXPECT_EQ(read(text + "a").error().code, ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso
