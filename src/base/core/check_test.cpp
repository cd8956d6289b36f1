#include "base/core/check.h"

#include <gtest/gtest.h>

namespace proviso {
namespace {

TEST(CheckDeathTest, NamesFileLineAndConditionOfABrokenPromise) {
  const int found = 3;
  PROVISO_CHECK(found == 3);

  EXPECT_DEATH(PROVISO_CHECK(found == 4), "check_test.cpp:[0-9]+: check failed: found == 4");
}

TEST(Check, EvaluatesItsConditionOnce) {
  int calls = 0;

  PROVISO_CHECK(++calls == 1);

  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace proviso
