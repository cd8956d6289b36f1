#include "base/toml/toml.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/file.h"

namespace proviso::toml {
namespace {

constexpr std::size_t kBytesMax = std::size_t{1} << 20U;

constexpr std::string_view kPack = R"(
name = "pack"          # a comment
[detector]
file = "yunet.onnx"
strides = [8, 16, 32]
threshold = 0.45
folded = true
[[embedder]]
mean = [0.5, 1.0]
[[embedder]]
mean = []
)";

void expect_refused(std::string_view text, ErrorCode code, std::string_view part) {
  const auto refused = parse(text, kBytesMax);
  ASSERT_FALSE(refused.has_value()) << text.substr(0, 200);
  EXPECT_EQ(refused.error().code, code) << refused.error().message;
  EXPECT_NE(refused.error().message.find(part), std::string::npos)
      << part << " in: " << refused.error().message;
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string out;
  for (; times > 0; --times) out += part;
  return out;
}

TEST(Toml, ReadsEveryKind) {
  EXPECT_EQ(parse(kPack, kBytesMax).value(),
            (Value::Object{{"name", "pack"},
                           {"detector",
                            Value::Object{{"file", "yunet.onnx"},
                                          {"strides", Value::Array{8, 16, 32}},
                                          {"threshold", 0.45},
                                          {"folded", true}}},
                           {"embedder",
                            Value::Array{Value::Object{{"mean", Value::Array{0.5, 1.0}}},
                                         Value::Object{{"mean", Value::Array{}}}}}}));
  EXPECT_EQ(parse("", kBytesMax).value(), Value::Object{});
}

TEST(Toml, IsTakenApartByAFieldReader) {
  const auto pack = parse(kPack, kBytesMax).value();
  FieldReader reader(pack, "pack.toml");
  EXPECT_EQ(reader.string("name", 64).value(), "pack");
  auto detector = reader.object("detector").value();
  EXPECT_EQ(detector.number("threshold", 0, 1).value(), 0.45);

  const auto left = detector.finish();

  ASSERT_FALSE(left.has_value());
  EXPECT_NE(left.error().message.find("pack.toml.detector"), std::string::npos);
  EXPECT_NE(left.error().message.find("\"file\", \"folded\", \"strides\""), std::string::npos);
}

TEST(Toml, ReadsTheModelPackOfThisMachine) {
  const auto text = read_text_file(PROVISO_DEPS "/models/pack.toml", kBytesMax);
  if (!text) GTEST_SKIP() << text.error().message << " (./dev setup makes it)";
  const auto pack = parse(text.value(), kBytesMax);
  ASSERT_TRUE(pack.has_value()) << pack.error().message;
  EXPECT_FALSE(pack.value().empty());
}

TEST(Toml, NamesTheLineOfWhatIsNotToml) {
  expect_refused("a = 1\nb = = 2\n", ErrorCode::kInvalidInput, "line 2, column 5");
  expect_refused("a = 1\na = 2\n", ErrorCode::kInvalidInput, "line 2");
  expect_refused("a = \"\xFF\"", ErrorCode::kInvalidInput, "UTF-8");
  expect_refused("a = 99999999999999999999", ErrorCode::kInvalidInput, "line 1");
}

TEST(Toml, RefusesWhatNoFileHereNeeds) {
  ASSERT_TRUE(parse("[a]\nb = 1.5\n", kBytesMax).has_value());
  expect_refused("[a]\nb = inf\n", ErrorCode::kInvalidInput, "at a.b: numbers must be finite");
  expect_refused("b = [1.0, nan]\n", ErrorCode::kInvalidInput, "at b[1]:");
  expect_refused("b = 2026-11-24\n", ErrorCode::kInvalidInput, "as strings");
  expect_refused("b = 08:30:00\n", ErrorCode::kInvalidInput, "as strings");
  expect_refused("b = 2026-11-24T08:30:00Z\n", ErrorCode::kInvalidInput, "as strings");
  expect_refused("\"caf\xC3\xA9\" = 1\n", ErrorCode::kInvalidInput, "printable ASCII");
  expect_refused("\"\" = 1\n", ErrorCode::kInvalidInput, "printable ASCII");
}

TEST(Toml, TakesTheMostBytesAndRefusesOneMore) {
  EXPECT_TRUE(parse(kPack, kPack.size()).has_value());
  EXPECT_EQ(parse(kPack, kPack.size() - 1).error().code, ErrorCode::kOverLimit);
}

TEST(Toml, TakesTheDeepestNestingAndRefusesOneMore) {
  const auto arrays = [](std::size_t depth) {  // The top table is a level too.
    return concat("a = ", repeated("[", depth - 1), repeated("]", depth - 1));
  };
  const auto tables = [](std::size_t depth) { return repeated("a.", depth - 1) + "a = 1"; };
  EXPECT_TRUE(parse(arrays(kDepthMax), kBytesMax).has_value());
  EXPECT_TRUE(parse(tables(kDepthMax), kBytesMax).has_value());
  expect_refused(arrays(kDepthMax + 1), ErrorCode::kOverLimit, "may be nested");
  expect_refused(tables(kDepthMax + 1), ErrorCode::kOverLimit, "may be nested");
}

TEST(Toml, RefusesAMegabyteOfNestingWithoutOverflow) {
  expect_refused(repeated("a.", kBytesMax / 2 - 4) + "a = 1", ErrorCode::kOverLimit, "dots");
  expect_refused(
      concat("[", repeated("a.", kBytesMax / 2 - 4), "a]"), ErrorCode::kOverLimit, "dots");
  expect_refused(concat("a = ", std::string(kBytesMax - 4, '[')), ErrorCode::kInvalidInput, "");
  // The deepest that passes the count of dots: 256 inline tables of names with 32 dots.
  const std::string name = repeated("a.", 32) + "a";
  expect_refused(repeated(name + "={", 250) + name + "=1" + std::string(250, '}'),
                 ErrorCode::kOverLimit,
                 "may be nested");
}

TEST(Toml, NeverFailsOtherThanByAnErrorOver5000DamagedTexts) {
  std::mt19937 random(6);
  std::uniform_int_distribution<int> any_byte(0, 255);
  std::uniform_int_distribution<std::size_t> any_place(0, kPack.size() - 1);
  int refused = 0;
  for (int i = 0; i < 5000; ++i) {
    std::string text(kPack);
    for (int damage = 0; damage < 2; ++damage) {
      text[any_place(random)] = static_cast<char>(any_byte(random));
    }
    if (!parse(text, kBytesMax)) ++refused;
  }
  EXPECT_GT(refused, 1000);
  EXPECT_LT(refused, 5000);
}

}  // namespace
}  // namespace proviso::toml
