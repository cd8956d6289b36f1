#include "safeguards/authority/desks.h"

#include <gtest/gtest.h>

namespace proviso::authority {
namespace {

constexpr WallTime kNow{std::chrono::hours(500'000)};

TEST(EnrolmentDesk, NamesEachPhotographByItsRequestNumberAndTime) {
  FakeClock clock(kNow);
  const std::string longest(kIdLengthMax, 'a');
  EnrolmentDesk desk(EntryId::parse(longest).value(), clock);

  const FrameKey first = desk.admit().value().key();
  clock.advance(std::chrono::seconds(5));
  const FrameKey second = desk.admit().value().key();

  EXPECT_EQ(first.camera.text(), longest);
  EXPECT_EQ(first.sequence, 1U);
  EXPECT_EQ(first.captured_at, kNow);
  EXPECT_EQ(second.sequence, 2U);
  EXPECT_EQ(second.captured_at, kNow + std::chrono::seconds(5));
}

TEST(EvaluationDesk, NamesEachPictureByItsSet) {
  const FakeClock clock(kNow);
  const auto first_of = [&](PictureSet set) {
    return EvaluationDesk(set, clock).admit().value().key().camera.text();
  };
  EXPECT_EQ(first_of(PictureSet::kConsented), "consented");
  EXPECT_EQ(first_of(PictureSet::kSimulated), "simulated");
  EXPECT_EQ(first_of(PictureSet::kBenchmark), "benchmark");
}

// The desk admits as many as its limit says, and then nothing more.
template <typename Desk>
void expect_limit(Desk desk) {
  for (std::uint64_t left = kPicturesMax; left > 1; --left) ASSERT_TRUE(desk.admit().has_value());
  const auto last = desk.admit();
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last.value().key().sequence, kPicturesMax);

  for (int again = 0; again < 2; ++again) {
    const auto refused = desk.admit();
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, ErrorCode::kOverLimit);
    EXPECT_NE(refused.error().message.find("10000000"), std::string::npos);
  }
}

TEST(EnrolmentDesk, AdmitsTheMostPicturesAndRefusesOneMore) {
  const FakeClock clock(kNow);
  expect_limit(EnrolmentDesk(EntryId::parse("anna").value(), clock));
}

TEST(EvaluationDesk, AdmitsTheMostPicturesAndRefusesOneMore) {
  const FakeClock clock(kNow);
  expect_limit(EvaluationDesk(PictureSet::kConsented, clock));
}

}  // namespace
}  // namespace proviso::authority
