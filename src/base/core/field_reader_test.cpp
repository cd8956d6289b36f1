#include "base/core/field_reader.h"

#include <gtest/gtest.h>

namespace proviso {
namespace {

const Value::Object kStatement{
    {"cameras", Value::Array{Value::Object{{"id", "north"}}, Value::Object{{"id", "south"}}}},
    {"hours", 8},
    {"list", Value::Object{{"cap", 100}}},
    {"open", true},
    {"scale", 0.5},
    {"shape", Value::Array{1, 3, 112}},
    {"weights", Value::Array{0.5, 2}},
    {"words", Value::Array{"a", "bc"}},
};

// What every refusal carries: the code, and the parts that a person needs.
template <typename T>
void expect_refused(const Result<T>& result, std::initializer_list<std::string_view> parts) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, ErrorCode::kInvalidInput);
  for (const std::string_view part : parts) {
    EXPECT_NE(result.error().message.find(part), std::string::npos)
        << part << " in: " << result.error().message;
  }
}

TEST(FieldReader, TakesEveryKindAndFinishes) {
  FieldReader reader(kStatement, "statement");

  EXPECT_EQ(reader.integer("hours", 1, 24).value(), 8);
  EXPECT_EQ(reader.boolean("open").value(), true);
  EXPECT_EQ(reader.number("scale", 0, 1).value(), 0.5);
  EXPECT_EQ(reader.integers("shape", {3, 3}, 1, 4096).value(),
            (std::vector<std::int64_t>{1, 3, 112}));
  EXPECT_EQ(reader.numbers("weights", {1, 2}, 0, 2).value(), (std::vector<double>{0.5, 2.0}));
  EXPECT_EQ(reader.strings("words", {0, 2}, 2).value(), (std::vector<std::string>{"a", "bc"}));
  auto list = reader.object("list").value();
  EXPECT_EQ(list.integer("cap", 0, 100).value(), 100);
  EXPECT_TRUE(list.finish().has_value());
  auto cameras = reader.objects("cameras", {1, 2}).value();
  EXPECT_EQ(cameras[1].place(), "statement.cameras[1]");
  EXPECT_EQ(cameras[1].string("id", 5).value(), "south");
  EXPECT_TRUE(cameras[1].finish().has_value());

  EXPECT_TRUE(reader.finish().has_value());
}

TEST(FieldReader, ListsTheNamesWithoutTakingThem) {
  FieldReader reader(kStatement, "statement");
  EXPECT_EQ(reader.names(),
            (std::vector<std::string>{
                "cameras", "hours", "list", "open", "scale", "shape", "weights", "words"}));
  EXPECT_FALSE(reader.finish().has_value());
}

TEST(FieldReader, NamesTheFieldThatIsMissing) {
  FieldReader reader(kStatement, "statement");
  EXPECT_FALSE(reader.has("start"));
  EXPECT_TRUE(reader.has("hours"));
  expect_refused(reader.integer("start", 0, 9), {"statement must have", "\"start\"", "missing"});
}

TEST(FieldReader, NamesFieldValueFoundAndValueNeeded) {
  FieldReader reader(kStatement, "statement");
  expect_refused(reader.integer("scale", 0, 9),
                 {"statement.scale", "an integer from 0 to 9", "found the number 0.5"});
  expect_refused(reader.string("hours", 9), {"statement.hours", "a string", "the integer 8"});
  expect_refused(reader.boolean("hours"), {"true or false", "the integer 8"});
  expect_refused(reader.number("open", 0, 1), {"a number from 0 to 1", "found true"});
  expect_refused(reader.object("hours"), {"an object", "the integer 8"});
  expect_refused(reader.integers("words", {0, 9}, 0, 9), {"statement.words[0]", "an integer"});
  expect_refused(reader.objects("shape", {0, 9}), {"statement.shape[0]", "an object"});
  expect_refused(reader.elements("hours", {0, 9}), {"an array of 0 to 9 elements"});
  const Value seven = 7;
  expect_refused(FieldReader::of(seven, "statement"), {"statement must be an object"});
}

TEST(FieldReader, TakesTheEndsOfEveryRangeAndRefusesOneBeyond) {
  FieldReader reader(kStatement, "statement");
  EXPECT_TRUE(reader.integer("hours", 8, 8).has_value());
  EXPECT_FALSE(reader.integer("hours", 9, 10).has_value());
  EXPECT_FALSE(reader.integer("hours", 0, 7).has_value());
  EXPECT_TRUE(reader.number("scale", 0.5, 0.5).has_value());
  EXPECT_FALSE(reader.number("scale", 0.51, 1).has_value());
  EXPECT_FALSE(reader.number("scale", 0, 0.49).has_value());
  EXPECT_TRUE(reader.elements("shape", {3, 3}).has_value());
  EXPECT_FALSE(reader.elements("shape", {4, 9}).has_value());
  EXPECT_FALSE(reader.elements("shape", {0, 2}).has_value());
  EXPECT_TRUE(reader.strings("words", {2, 2}, 2).has_value());
  EXPECT_FALSE(reader.strings("words", {2, 2}, 1).has_value());
}

TEST(FieldReader, RefusesToFinishWhileAFieldIsLeftAndNamesIt) {
  const Value::Object object{{"known", 1}, {"thresold", 2}};
  FieldReader reader(object, "statement");
  ASSERT_TRUE(reader.integer("known", 0, 9).has_value());

  expect_refused(reader.finish(), {"statement", "\"thresold\""});
  ASSERT_TRUE(reader.integer("thresold", 0, 9).has_value());
  EXPECT_TRUE(reader.finish().has_value());
}

TEST(FieldReader, NamesTheFirstOfVeryManyUnknownFields) {
  Value::Object object;
  for (char letter = 'a'; letter <= 'z'; ++letter) object.emplace(std::string(1, letter), 1);
  expect_refused(FieldReader(object, "pack").finish(), {"\"a\", \"b\"", "and 21 more"});
}

TEST(FieldReader, WordsARuleThatGoesBeyondKindAndRange) {
  const FieldReader reader(kStatement, "statement");
  EXPECT_EQ(reader.refused("hours", "less than the window").message,
            "statement.hours must be less than the window; found the integer 8; correct it");
}

}  // namespace
}  // namespace proviso
