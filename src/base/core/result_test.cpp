#include "base/core/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace proviso {
namespace {

Result<int> half_of(int number) {
  if (number % 2 != 0) return Error{ErrorCode::kInvalidInput, "an even number is needed"};
  return number / 2;
}

Result<int> quarter_of(int number) {
  PROVISO_TRY(const int half, half_of(number));
  return half_of(half);
}

Status check_quarter_of(int number) {
  PROVISO_TRY_DONE(quarter_of(number));
  return Done{};
}

TEST(Result, CarriesAValueOrTheReasonWhyThereIsNone) {
  EXPECT_EQ(half_of(6).value(), 3);

  const auto refused = half_of(7);

  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(refused.error().message, "an even number is needed");
}

TEST(Result, TryReturnsTheFirstErrorAndElseGoesOn) {
  EXPECT_EQ(quarter_of(8).value(), 2);
  EXPECT_FALSE(quarter_of(6).has_value());
  EXPECT_TRUE(check_quarter_of(8).has_value());
  EXPECT_FALSE(check_quarter_of(7).has_value());
}

TEST(Result, MovesAValueThatCannotBeCopied) {
  Result<std::unique_ptr<int>> result = std::make_unique<int>(4);

  const std::unique_ptr<int> owner = std::move(result).value();

  EXPECT_EQ(*owner, 4);
}

TEST(ResultDeathTest, StopsTheProcessWhenTheSideThatIsNotThereIsRead) {
  EXPECT_DEATH(static_cast<void>(half_of(7).value()), "check failed: has_value");
  EXPECT_DEATH(static_cast<void>(half_of(6).error()), "check failed: !has_value");
}

TEST(ErrorCode, HasWordsForPeople) {
  EXPECT_EQ(to_string(ErrorCode::kInvalidInput), "invalid input");
  EXPECT_EQ(to_string(ErrorCode::kCorrupt), "corrupt");
}

}  // namespace
}  // namespace proviso
