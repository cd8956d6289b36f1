// What changes while a run lasts: each change closes or suspends the gate, and what was admitted
// before it is not worked on after it.

#include <gtest/gtest.h>

#include <functional>

#include "safeguards/authority/open_gate_tool.h"

namespace proviso::authority {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr microseconds kTick{1};

class GateCircumstancesTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  static crypto::Digest pack() { return {.bytes = {7}}; }

  static std::shared_ptr<const watchlist::SealedList> list_sealed_at(WallTime at) {
    return watchlist::list_of_somebody(at, pack());
  }

  Result<std::unique_ptr<Gate>> open() {
    statement_.watchlist = list_->digest();
    statement_.model_pack = pack();
    authority_ = site_.verify(TestSite::note(statement_, signers_), clock_.wall()).value();
    circumstances_.policy = statement_.policy_digest;
    return Gate::open(authority_,
                      {.cameras = {{.id = statement_.cameras[0].id,
                                    .kind = statement_.cameras[0].kind,
                                    .address = statement_.cameras[0].address}},
                       .watchlist = *list_,
                       .model_pack = pack(),
                       .precision = statement_.precision},
                      circumstances_,
                      clock_);
  }
  void expect_refused(std::string_view rule) {
    const auto gate = open();
    ASSERT_FALSE(gate.has_value()) << rule;
    EXPECT_EQ(rule_of(gate.error(), ""), rule);
    EXPECT_NE(gate.error().message.find("; "), std::string::npos) << "no next step";
  }

  FrameKey key() {
    return {
        .camera = statement_.cameras[0].id, .sequence = ++sequence_, .captured_at = clock_.wall()};
  }
  bool admits(const Gate& gate) { return gate.admit(key()).has_value(); }

  // The change suspends the gate, and `mend` opens it again; a permit of before is not confirmed
  // meanwhile, nor after.
  void expect_suspends(std::string_view rule,
                       const std::function<void(Gate&)>& change,
                       const std::function<void(Gate&)>& mend) {
    const auto gate = open().value();
    const LivePermit permit = gate->admit(key()).value();
    ASSERT_TRUE(gate->confirm(permit)) << "control";
    change(*gate);
    EXPECT_FALSE(admits(*gate)) << rule;
    EXPECT_FALSE(gate->confirm(permit)) << rule;
    ASSERT_TRUE(gate->suspended().has_value()) << rule;
    EXPECT_EQ(gate->suspended()->rule, rule);
    EXPECT_FALSE(gate->closed().has_value()) << "a suspension may end";
    mend(*gate);
    EXPECT_TRUE(admits(*gate)) << rule;
    EXPECT_FALSE(gate->suspended().has_value()) << rule;
    EXPECT_FALSE(gate->confirm(permit)) << "what was pending is not taken up again";
    EXPECT_TRUE(gate->confirm(gate->admit(key()).value()));
  }

  // The change closes the gate; nothing opens it again.
  void expect_closes(std::string_view rule, const std::function<void(Gate&)>& change) {
    const auto gate = open().value();
    const LivePermit permit = gate->admit(key()).value();
    ASSERT_TRUE(gate->confirm(permit)) << "control";
    change(*gate);
    gate->update(undisturbed(statement_));
    EXPECT_FALSE(admits(*gate)) << rule;
    EXPECT_FALSE(gate->confirm(permit)) << rule;
    ASSERT_TRUE(gate->closed().has_value()) << rule;
    EXPECT_EQ(gate->closed()->rule, rule);
    EXPECT_FALSE(gate->suspended().has_value());
  }

  FakeClock clock_{parse_rfc3339("2026-11-24T09:00:00Z").value()};
  TestSite site_{clock_};
  Statement statement_ = site_.statement();
  std::vector<std::string> signers_{"jo", "sam"};
  std::shared_ptr<const watchlist::SealedList> list_ = list_sealed_at(clock_.wall());
  std::shared_ptr<const WrittenAuthority> authority_;
  Circumstances circumstances_ = undisturbed(statement_);
  std::uint64_t sequence_ = 0;
};

TEST_F(GateCircumstancesTest, RefusesAListOfMoreThan24HoursOrOfTomorrow) {
  list_ = list_sealed_at(clock_.wall() - hours(24));
  EXPECT_TRUE(open().has_value());
  list_ = list_sealed_at(clock_.wall() - hours(24) - seconds(1));
  expect_refused("list-age");
  list_ = list_sealed_at(clock_.wall() + seconds(1));
  expect_refused("list-age");
}

TEST_F(GateCircumstancesTest, RefusesAFrameThatWasCapturedAfterTheWindow) {
  const auto gate = open().value();
  FrameKey last = key();
  last.captured_at = statement_.not_after - kTick;
  EXPECT_TRUE(gate->admit(last).has_value());
  FrameKey late = key();
  late.captured_at = statement_.not_after;
  const auto refused = gate->admit(late);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(rule_of(refused.error(), ""), "window");
  EXPECT_TRUE(admits(*gate)) << "the others go on";
}

TEST_F(GateCircumstancesTest, DoesNotOpenUnderWhatWouldCloseOrSuspendIt) {
  EXPECT_TRUE(open().has_value()) << "control";
  const Circumstances good = circumstances_;
  circumstances_.present_until = std::nullopt;
  expect_refused("presence");
  circumstances_ = good;
  circumstances_.suspended =
      Refusal{.rule = "suspension", .found = "a", .needed = "b", .next = "c"};
  expect_refused("suspension");
  circumstances_ = good;
  circumstances_.voided = Refusal{.rule = "revoked", .found = "a", .needed = "b", .next = "c"};
  EXPECT_FALSE(open().has_value());
  circumstances_ = good;
  circumstances_.read_at = clock_.monotonic() - seconds(1) - kTick;
  expect_refused("circumstances");
}

TEST_F(GateCircumstancesTest, IsSuspendedTheMomentThatPresenceLapsesAndGoesOnWhenItIsAttested) {
  circumstances_.present_until = clock_.wall() + minutes(10);
  expect_suspends(
      "presence",
      [&](Gate& gate) {
        clock_.advance(minutes(10) - kTick);
        EXPECT_TRUE(admits(gate)) << "until the last moment";
        clock_.advance(kTick);
      },
      [&](Gate& gate) {
        circumstances_.present_until = clock_.wall() + minutes(10);
        gate.update(circumstances_);
      });
}

TEST_F(GateCircumstancesTest, IsSuspendedByADecisionUntilTheNext) {
  expect_suspends(
      "false-alert-rate",
      [&](Gate& gate) {
        Circumstances suspended = circumstances_;
        suspended.suspended =
            Refusal{.rule = "false-alert-rate", .found = "a", .needed = "b", .next = "c"};
        gate.update(suspended);
      },
      [&](Gate& gate) { gate.update(circumstances_); });
}

TEST_F(GateCircumstancesTest, IsSuspendedWhereNobodyReadsTheCircumstances) {
  circumstances_.read_at = clock_.monotonic();
  expect_suspends(
      "circumstances",
      [&](Gate& gate) {
        clock_.advance(kCircumstancesAgeMax);
        EXPECT_TRUE(admits(gate)) << "one second old";
        clock_.advance(kTick);
      },
      [&](Gate& gate) {
        circumstances_.read_at = clock_.monotonic();
        gate.update(circumstances_);
      });
}

TEST_F(GateCircumstancesTest, IsClosedByWhatVoidsTheAuthorityAndByAnotherPolicy) {
  expect_closes("revoked", [&](Gate& gate) {
    Circumstances revoked = circumstances_;
    revoked.voided = Refusal{.rule = "revoked", .found = "a", .needed = "b", .next = "c"};
    gate.update(revoked);
  });
  expect_closes("policy", [&](Gate& gate) {
    Circumstances other = circumstances_;
    other.policy = crypto::sha256("another policy");
    gate.update(other);
  });
}

TEST_F(GateCircumstancesTest, AnUrgentAuthorityEndsAtItsDeadlineUnlessItIsCountersigned) {
  statement_.tier = policy::Tier::kUrgent;
  statement_.authorising_officer = "lee";
  statement_.urgency = {.reason = answer("A man who threatened his family was seen boarding"),
                        .countersign_by = clock_.wall() + minutes(30)};
  signers_ = {"jo", "lee"};
  const auto alone = open().value();
  const auto countersigned = open().value();
  clock_.advance(minutes(30) - kTick);
  EXPECT_TRUE(admits(*alone));
  circumstances_.is_countersigned = true;
  countersigned->update(circumstances_);
  clock_.advance(kTick);
  EXPECT_FALSE(admits(*alone));
  EXPECT_EQ(alone->closed().value_or(Cause{}).rule, "countersignature");
  EXPECT_TRUE(admits(*countersigned));
  alone->update(circumstances_);
  EXPECT_FALSE(admits(*alone)) << "signed too late";
  clock_.step_wall(-seconds(1));
  EXPECT_FALSE(admits(*alone)) << "a clock that is set back does not lengthen it";
}

TEST_F(GateCircumstancesTest, TrustsItsOwnTimeAndNotTheClockThatWasSet) {
  const auto gate = open().value();
  const WallTime opened = clock_.wall();
  clock_.advance(minutes(5));
  clock_.step_wall(-hours(2));
  EXPECT_EQ(gate->trusted_now(), opened + minutes(5));
  EXPECT_EQ(gate->closed().value_or(Cause{}).rule, "clock");
}

TEST_F(GateCircumstancesTest, NamesTheRuleOfARefusalAndOfNothingElse) {
  const Refusal refusal{.rule = "list-age", .found = "a", .needed = "b", .next = "c"};
  EXPECT_EQ(refusal.to_error().message, "authority: list-age: a, b; c");
  EXPECT_EQ(rule_of(refusal.to_error(), "other"), "list-age");
  EXPECT_EQ(rule_of({ErrorCode::kInvalidInput, "authority: list-age: a"}, "other"), "other");
  EXPECT_EQ(rule_of({ErrorCode::kNotAuthorised, "authority: camera a is not"}, "other"), "other");
  EXPECT_EQ(rule_of({ErrorCode::kNotAuthorised, "authority: : a"}, "other"), "other");
  EXPECT_EQ(rule_of({ErrorCode::kNotAuthorised, "authority: rule"}, "other"), "other");
}

}  // namespace
}  // namespace proviso::authority
