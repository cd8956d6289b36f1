#include "safeguards/verify/arguments.h"

#include <gtest/gtest.h>

namespace proviso::verify {
namespace {

Result<Arguments> parsed(std::vector<const char*> arguments) {
  return parse_arguments(arguments);
}

TEST(Arguments, AreTakenInAnyOrder) {
  const auto arguments = parsed({"log", "--key", "k", "site/log", "--json", "--pinned", "p"});
  ASSERT_TRUE(arguments);
  EXPECT_EQ(arguments.value().operands, std::vector<std::string>{"site/log"});
  EXPECT_EQ(arguments.value().options.at("key"), "k");
  EXPECT_EQ(arguments.value().options.at("pinned"), "p");
  EXPECT_TRUE(arguments.value().as_json);
}

TEST(Arguments, ThatAreWrongAreRefused) {
  EXPECT_FALSE(parsed({}));
  EXPECT_FALSE(parsed({"prove", "x", "--key", "k"}));
  EXPECT_FALSE(parsed({"log", "x"}));
  EXPECT_FALSE(parsed({"log", "--key", "k"}));
  EXPECT_FALSE(parsed({"log", "x", "y", "--key", "k"}));
  EXPECT_FALSE(parsed({"log", "x", "--key"}));
  EXPECT_FALSE(parsed({"log", "x", "--key", "k", "--key", "l"}));
  EXPECT_FALSE(parsed({"log", "x", "--key", "k", "--trust-me"}));
  EXPECT_FALSE(parsed({"evidence", "x", "--key", "k", "--pinned", "p"}));
  EXPECT_FALSE(parsed({"authority", "note", "--key", "k"}));
  EXPECT_TRUE(parsed({"authority", "note", "--key", "k", "--site", "s", "--at", "t"}));
  EXPECT_TRUE(parsed({"consistency", "old", "new", "--key", "k"}));
}

}  // namespace
}  // namespace proviso::verify
