#include "base/core/concat.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace proviso {
namespace {

TEST(Concat, JoinsTextCharactersAndIntegers) {
  EXPECT_EQ(concat("at most ", 3, ' ', std::string("slots"), ": ", std::int64_t{-7}),
            "at most 3 slots: -7");
  EXPECT_EQ(concat(), "");
}

TEST(InQuotes, ShowsBytesThatWouldActOnATerminal) {
  EXPECT_EQ(in_quotes("plain"), "\"plain\"");
  EXPECT_EQ(in_quotes("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(in_quotes("\x1B[2J\n\xFF"), R"("\x1b[2J\x0a\xff")");
}

TEST(InQuotes, ShowsTheLongestTextWholeAndCutsOneByteMore) {
  const std::string longest(kQuotedBytesMax, 'x');
  EXPECT_EQ(in_quotes(longest), '"' + longest + '"');
  EXPECT_EQ(in_quotes(longest + 'x'), '"' + longest + "\"...");
}

}  // namespace
}  // namespace proviso
