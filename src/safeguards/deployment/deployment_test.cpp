#include "safeguards/deployment/deployment.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/authority/signed_authority_tool.h"
#include "safeguards/deployment/record_file.h"
#include "safeguards/deployment/report.h"

namespace proviso::deployment {
namespace {

using authority::TestSite;
using policy::Rank;
using policy::Role;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::chrono::microseconds kTick{1};

class DeploymentTest : public testing::Test {
 public:
  ~DeploymentTest() override { std::filesystem::remove_all(folder_); }
  DeploymentTest(const DeploymentTest&) = delete;
  DeploymentTest& operator=(const DeploymentTest&) = delete;
  DeploymentTest(DeploymentTest&&) = delete;
  DeploymentTest& operator=(DeploymentTest&&) = delete;

 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  DeploymentTest() {
    site_.certify("eve", Rank::kConstable, {Role::kEngagementOfficer});
    std::string made = testing::TempDir() + "deployment-XXXXXX";
    folder_ = ::mkdtemp(made.data());
  }

  std::filesystem::path file() const { return folder_ / "test.jsonl"; }
  std::string record() const { return read_record(file()).value(); }

  Terms terms() {
    officers_ = std::make_unique<officers::Register>(site_.officers(clock_.wall()));
    return {.statement = statement_,
            .authority = authority_,
            .policy = site_.policy,
            .officers = *officers_};
  }

  Event event(EventKind kind) const {
    Event event;
    event.kind = kind;
    event.at = clock_.wall();
    switch (kind) {
      case EventKind::kOpened: event.document = authority_; break;
      case EventKind::kSignAttested: event.sign = "north"; break;
      case EventKind::kNoticeAttested: event.document = authority::made_up("notice"); break;
      case EventKind::kPresenceAttested:
        event.officers = 2;
        event.until = clock_.wall() + minutes(30);
        break;
      case EventKind::kReviewed:
        event.document = authority::made_up("report");
        event.reason = "Complete";
        break;
      case EventKind::kHalted: event.reason = "clock"; break;
      default: event.reason = "Because"; break;
    }
    return event;
  }

  Result<Deployment> take(Event event, const std::string& by) {
    const note::VerifierKey key = TestSite::key(by);
    const crypto::SecretKey secret = authority::test_key(by);
    const Signer signer{.key = key, .secret = secret};
    auto appended = append(file(), terms(), std::move(event), by.empty() ? nullptr : &signer);
    if (!appended) return appended.error();
    return std::move(appended.value().deployment);
  }
  Result<Deployment> take(EventKind kind, const std::string& by) { return take(event(kind), by); }
  Deployment must(EventKind kind, const std::string& by) {
    auto taken = take(kind, by);
    EXPECT_TRUE(taken.has_value()) << to_text(kind) << ": " << taken.error().message;
    return std::move(taken).value();
  }
  void expect_refused(Event asked, const std::string& by, std::string_view part) {
    const std::string before = record();
    const std::string name(to_text(asked.kind));
    const auto refused = take(std::move(asked), by);
    ASSERT_FALSE(refused.has_value()) << name << " by " << by;
    EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised) << refused.error().message;
    EXPECT_NE(refused.error().message.find(part), std::string::npos) << refused.error().message;
    EXPECT_EQ(record(), before) << "what is refused is not written";
  }
  void expect_refused(EventKind kind, const std::string& by, std::string_view part) {
    expect_refused(event(kind), by, part);
  }

  Deployment opened() { return must(EventKind::kOpened, "jo"); }
  Deployment started() {
    opened();
    return started_after_opening();
  }
  Deployment started_after_opening() {
    must(EventKind::kSignAttested, "eve");
    must(EventKind::kNoticeAttested, "jo");
    must(EventKind::kPresenceAttested, "eve");
    return must(EventKind::kStarted, "jo");
  }
  Deployment counted(std::int64_t faces, std::int64_t alerts) {
    Event counts = event(EventKind::kCounted);
    counts.faces_seen = faces;
    counts.alerts = alerts;
    return take(counts, "").value();
  }
  Deployment judged(const std::string& alert, Outcome outcome) {
    Event judged = event(EventKind::kOutcome);
    judged.alert = alert;
    judged.outcome = outcome;
    return take(judged, "eve").value();
  }

  FakeClock clock_{parse_rfc3339("2026-11-24T09:00:00Z").value()};
  TestSite site_{clock_};
  authority::Statement statement_ = site_.statement();
  crypto::Digest authority_ = crypto::sha256(statement_.to_body());
  std::unique_ptr<officers::Register> officers_;
  std::filesystem::path folder_;
};

TEST_F(DeploymentTest, GoesFromOpenedToReviewedAndIsTheSameFromItsRecord) {
  EXPECT_EQ(opened().phase(), Phase::kOpened);
  must(EventKind::kSignAttested, "eve");
  must(EventKind::kNoticeAttested, "jo");
  must(EventKind::kPresenceAttested, "eve");
  EXPECT_EQ(must(EventKind::kStarted, "jo").phase(), Phase::kStarted);
  take(EventKind::kRunStarted, "").value();
  counted(100, 2);
  EXPECT_EQ(must(EventKind::kStopped, "jo").phase(), Phase::kStopped);
  EXPECT_EQ(must(EventKind::kReviewed, "sam").phase(), Phase::kReviewed);

  const Deployment again = Deployment::rebuild(record(), terms()).value();
  EXPECT_EQ(again.phase(), Phase::kReviewed);
  EXPECT_EQ(again.events(), 9U);
  EXPECT_EQ(again.runs(), 1U);
  EXPECT_EQ(again.faces_seen(), 100);
  EXPECT_EQ(again.stopped_at(), clock_.wall());
}

TEST_F(DeploymentTest, EachStepWaitsForTheOneBefore) {
  for (const EventKind kind :
       {EventKind::kSignAttested, EventKind::kStarted, EventKind::kStopped}) {
    expect_refused(kind, "jo", "not opened");
  }
  opened();
  expect_refused(EventKind::kOpened, "jo", "it is opened");
  expect_refused(EventKind::kResumed, "sam", "it is opened");
  expect_refused(EventKind::kReviewed, "sam", "it is opened");
  must(EventKind::kStopped, "jo");
  expect_refused(EventKind::kPresenceAttested, "eve", "it is stopped");
  expect_refused(EventKind::kStarted, "jo", "it is stopped");
  must(EventKind::kReviewed, "sam");
  expect_refused(EventKind::kStopped, "jo", "it is reviewed");
}

TEST_F(DeploymentTest, DoesNotStartBeforeSignNoticeAndPresenceAreAttested) {
  opened();
  expect_refused(EventKind::kStarted, "jo", "sign north must stand");
  must(EventKind::kSignAttested, "eve");
  expect_refused(EventKind::kStarted, "jo", "the notice must be published");
  must(EventKind::kNoticeAttested, "jo");
  expect_refused(EventKind::kStarted, "jo", "2 officers must be present");
  must(EventKind::kPresenceAttested, "eve");
  clock_.advance(minutes(30));
  expect_refused(EventKind::kStarted, "jo", "2 officers must be present");
  must(EventKind::kPresenceAttested, "eve");
  EXPECT_EQ(must(EventKind::kStarted, "jo").phase(), Phase::kStarted);
}

TEST_F(DeploymentTest, TakesNoAttestationOfWhatTheAuthorityDoesNotSay) {
  opened();
  Event other = event(EventKind::kSignAttested);
  other.sign = "south";
  expect_refused(other, "eve", "does not stand in the authority");
  other = event(EventKind::kNoticeAttested);
  other.document = authority::made_up("another notice");
  expect_refused(other, "jo", "not the one that the authority names");
  other = event(EventKind::kPresenceAttested);
  other.officers = 1;
  expect_refused(other, "eve", "at least 2");
  other.officers = 2;
  other.until = clock_.wall() + attestation_max(terms());
  EXPECT_TRUE(take(other, "eve").has_value()) << "as long as is allowed";
  other.until += kTick;
  expect_refused(other, "eve", "at most 3600 s");
  other.until = clock_.wall();
  expect_refused(other, "eve", "at most 3600 s");
  site_.policy.notice.sign_photograph_needed = true;
  expect_refused(EventKind::kSignAttested, "eve", "asks for one");
}

TEST_F(DeploymentTest, TakesEachStepOnlyFromWhoMayTakeIt) {
  expect_refused(EventKind::kOpened, "eve", "");
  expect_refused(EventKind::kOpened, "kim", "");
  opened();
  expect_refused(EventKind::kSignAttested, "sam", "");
  started_after_opening();
  expect_refused(EventKind::kStopped, "eve", "");
  EXPECT_TRUE(take(EventKind::kSuspended, "eve").has_value()) << "anybody may halt it";
  expect_refused(EventKind::kResumed, "jo", "");
  expect_refused(EventKind::kResumed, "lee", "the policy asks for superintendent");
  EXPECT_TRUE(take(EventKind::kResumed, "sam").has_value());
  site_.revoke("jo");
  expect_refused(EventKind::kStopped, "jo", "revoked");
}

TEST_F(DeploymentTest, IsSuspendedAtTheRightConfirmedFalseAlertAndResumedOnlyBySignature) {
  started();
  counted(1'000'000, 10);
  const int most = site_.policy.false_alerts.confirmed_max;
  for (int n = 1; n < most; ++n) {
    EXPECT_EQ(judged(concat("alert-", n), Outcome::kFalseConfirmed).suspended(), nullptr) << n;
  }
  EXPECT_EQ(judged("alert-x", Outcome::kFalseUnconfirmed).suspended(), nullptr);
  EXPECT_EQ(judged("alert-y", Outcome::kTrueConfirmed).suspended(), nullptr);
  EXPECT_EQ(judged("alert-1", Outcome::kFalseConfirmed).suspended(), nullptr) << "told twice";
  const Deployment suspended = judged(concat("alert-", most), Outcome::kFalseConfirmed);
  ASSERT_NE(suspended.suspended(), nullptr);
  EXPECT_EQ(suspended.suspended()->rule, "false-alert-count");

  expect_refused(EventKind::kResumed, "jo", "");
  const Deployment resumed = must(EventKind::kResumed, "sam");
  EXPECT_EQ(resumed.suspended(), nullptr);
  EXPECT_EQ(resumed.false_alert_rate(site_.policy, 1'000'000).false_alerts, 0U) << "counted anew";
  EXPECT_EQ(judged("alert-later", Outcome::kFalseConfirmed).suspended() == nullptr, most > 1);
}

TEST_F(DeploymentTest, IsSuspendedByTheRateOnceItsWholeIntervalLiesAboveTheLimit) {
  site_.policy.false_alerts.rate_per_million_max = 1000;
  site_.policy.false_alerts.confirmed_max = 100;
  started();
  for (const int n : {1, 2, 3}) judged(concat("alert-", n), Outcome::kFalseUnconfirmed);
  EXPECT_TRUE(Deployment::rebuild(record(), terms()).value().has_uncounted_outcomes());
  const Deployment many = counted(3000, 3);
  EXPECT_EQ(many.suspended(), nullptr) << "1 in 1000 of 3000 may be chance";
  EXPECT_FALSE(many.has_uncounted_outcomes());
  for (const int n : {4, 5, 6, 7, 8}) judged(concat("alert-", n), Outcome::kFalseUnconfirmed);
  const Deployment above = counted(3000, 8);
  ASSERT_NE(above.suspended(), nullptr) << above.false_alert_rate(site_.policy, 3000).to_text();
  EXPECT_EQ(above.suspended()->rule, "false-alert-rate");
  EXPECT_NE(Deployment::rebuild(record(), terms()).value().suspended(), nullptr);
}

TEST_F(DeploymentTest, WhatGivesLeaveLapsesWithTheKeyOfWhoGaveItAndWhatTakesItStays) {
  started();
  must(EventKind::kSuspended, "eve");
  site_.revoke("eve");
  const Deployment without = Deployment::rebuild(record(), terms()).value();
  EXPECT_FALSE(without.presence().has_value()) << "she attested it";
  EXPECT_NE(without.suspended(), nullptr) << "she suspended it";
  EXPECT_EQ(without.missing_before_start(terms(), clock_.wall()).size(), 2U);
}

TEST_F(DeploymentTest, AHaltByTheEngineStandsUntilItIsResumed) {
  started();
  ASSERT_TRUE(take(EventKind::kHalted, "").has_value());
  EXPECT_EQ(Deployment::rebuild(record(), terms()).value().suspended()->rule, "clock");
  EXPECT_EQ(must(EventKind::kResumed, "sam").suspended(), nullptr);
}

TEST_F(DeploymentTest, RefusesAClockThatIsBehindTheRecord) {
  opened();
  clock_.step_wall(-kClockBehindMax);
  EXPECT_TRUE(take(EventKind::kSignAttested, "eve").has_value()) << "two seconds are borne";
  clock_.step_wall(-kTick);
  expect_refused(EventKind::kNoticeAttested, "jo", "the clock was set back");
}

TEST_F(DeploymentTest, RefusesARecordWithAnyByteChangedALineLostOrTwoLinesSwapped) {
  started();
  judged("alert-1", Outcome::kFalseConfirmed);
  const std::string whole = record();
  ASSERT_TRUE(Deployment::rebuild(whole, terms())) << "control";
  const Terms by = terms();
  for (std::size_t place = 0; place < whole.size(); ++place) {
    std::string edited = whole;
    edited[place] = edited[place] == '1' ? '2' : '1';
    if (edited == whole) continue;
    ASSERT_FALSE(Deployment::rebuild(edited, by)) << "byte " << place;
  }
  const std::size_t first = whole.find('\n') + 1;
  const std::size_t second = whole.find('\n', first) + 1;
  const std::size_t third = whole.find('\n', second) + 1;
  EXPECT_FALSE(Deployment::rebuild(whole.substr(first), by));
  EXPECT_FALSE(Deployment::rebuild(whole.substr(0, first) + whole.substr(second), by));
  EXPECT_FALSE(Deployment::rebuild(whole.substr(0, first) + whole.substr(second, third - second) +
                                       whole.substr(first, second - first) + whole.substr(third),
                                   by));
  EXPECT_FALSE(Deployment::rebuild(whole.substr(0, whole.size() - 1), by)) << "no last line feed";
}

TEST_F(DeploymentTest, RefusesTheRecordOfAnotherDeploymentAndAnotherAuthority) {
  started();
  const std::string whole = record();
  statement_.reference = "another";
  EXPECT_FALSE(Deployment::rebuild(whole, terms()));
  statement_.reference = "test";
  EXPECT_TRUE(Deployment::rebuild(whole, terms()));
  authority_ = crypto::sha256("another authority");
  std::filesystem::remove(file());
  Event other = event(EventKind::kOpened);
  other.document = crypto::sha256("a third");
  expect_refused(other, "jo", "another authority");
}

TEST_F(DeploymentTest, TheReportTellsEveryFigureWithItsCounts) {
  started();
  counted(8600, 8);
  for (int n = 0; n < 2; ++n) judged(concat("alert-", n), Outcome::kTrueConfirmed);
  judged("alert-2", Outcome::kFalseConfirmed);
  must(EventKind::kSuspended, "eve");
  must(EventKind::kResumed, "sam");
  const Deployment stopped = must(EventKind::kStopped, "jo");
  const std::string report = cancellation_report(stopped, terms(), "Over");
  for (const char* part : {"| faces seen | 8600 |",
                           "| alerts | 8 |",
                           "| true-alert-confirmed | 2 |",
                           "| false-alert-confirmed | 1 |",
                           "| alerts without an outcome | 5 |",
                           "% interval",
                           "by eve (suspension): Because; resumed 2026-11-24T09:00:00Z by sam",
                           "Market square"}) {
    EXPECT_NE(report.find(part), std::string::npos) << part << " in\n" << report;
  }
}

TEST_F(DeploymentTest, HoldsNoMoreEventsThanTheLimit) {
  started();
  Deployment state = Deployment::rebuild(record(), terms()).value();
  const Terms by = terms();
  const auto one_more = [&] {
    Event counts = event(EventKind::kCounted);
    counts.deployment = "test";
    counts.previous = state.head();
    const RecordedEvent recorded{.event = counts, .signature = std::nullopt};
    return state.append(recorded, recorded.to_line(), by);
  };
  while (state.events() < kEventsMax) ASSERT_TRUE(one_more());
  const Status over = one_more();
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kOverLimit);
  const std::string too_long(kRecordBytesMax + 1, '\n');
  EXPECT_EQ(Deployment::rebuild(too_long, by).error().code, ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso::deployment
