#include "base/json/line.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "base/json/json.h"

namespace proviso::json {
namespace {

TEST(Line, KeepsTheOrderInWhichFieldsWereAdded) {
  Line line;
  line.string("camera", "gate-2")
      .integer("frame", 7)
      .fixed("score", 0.61236, 4)
      .boolean("new", true);
  line.null("reason");

  EXPECT_EQ(line.text(),
            R"({"camera":"gate-2","frame":7,"score":0.6124,"new":true,"reason":null})");
  EXPECT_EQ(Line{}.text(), "{}");
}

TEST(Line, NestsObjectsAndArrays) {
  std::array<Line, 2> shots;
  shots[0].integer("frame", 1);
  shots[1].integer("frame", 2);
  Line inner;
  inner.integers("box", std::array<std::int64_t, 2>{3, 4});
  Line line;
  line.object("face", inner).objects("shots", shots).fixeds("yaw", std::array{1.0, -0.26}, 1);
  line.strings("labels", std::array<std::string, 2>{"a", "\""}).integers("none", {});

  EXPECT_EQ(line.text(),
            R"({"face":{"box":[3,4]},"shots":[{"frame":1},{"frame":2}],"yaw":[1.0,-0.3],)"
            R"("labels":["a","\""],"none":[]})");
}

TEST(Line, NeverFailsForTextThatIsNotUtf8OrNumbersThatAreNotFinite) {
  Line line;
  line.string("path", "a\xFF\nb").fixed("score", std::numeric_limits<double>::quiet_NaN(), 2);

  EXPECT_EQ(line.text(), "{\"path\":\"a\uFFFD\\nb\",\"score\":null}");
}

TEST(Line, IsReadBackWhereItCarriesNoDecimals) {
  Line line;
  line.string("b", "\x01\"\\\xC3\xA9").integer("a", -7).boolean("c", false);

  const auto read = parse(line.text(), {});

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read.value(), Value(Value::Object{{"a", -7}, {"b", "\x01\"\\\xC3\xA9"}, {"c", false}}));
}

TEST(LineDeathTest, TakesEachNameOnce) {
  Line line;
  line.integer("a", 1);
  EXPECT_DEATH(line.integer("a", 2), "check failed");
}

}  // namespace
}  // namespace proviso::json
