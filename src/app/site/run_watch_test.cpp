// A run under a signed site on a clock that the test moves: what is read from the folder suspends
// or ends it, and each has its control that goes on.

#include "app/site/run_watch.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <map>

#include "app/site/run_watch_tool.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/authority/whole_statement_tool.h"
#include "safeguards/watchlist/somebody_tool.h"

namespace proviso::site {
namespace {

namespace fs = std::filesystem;

using authority::Gate;
using deployment::Event;
using deployment::EventKind;
using policy::Rank;
using policy::Role;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr std::string_view kWords = "four words for a test";
constexpr microseconds kTick{1};
const WallTime kNow = parse_rfc3339("2026-11-24T09:00:00Z").value();

class RunWatchTest : public testing::Test {
 protected:
  // Made once, because keys are sealed at their cost; each test has a copy.
  static void SetUpTestSuite() {
    ASSERT_TRUE(crypto::start());
    made_ = std::make_unique<Made>();
    made_->folder = new_folder();
    const auto name = officers::SiteName::parse("northgate").value();
    made_->site = std::make_unique<Site>(
        Site::create(made_->folder / "site", name, kWords, crypto::kCostMin, kNow).value());
    enlist("jo", Rank::kSergeant, {Role::kAuthor, Role::kOperator});
    enlist("sam", Rank::kSuperintendent, {Role::kAuthorisingOfficer});
    enlist("lee", Rank::kSergeant, {Role::kAuthorisingOfficer});
    enlist("eve", Rank::kConstable, {Role::kEngagementOfficer});
  }
  static void TearDownTestSuite() {
    fs::remove_all(made_->folder);
    made_.reset();
  }
  void SetUp() override {
    folder_ = new_folder();
    fs::copy(made_->folder, folder_, fs::copy_options::recursive);
    site_ = std::make_unique<Site>(Site::open(folder_ / "site").value());
    write_policy("");
    journal_ = audit::Journal::open(site_->log_folder(), clock_).value();
  }
  void TearDown() override {
    testing_tools::refuse_writes(false);
    watch_.reset();
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  static fs::path new_folder() {
    std::string path = (fs::temp_directory_path() / "proviso-watch-XXXXXX").string();
    EXPECT_NE(::mkdtemp(path.data()), nullptr);
    return path;
  }
  static void enlist(const std::string& id, Rank rank, const std::vector<Role>& roles) {
    officers::Officer asked{
        .id = id, .name = "Officer " + id, .rank = rank, .roles = {}, .key = {}};
    for (const Role role : roles) {
      asked.roles.push_back(
          {.role = role, .not_before = kNow, .not_after = kNow + std::chrono::days(365)});
    }
    const Site& site = *made_->site;
    const auto made = site.request_officer(asked, kWords, crypto::kCostMin, kNow).value();
    const auto root = site.open_root_key(kWords).value();
    ASSERT_TRUE(site.certify(made.officer, root, kNow));
    made_->keys.emplace(id, made.officer.key);
    made_->secrets.emplace(id, site.open_officer_key(made.officer, kWords).value());
  }
  static const note::VerifierKey& key(const std::string& id) { return made_->keys.at(id); }
  static const crypto::SecretKey& secret(const std::string& id) { return made_->secrets.at(id); }
  void revoke(const std::string& id) {
    const auto root = site_->open_root_key(kWords).value();
    ASSERT_TRUE(site_->revoke(id, "Lost", root, clock_.wall()));
  }
  void write_policy(std::string_view more) {
    const auto shipped = fs::path(PROVISO_SOURCE) / "policies/demonstration.toml";
    const auto text = read_text_file(shipped, policy::Policy::kBytesMax).value();
    ASSERT_TRUE(write_file_durably(site_->policy_file(), concat(text, more)));
  }

  authority::Statement statement() {
    auto said = authority::test_statement(*read_policy(*site_).value(), clock_.wall());
    said.not_after = clock_.wall() + hours(3);
    said.use_case.evidence = {
        {"hotspot_dataset", "hotspots-2026-10"},
        {"hotspot_dataset_date",
         authority::to_date(std::chrono::floor<std::chrono::days>(clock_.wall()))},
        {"hotspot_offences", "Violence at the market"}};
    said.watchlist = list_->digest();
    said.model_pack = list_->model_pack();
    return said;
  }
  fs::path note_file() const { return site_->authority_file("test").value(); }
  void write_note(const std::vector<std::string>& signers) {
    note::Note note{.text = statement_.to_body(), .signatures = {}};
    for (const std::string& id : signers) {
      note.signatures.push_back(note::sign(note.text, key(id), secret(id)));
    }
    ASSERT_TRUE(write_file_durably(note_file(), note.to_text()));
  }

  // Somebody's step in the deployment's record.
  void take(Event event, const std::string& by) {
    event.at = clock_.wall();
    const auto register_now = site_->read_register(clock_.wall()).value();
    const auto policy = read_policy(*site_).value();
    const auto digest = crypto::sha256(statement_.to_body());
    const deployment::Signer signer{.key = key(by), .secret = secret(by)};
    const auto taken = deployment::append(
        site_->deployment_file("test").value(),
        {.statement = statement_, .authority = digest, .policy = *policy, .officers = register_now},
        std::move(event),
        &signer);
    ASSERT_TRUE(taken.has_value()) << taken.error().message;
  }
  void take(EventKind kind, const std::string& by) {
    Event event;
    event.kind = kind;
    if (kind == EventKind::kOpened) event.document = crypto::sha256(statement_.to_body());
    if (kind == EventKind::kNoticeAttested) event.document = statement_.notice.published->digest;
    if (kind == EventKind::kSignAttested) event.sign = "north";
    if (kind == EventKind::kSuspended || kind == EventKind::kResumed ||
        kind == EventKind::kStopped) {
      event.reason = "Because";
    }
    take(event, by);
  }
  void attest_presence(minutes life) {
    Event event;
    event.kind = EventKind::kPresenceAttested;
    event.officers = 2;
    event.until = clock_.wall() + life;
    take(event, "eve");
  }
  void judge(const std::string& alert, deployment::Outcome outcome) {
    Event event;
    event.kind = EventKind::kOutcome;
    event.alert = alert;
    event.outcome = outcome;
    take(event, "eve");
  }

  // A deployment that is started and whose run has begun, present for an hour.
  void begin(bool is_urgent = false) {
    list_ = watchlist::list_of_somebody(clock_.wall(), {.bytes = {7}});
    statement_ = statement();
    if (is_urgent) {
      statement_.tier = policy::Tier::kUrgent;
      statement_.authorising_officer = "lee";
      statement_.urgency = {
          .reason = authority::answer("A man who threatened his family was seen boarding"),
          .countersign_by = clock_.wall() + minutes(30)};
    }
    write_note({"jo", statement_.authorising_officer});
    take(EventKind::kOpened, "jo");
    take(EventKind::kSignAttested, "eve");
    take(EventKind::kNoticeAttested, "eve");
    attest_presence(minutes(60));
    take(EventKind::kStarted, "jo");
    begin_run();
  }
  void begin_run() {
    const auto officers = site_->read_register(clock_.wall()).value();
    auto verified = authority::WrittenAuthority::verify(
        read_authority(note_file()).value(), officers, read_policy(*site_).value(), clock_.wall());
    ASSERT_TRUE(verified.has_value()) << verified.error().message;
    const std::shared_ptr<const authority::WrittenAuthority> authority = verified.value();
    watch_ = RunWatch::open(*site_, note_file(), authority, *journal_, clock_).value();
    const authority::AuthorisedCamera& camera = statement_.cameras[0];
    auto gate =
        Gate::open(authority,
                   {.cameras = {{.id = camera.id, .kind = camera.kind, .address = camera.address}},
                    .watchlist = *list_,
                    .model_pack = list_->model_pack(),
                    .precision = statement_.precision},
                   watch_->circumstances().value(),
                   clock_);
    ASSERT_TRUE(gate.has_value()) << gate.error().message;
    gate_ = std::move(gate).value();
    ASSERT_TRUE(watch_->begin(*gate_));
  }

  bool admits() {
    const authority::FrameKey key{
        .camera = statement_.cameras[0].id, .sequence = ++sequence_, .captured_at = clock_.wall()};
    return gate_->admit(key).has_value();
  }
  // So much later, and looked at.
  bool goes_on_after(microseconds by) {
    clock_.advance(by);
    watch_->look();
    return admits();
  }
  Value::Object body_of_an_alert() const {
    return {{"alert", "alert-1"},
            {"authority", crypto::to_hex(crypto::sha256(statement_.to_body()))},
            {"camera", statement_.cameras[0].id.text()},
            {"deployment", "test"},
            {"entry", "somebody"}};
  }
  std::string suspended_by() const { return gate_->suspended().value_or(authority::Cause{}).rule; }
  std::string closed_by() const { return gate_->closed().value_or(authority::Cause{}).rule; }
  // "run_suspended presence", in the order of the journal.
  std::vector<std::string> journalled() const {
    std::vector<std::string> said;
    for (const audit::Entry& entry : audit::Journal::read(site_->log_folder()).value()) {
      if (!entry.kind.starts_with("run_") && !entry.kind.ends_with("_withheld") &&
          entry.kind != "entry_withdrawn") {
        continue;
      }
      const auto reason = entry.body.find("reason");
      said.push_back(reason == entry.body.end()
                         ? entry.kind
                         : concat(entry.kind, ' ', *reason->second.string()));
    }
    return said;
  }

  using Said = std::vector<std::string>;
  struct Made {
    fs::path folder;
    std::unique_ptr<Site> site;
    std::map<std::string, note::VerifierKey> keys;
    std::map<std::string, crypto::SecretKey> secrets;
  };
  static inline std::unique_ptr<Made> made_;
  FakeClock clock_{kNow};
  fs::path folder_;
  std::unique_ptr<Site> site_;
  std::shared_ptr<const watchlist::SealedList> list_;
  authority::Statement statement_;
  std::unique_ptr<audit::Journal> journal_;
  std::unique_ptr<Gate> gate_;
  std::unique_ptr<RunWatch> watch_;
  std::uint64_t sequence_ = 0;
};

TEST_F(RunWatchTest, LetsARunGoOnWhileAllHoldsAndSaysNothing) {
  begin();
  for (int look = 0; look < 20; ++look) EXPECT_TRUE(goes_on_after(kLookEvery)) << look;
  EXPECT_EQ(journalled(), Said{});
  EXPECT_TRUE(watch_->end());
}

TEST_F(RunWatchTest, AttestationThatLapsesSuspendsUntilItIsSaidAgain) {
  begin();
  EXPECT_TRUE(goes_on_after(minutes(60) - kTick)) << "until the last moment";
  clock_.advance(kTick);
  EXPECT_FALSE(admits()) << "also where nobody has looked since";
  watch_->look();
  EXPECT_EQ(suspended_by(), "presence");
  EXPECT_EQ(journalled(), Said{"run_suspended presence"});
  attest_presence(minutes(60));
  EXPECT_TRUE(goes_on_after(kLookEvery));
  EXPECT_EQ(journalled(), (Said{"run_suspended presence", "run_resumed"}));
}

TEST_F(RunWatchTest, AnUrgentRunEndsAtItsDeadlineWithoutACountersignature) {
  begin(true);
  EXPECT_TRUE(goes_on_after(minutes(30) - kTick));
  EXPECT_FALSE(goes_on_after(kTick));
  EXPECT_EQ(closed_by(), "countersignature");
  write_note({"jo", "lee", "sam"});
  EXPECT_FALSE(goes_on_after(kLookEvery)) << "too late";
}

TEST_F(RunWatchTest, AnUrgentRunGoesOnOnceItIsCountersigned) {
  begin(true);
  EXPECT_TRUE(goes_on_after(minutes(30) - kTick));
  write_note({"jo", "lee", "sam"});
  EXPECT_TRUE(goes_on_after(microseconds(0))) << "seen before the deadline";
  EXPECT_TRUE(goes_on_after(kTick));
  EXPECT_TRUE(goes_on_after(minutes(10)));
}

TEST_F(RunWatchTest, TheLastFalseAlertThatIsBorneSuspendsUntilASignedDecision) {
  begin();
  watch_->count(1'000'000, 3);
  judge("alert-1", deployment::Outcome::kFalseConfirmed);
  judge("alert-2", deployment::Outcome::kFalseConfirmed);
  EXPECT_TRUE(goes_on_after(kLookEvery)) << "two are borne";
  judge("alert-3", deployment::Outcome::kFalseConfirmed);
  EXPECT_FALSE(goes_on_after(kLookEvery));
  EXPECT_EQ(suspended_by(), "false-alert-count");
  take(EventKind::kResumed, "sam");
  EXPECT_TRUE(goes_on_after(kLookEvery));
  EXPECT_EQ(journalled(), Said{"run_suspended false-alert-count"}) << "the decision says the rest";
}

TEST_F(RunWatchTest, FalseAlertsThatAreFewForTheFacesSeenAreBorne) {
  begin();
  watch_->count(1'000'000, 2);
  judge("alert-1", deployment::Outcome::kFalseUnconfirmed);
  judge("alert-2", deployment::Outcome::kFalseUnconfirmed);
  EXPECT_TRUE(goes_on_after(kLookEvery)) << "2 of 1,000,000";
}

TEST_F(RunWatchTest, TheSameFalseAlertsSuspendWhereTheyAreManyForTheFacesSeen) {
  begin();
  watch_->count(100, 2);
  judge("alert-1", deployment::Outcome::kFalseUnconfirmed);
  judge("alert-2", deployment::Outcome::kFalseUnconfirmed);
  EXPECT_FALSE(goes_on_after(kLookEvery)) << "2 of 100";
  EXPECT_EQ(suspended_by(), "false-alert-rate");
}

TEST_F(RunWatchTest, ASignatoryWhoIsRevokedEndsTheRunAndAnotherOfficerDoesNot) {
  begin();
  revoke("lee");
  EXPECT_TRUE(goes_on_after(kLookEvery)) << "who signed nothing here";
  revoke("sam");
  EXPECT_FALSE(goes_on_after(kLookEvery));
  EXPECT_TRUE(closed_by().starts_with("signature") || closed_by().starts_with("authoris"))
      << closed_by();
}

TEST_F(RunWatchTest, AnotherPolicyEndsTheRunAndTheSameBytesDoNot) {
  begin();
  write_policy("");
  EXPECT_TRUE(goes_on_after(kLookEvery));
  write_policy("# Another.\n");
  EXPECT_FALSE(goes_on_after(kLookEvery));
  EXPECT_EQ(closed_by(), "policy");
  write_policy("");
  EXPECT_FALSE(goes_on_after(kLookEvery)) << "for good";
}

TEST_F(RunWatchTest, AFolderThatCannotBeReadSuspendsAfterASecond) {
  begin();
  const fs::path away = folder_ / "away";
  fs::rename(site_->policy_file(), away);
  EXPECT_TRUE(goes_on_after(authority::kCircumstancesAgeMax));
  EXPECT_FALSE(goes_on_after(kTick));
  EXPECT_EQ(suspended_by(), "circumstances");
  fs::rename(away, site_->policy_file());
  EXPECT_TRUE(goes_on_after(kLookEvery));
}

TEST_F(RunWatchTest, AnAlertThatCannotBeJournalledSuspendsAtOnceAndIsEnteredOnceTheDiskIsFree) {
  begin();
  EXPECT_TRUE(goes_on_after(kLookEvery));
  testing_tools::refuse_writes(true);
  const Value::Object alert = body_of_an_alert();
  const auto refused = journal_->append("alert_raised", alert);
  ASSERT_FALSE(refused.has_value());
  watch_->withhold(alert, refused.error());
  EXPECT_FALSE(admits()) << "before anybody has looked";
  for (int look = 0; look < 40; ++look) EXPECT_FALSE(goes_on_after(kLookEvery)) << look;
  EXPECT_EQ(suspended_by(), "journal");
  EXPECT_EQ(closed_by(), "");
  testing_tools::refuse_writes(false);
  EXPECT_EQ(journalled(), Said{}) << "nothing could be said";
  for (int look = 0; look < 5 && !admits(); ++look) goes_on_after(kLookEvery);
  EXPECT_TRUE(admits()) << "within a retry and a look";
  EXPECT_EQ(journalled(), (Said{"run_suspended journal", "alert_withheld", "run_resumed"}));
  EXPECT_TRUE(watch_->end());
}

TEST_F(RunWatchTest, ALapseThatCannotBeJournalledIsSaidLater) {
  begin();
  testing_tools::refuse_writes(true);
  EXPECT_FALSE(goes_on_after(minutes(60)));
  testing_tools::refuse_writes(false);
  attest_presence(minutes(60));
  EXPECT_FALSE(goes_on_after(kLookEvery)) << "the suspension is owed to the log";
  for (int look = 0; look < 5 && !admits(); ++look) goes_on_after(kLookEvery);
  EXPECT_TRUE(admits());
  EXPECT_EQ(journalled(), (Said{"run_suspended journal", "run_resumed"}));
}

TEST_F(RunWatchTest, ARunThatEndsWithAlertsInNoLogSaysHowMany) {
  begin();
  testing_tools::refuse_writes(true);
  watch_->withhold(body_of_an_alert(), {ErrorCode::kUnavailable, "full"});
  const Status ended = watch_->end();
  ASSERT_FALSE(ended.has_value());
  EXPECT_NE(ended.error().message.find("1 alerts were withheld"), std::string::npos);
}

TEST_F(RunWatchTest, ADamagedLogStopsTheRunForGood) {
  begin();
  watch_->withhold(body_of_an_alert(), {ErrorCode::kCorrupt, "a sync failed"});
  EXPECT_FALSE(goes_on_after(kLookEvery));
  EXPECT_EQ(closed_by(), "stopped");
}

TEST_F(RunWatchTest, WithholdsAsManyAlertsAsItMayAndStopsAtOneMore) {
  begin();
  for (std::size_t n = 0; n < kOwedMax; ++n) {
    watch_->withhold(body_of_an_alert(), {ErrorCode::kUnavailable, "full"});
  }
  EXPECT_EQ(closed_by(), "");
  watch_->withhold(body_of_an_alert(), {ErrorCode::kUnavailable, "full"});
  EXPECT_EQ(closed_by(), "stopped");
}

TEST_F(RunWatchTest, AnEntryThatIsErasedIsWithdrawnOnceAndSaidIfItIsOnTheList) {
  begin();
  std::vector<std::string> withdrawn;
  watch_->on_erased([&](const EntryId& entry) {
    withdrawn.push_back(entry.text());
    return entry.text() == "somebody";
  });
  EXPECT_TRUE(goes_on_after(kLookEvery));
  EXPECT_EQ(withdrawn, Said{});
  testing_tools::write_erased(site_->folder(), {"elsewhere", "somebody"});
  for (int look = 0; look < 3; ++look) EXPECT_TRUE(goes_on_after(kLookEvery));
  EXPECT_EQ(withdrawn, (Said{"elsewhere", "somebody"}));
  EXPECT_EQ(journalled(), Said{"entry_withdrawn"});
}

TEST_F(RunWatchTest, AWithdrawalThatCannotBeJournalledIsEnteredOnceTheDiskIsFree) {
  begin();
  watch_->on_erased([](const EntryId&) { return true; });
  testing_tools::write_erased(site_->folder(), {"somebody"});
  testing_tools::refuse_writes(true);
  EXPECT_FALSE(goes_on_after(kLookEvery)) << "it is withdrawn, and the log owes a leaf";
  EXPECT_EQ(suspended_by(), "journal");
  testing_tools::refuse_writes(false);
  for (int look = 0; look < 5 && !admits(); ++look) goes_on_after(kLookEvery);
  EXPECT_TRUE(admits());
  EXPECT_EQ(journalled(), (Said{"run_suspended journal", "entry_withdrawn", "run_resumed"}));
}

TEST_F(RunWatchTest, AListOfTheErasedThatCannotBeReadSuspends) {
  begin();
  watch_->on_erased([](const EntryId&) { return true; });
  testing_tools::write_erased(site_->folder(), {"not an id"});
  EXPECT_FALSE(goes_on_after(authority::kCircumstancesAgeMax + kTick));
  EXPECT_EQ(suspended_by(), "circumstances");
  testing_tools::write_erased(site_->folder(), {"somebody"});
  EXPECT_TRUE(goes_on_after(kLookEvery)) << "the control";
}

TEST_F(RunWatchTest, AStopEndsTheRun) {
  begin();
  EXPECT_TRUE(goes_on_after(kLookEvery));
  take(EventKind::kStopped, "jo");
  EXPECT_FALSE(goes_on_after(kLookEvery));
  EXPECT_EQ(closed_by(), "deployment-stopped");
}

TEST_F(RunWatchTest, AClockThatIsSetOrStandsStillHaltsTheDeploymentWithinASecond) {
  begin();
  for (const std::string_view rule : {"clock", "clock-still"}) {
    EXPECT_TRUE(goes_on_after(kLookEvery));
    if (rule == "clock") {
      clock_.step_wall(-hours(2));
      EXPECT_FALSE(goes_on_after(kLookEvery));
      clock_.step_wall(hours(2));
    } else {
      clock_.step_wall(-kLookEvery);
      EXPECT_TRUE(goes_on_after(kLookEvery)) << "it has stood 250 ms";
      clock_.step_wall(-kLookEvery);
      EXPECT_FALSE(goes_on_after(kLookEvery)) << "it has stood 500 ms";
      clock_.step_wall(kLookEvery * 2);
    }
    EXPECT_EQ(closed_by(), rule);
    EXPECT_TRUE(watch_->end());
    EXPECT_EQ(journalled().back(), concat("run_suspended ", rule));
    const auto again = RunWatch::open(
        *site_,
        note_file(),
        authority::WrittenAuthority::verify(read_authority(note_file()).value(),
                                            site_->read_register(clock_.wall()).value(),
                                            read_policy(*site_).value(),
                                            clock_.wall())
            .value(),
        *journal_,
        clock_);
    EXPECT_EQ(again.value()->circumstances().value().suspended.value().rule, rule)
        << "also for the next run";
    take(EventKind::kResumed, "sam");
    begin_run();
  }
}

}  // namespace
}  // namespace proviso::site
