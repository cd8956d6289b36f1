#include "base/core/utf8.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace proviso {
namespace {

std::string utf8_of(std::uint32_t code_point) {
  const auto continued = [&](unsigned shift) {
    return static_cast<char>(0x80U | (code_point >> shift & 0x3FU));
  };
  if (code_point < 0x80) return {static_cast<char>(code_point)};
  if (code_point < 0x800) return {static_cast<char>(0xC0U | code_point >> 6U), continued(0)};
  if (code_point < 0x10000) {
    return {static_cast<char>(0xE0U | code_point >> 12U), continued(6), continued(0)};
  }
  return {static_cast<char>(0xF0U | code_point >> 18U), continued(12), continued(6), continued(0)};
}

TEST(Utf8, TakesEveryCodePointButTheSurrogates) {
  for (std::uint32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    const bool surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    ASSERT_EQ(is_utf8(utf8_of(code_point)), !surrogate) << code_point;
  }
}

TEST(Utf8, RefusesOverlongCutAndImpossibleForms) {
  ASSERT_TRUE(is_utf8("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"));
  for (const char* text : {"\xC0\x80",
                           "\xC1\xBF",
                           "\xE0\x9F\xBF",
                           "\xF0\x8F\xBF\xBF",
                           "\xF4\x90\x80\x80",
                           "\xF8\x88\x80\x80\x80",
                           "\x80",
                           "\xC3",
                           "\xE2\x82",
                           "\xF0\x9F\x98",
                           "\xC3(",
                           "\xED\xA0\x80"}) {
    EXPECT_FALSE(is_utf8(text)) << text;
    EXPECT_FALSE(is_printable_utf8(text, 64)) << text;
  }
}

TEST(Utf8, IsMadeOfAnyBytesByReplacingTheBadOnes) {
  EXPECT_EQ(with_replacements("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(with_replacements("a\xFF\xC3z\xE2\x82"), "a\uFFFD\uFFFDz\uFFFD\uFFFD");
}

TEST(PrintableUtf8, TakesNamesOfManyScripts) {
  for (const char* text :
       {"", "Ada Lovelace", "Zo\u00EB \u0141", "\u0639\u0644\u06CC", "\U0001F600"}) {
    EXPECT_TRUE(is_printable_utf8(text, 64)) << text;
  }
}

TEST(PrintableUtf8, RefusesWhatActsOnTheTerminalOrTheTextAround) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text : {"a\nb"sv,
                                      "a\tb"sv,
                                      "\0"sv,
                                      "\x1B[2J"sv,
                                      "\x7F"sv,
                                      "\u009B2J"sv,
                                      "\u2028"sv,
                                      "\u202Egpj"sv,
                                      "\u2066x"sv,
                                      "\uFEFFx"sv,
                                      "\uFFFF"sv,
                                      "\U0010FFFE"sv,
                                      "\uFDD0"sv}) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_FALSE(is_printable_utf8(text, 64)) << text;
  }
}

TEST(PrintableUtf8, TakesTheLongestAndRefusesOneByteMore) {
  EXPECT_TRUE(is_printable_utf8(std::string(128, 'a'), 128));
  EXPECT_FALSE(is_printable_utf8(std::string(129, 'a'), 128));
}

}  // namespace
}  // namespace proviso
