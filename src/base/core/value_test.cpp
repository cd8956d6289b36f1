#include "base/core/value.h"

#include <gtest/gtest.h>

#include <type_traits>

namespace proviso {
namespace {

TEST(Value, HoldsOneKindAndGivesNoOther) {
  const Value value = 7;
  ASSERT_NE(value.integer(), nullptr);
  EXPECT_EQ(*value.integer(), 7);
  EXPECT_EQ(value.boolean(), nullptr);
  EXPECT_EQ(value.number(), nullptr);
  EXPECT_EQ(value.string(), nullptr);
  EXPECT_EQ(value.array(), nullptr);
  EXPECT_EQ(value.object(), nullptr);
  EXPECT_FALSE(value.is_null());
  EXPECT_TRUE(Value{}.is_null());
}

TEST(Value, TakesTextForTextAndNotForTrue) {
  EXPECT_NE(Value("yes").string(), nullptr);
  EXPECT_NE(Value(true).boolean(), nullptr);
  EXPECT_NE(Value(0.5).number(), nullptr);
  static_assert(!std::is_constructible_v<Value, const void*>);
  static_assert(!std::is_constructible_v<Value, std::uint64_t>);
}

TEST(Value, IsEqualToItsCopyAndNotToAnotherTree) {
  const Value tree = Value::Object{{"a", Value::Array{1, "two", Value{}}}, {"b", false}};
  const Value copy = tree;  // NOLINT(performance-unnecessary-copy-initialization)
  EXPECT_EQ(copy, tree);
  EXPECT_NE(tree, Value(Value::Object{{"a", Value::Array{1, "two"}}, {"b", false}}));
}

TEST(Value, IsDescribedByKindAndContent) {
  EXPECT_EQ(described({}), "null");
  EXPECT_EQ(described(true), "true");
  EXPECT_EQ(described(-7), "the integer -7");
  EXPECT_EQ(described(0.5), "the number 0.5");
  EXPECT_EQ(described("a\nb"), "the string \"a\\x0ab\"");
  EXPECT_EQ(described(Value::Array{1, 2}), "an array of 2");
  EXPECT_EQ(described(Value::Object{{"a", 1}}), "an object of 1 fields");
}

TEST(FieldName, TakesTheLongestPrintableAsciiAndRefusesOneMore) {
  EXPECT_TRUE(is_field_name("face_width_px"));
  EXPECT_TRUE(is_field_name(std::string(kFieldNameBytesMax, 'a')));
  EXPECT_FALSE(is_field_name(std::string(kFieldNameBytesMax + 1, 'a')));
  EXPECT_FALSE(is_field_name(""));
  EXPECT_FALSE(is_field_name("a\n"));
  EXPECT_FALSE(is_field_name("caf\xC3\xA9"));
}

}  // namespace
}  // namespace proviso
