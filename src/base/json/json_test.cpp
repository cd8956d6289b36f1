#include "base/json/json.h"

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/core/concat.h"

namespace proviso::json {
namespace {

constexpr Limits kLimits{};

void expect_refused(std::string_view text, std::string_view part) {
  const auto refused = parse(text, kLimits);
  ASSERT_FALSE(refused.has_value()) << text;
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput) << text;
  EXPECT_NE(refused.error().message.find(part), std::string::npos)
      << part << " in: " << refused.error().message;
}

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(Json, ReadsEveryKind) {
  const Value value =
      parse(R"( {"a": [1, -2, "x", true, false, null], "b": {"c": {}}} )", kLimits).value();

  EXPECT_EQ(value,
            Value(Value::Object{{"a", Value::Array{1, -2, "x", true, false, Value{}}},
                                {"b", Value::Object{{"c", Value::Object{}}}}}));
}

TEST(Json, ReadsEscapesAndUtf8) {
  EXPECT_EQ(parse(R"("\u20AC\ud83d\ude00\n\u0000\/")", kLimits).value(),
            Value(std::string("\xE2\x82\xAC\xF0\x9F\x98\x80\n\0/", 10)));
}

TEST(Json, RefusesAFieldThatStandsTwice) {
  ASSERT_TRUE(parse(R"({"a":1,"b":{"a":1}})", kLimits).has_value());
  expect_refused(R"({"a":1,"b":2,"a":1})", "\"a\" twice");
  expect_refused(R"({"a":1,"\u0061":1})", "\"a\" twice");
  expect_refused(R"({"b":[{},{"a":1,"a":1}]})", "$.b[1]");
}

TEST(Json, RefusesFieldNamesOutsidePrintableAscii) {
  ASSERT_TRUE(parse(R"({"a b":1})", kLimits).has_value());
  expect_refused("{\"caf\xC3\xA9\":1}", "printable ASCII");
  expect_refused(R"({"a\n":1})", "printable ASCII");
  expect_refused(R"({"":1})", "printable ASCII");
}

TEST(Json, TakesTheLargestIntegersAndRefusesOneMore) {
  EXPECT_EQ(parse("9007199254740991", kLimits).value(), Value(kIntegerMax));
  EXPECT_EQ(parse("-9007199254740991", kLimits).value(), Value(-kIntegerMax));
  expect_refused("9007199254740992", "\"9007199254740992\"");
  expect_refused("-9007199254740992", "\"-9007199254740992\"");
  expect_refused("18446744073709551616", "integers");
  expect_refused("-9223372036854775809", "integers");
}

TEST(Json, RefusesEveryOtherFormOfNumber) {
  ASSERT_TRUE(parse("[0,10]", kLimits).has_value());
  for (const char* text : {"1.0", "1e2", "0.5", "-0", "[1,-0.0]"}) {
    expect_refused(text, "found");
  }
  for (const char* text : {"01", "+1", "1.", ".5", "0x1", "NaN", "Infinity", "-", "1E400"}) {
    expect_refused(text, "must be JSON");
  }
}

TEST(Json, NamesThePlaceOfWhatItRefuses) {
  expect_refused(R"({"a":[{"b":1},{"b":1.5}]})", "at $.a[1].b:");
  expect_refused(R"({"a":[1,2,}]})", "byte 11");
}

TEST(Json, RefusesWhatStandsBesideTheValueAndWhatIsNotPlainUtf8) {
  using std::string_view_literals::operator""sv;
  ASSERT_TRUE(parse("{}\n", kLimits).has_value());
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "{}{}"sv,
                                      "{} x"sv,
                                      "{}\0"sv,
                                      "{}\0x"sv,
                                      "\0{}"sv,
                                      "\xEF\xBB\xBF{}"sv,
                                      "{}// note"sv,
                                      "/**/{}"sv,
                                      "{'a':1}"sv,
                                      "{a:1}"sv,
                                      "[1,]"sv,
                                      "[1"sv,
                                      "{\"a\":1"sv,
                                      "\"\xFF\""sv,
                                      "\"\xC0\x80\""sv,
                                      "\"\xED\xA0\x80\""sv,
                                      "\"\\ud800\""sv,
                                      "\"\\udc00x\""sv,
                                      "\"a\nb\""sv,
                                      "\"\\x\""sv}) {
    expect_refused(text, "");
  }
}

TEST(Json, TakesTheMostBytesLevelsAndMembersAndRefusesOneMore) {
  constexpr std::string_view kText = R"({"a":[1,2]})";  // 11 bytes, 2 levels, 3 members.
  const auto code_with = [&](Limits limits) { return parse(kText, limits).error().code; };
  ASSERT_TRUE(
      parse(kText, {.bytes_max = kText.size(), .depth_max = 2, .members_max = 3}).has_value());
  EXPECT_EQ(code_with({.bytes_max = kText.size() - 1}), ErrorCode::kOverLimit);
  EXPECT_EQ(code_with({.depth_max = 1}), ErrorCode::kOverLimit);
  EXPECT_EQ(code_with({.members_max = 2}), ErrorCode::kOverLimit);
  EXPECT_TRUE(parse(nested(kLimits.depth_max), kLimits).has_value());
  EXPECT_FALSE(parse(nested(kLimits.depth_max + 1), kLimits).has_value());
}

TEST(Json, RefusesAMegabyteOfBracketsWithoutOverflow) {
  EXPECT_EQ(parse(std::string(kLimits.bytes_max, '['), kLimits).error().code,
            ErrorCode::kOverLimit);
}

TEST(CanonicalJson, SortsNamesAndWritesOneLineWithTheFewestEscapes) {
  const Value value = Value::Object{{"b", Value::Array{}},
                                    {"a", Value::Object{}},
                                    {"B", "\x01\x1F\b\t\n\f\r\"\\/\x7F\xC3\xA9"},
                                    {"A", Value::Array{0, -1, true, false, Value{}}}};

  EXPECT_EQ(to_canonical(value),
            "{\"A\":[0,-1,true,false,null],"
            "\"B\":\"\\u0001\\u001f\\b\\t\\n\\f\\r\\\"\\\\/\x7F\xC3\xA9\",\"a\":{},\"b\":[]}");
}

TEST(CanonicalJsonDeathTest, IsNotWrittenForWhatWouldNotBeRead) {
  EXPECT_DEATH(to_canonical(0.5), "check failed");
  EXPECT_DEATH(to_canonical(kIntegerMax + 1), "check failed");
  EXPECT_DEATH(to_canonical("\xFF"), "check failed");
  EXPECT_DEATH(to_canonical(Value::Object{{"\n", 1}}), "check failed");
}

// Random trees, at most `depth` deep.
class Trees {
 public:
  explicit Trees(unsigned seed) : random_(seed) {}

  Value next(std::size_t depth) {
    switch (below(depth == 0 ? 5 : 10)) {
      case 0: return {};
      case 1: return below(2) == 0;
      case 2:
        return std::uniform_int_distribution<std::int64_t>(-kIntegerMax, kIntegerMax)(random_);
      case 3: return static_cast<std::int64_t>(below(100));
      case 4: return text(kLetters);
      case 5:
      case 6: return array(depth);
      default: return object(depth);
    }
  }

  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

 private:
  static constexpr std::array<std::string_view, 8> kLetters{
      "a", "\"", "\\", "\n", std::string_view("\0", 1), "\xC3\xA9", "\xF0\x9F\x98\x80", "/"};
  static constexpr std::array<std::string_view, 4> kNameLetters{"a", "Z", "\"", "~"};

  template <std::size_t kSize>
  std::string text(const std::array<std::string_view, kSize>& letters) {
    std::string out;
    for (std::size_t left = below(8); left > 0; --left) out += letters[below(kSize)];
    return out;
  }
  Value array(std::size_t depth) {
    Value::Array out;
    for (std::size_t left = below(4); left > 0; --left) out.push_back(next(depth - 1));
    return out;
  }
  Value object(std::size_t depth) {
    Value::Object out;
    for (std::size_t left = below(4); left > 0; --left) {
      out.emplace(concat("k", text(kNameLetters)), next(depth - 1));
    }
    return out;
  }

  std::mt19937 random_;
};

TEST(CanonicalJson, ReadsBackAsTheSameTreeAndTheSameBytesOver3000RandomTrees) {
  Trees trees(4);
  for (int i = 0; i < 3000; ++i) {
    const Value tree = trees.next(5);
    const std::string text = to_canonical(tree);
    const auto read = parse(text, kLimits);
    ASSERT_TRUE(read.has_value()) << text << ": " << read.error().message;
    ASSERT_EQ(read.value(), tree) << text;
    ASSERT_EQ(to_canonical(read.value()), text);
    ASSERT_EQ(text.find('\n'), std::string::npos) << text;
  }
}

TEST(Json, NeverFailsOtherThanByAnErrorOver5000DamagedTexts) {
  Trees trees(5);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text = to_canonical(trees.next(5));
    text[trees.below(text.size())] = static_cast<char>(trees.below(256));
    if (trees.below(4) == 0) text.resize(trees.below(text.size()));
    const auto read = parse(text, kLimits);
    if (read) {
      ASSERT_EQ(parse(to_canonical(read.value()), kLimits).value(), read.value()) << text;
    } else {
      ++refused;
      ASSERT_FALSE(read.error().message.empty());
    }
  }
  EXPECT_GT(refused, 1000);
}

}  // namespace
}  // namespace proviso::json
