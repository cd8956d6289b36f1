#include "safeguards/authority/rules.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/core/concat.h"
#include "safeguards/authority/signed_authority_tool.h"

namespace proviso::authority {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::minutes;

constexpr WallTime kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(9);
constexpr auto kToday = std::chrono::floor<days>(kNow);

// One rule, the statement that just keeps it, and the one that just does not.
struct Edge {
  const char* rule;
  std::function<void(Statement&)> last_met;
  std::function<void(Statement&)> first_unmet;
};

class Rules : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  static const Rule* find(const std::vector<Rule>& rules, std::string_view id) {
    const auto found = std::ranges::find(rules, id, &Rule::id);
    return found == rules.end() ? nullptr : &*found;
  }
  void expect_edge(const Edge& edge, const std::function<void(Statement&)>& before = {}) const {
    SCOPED_TRACE(edge.rule);
    for (const bool is_met : {true, false}) {
      Statement statement = test_statement(policy, kNow);
      if (before) before(statement);
      (is_met ? edge.last_met : edge.first_unmet)(statement);
      const auto rules = content_rules(statement, policy);
      const Rule* rule = find(rules, edge.rule);
      ASSERT_NE(rule, nullptr);
      EXPECT_EQ(rule->met, is_met) << rule->found << "; needed: " << rule->needed;
      EXPECT_FALSE(rule->found.empty() || rule->needed.empty() || rule->text.empty());
    }
  }

  policy::Policy policy = test_policy();
};

std::function<void(Statement&)> document_of(std::string_view id, int age_days) {
  return [=](Statement& statement) {
    for (Document& document : statement.documents) {
      if (document.id == id) document.reviewed_on = kToday - days(age_days);
    }
  };
}

std::function<void(Statement&)> evidence(const char* name, const std::string& text) {
  return [=](Statement& statement) { statement.use_case.evidence.insert_or_assign(name, text); };
}

std::vector<Edge> edges_of_grounds() {
  const auto answer_of = [](std::size_t bytes) {
    return [=](Statement& s) { s.proportionality.link = std::string(bytes, 'a'); };
  };
  return {{"use-case",
           [](Statement& s) { s.use_case.name = "Event PSO"; },
           [](Statement& s) { s.use_case.name = "event pso"; }},
          {"use-case-evidence", [](Statement&) {}, evidence("more", "x")},
          {"use-case-evidence",
           [](Statement&) {},
           [](Statement& s) { s.use_case.evidence.erase("hotspot_dataset"); }},
          {"use-case-evidence",
           evidence("hotspot_date", to_date(kToday - days(90))),
           evidence("hotspot_date", to_date(kToday - days(91)))},
          {"use-case-evidence",
           evidence("hotspot_date", to_date(kToday)),
           evidence("hotspot_date", to_date(kToday + days(1)))},
          {"use-case-evidence", [](Statement&) {}, evidence("hotspot_date", "last week")},
          {"proportionality-length", answer_of(80), answer_of(79)},
          {"proportionality-different",
           [](Statement&) {},
           [](Statement& s) { s.proportionality.link = s.proportionality.aim; }},
          {"document-cia", document_of("cia", 90), document_of("cia", 91)},
          {"document-dpia", document_of("dpia", 0), document_of("dpia", -1)},
          {"document-eia",
           [](Statement&) {},
           [](Statement& s) {
             std::erase_if(s.documents,
                           [](const Document& document) { return document.id == "eia"; });
           }},
          {"document-accuracy-report",
           [](Statement& s) { s.accuracy_report.reviewed_on = kToday - days(365); },
           [](Statement& s) { s.accuracy_report.reviewed_on = kToday - days(366); }}};
}

std::vector<Edge> edges_of_the_system() {
  const auto tested = [](std::uint64_t entries) {
    return [=](Statement& s) { s.accuracy_report.tested_entries = entries; };
  };
  const auto entries_max = [](std::uint64_t entries) {
    return [=](Statement& s) { s.watchlist_entries_max = entries; };
  };
  const auto threshold = [](int millionths) {
    return [=](Statement& s) { s.threshold_millionths = millionths; };
  };
  return {
      {"policy", [](Statement&) {}, [](Statement& s) { s.policy_digest = made_up("another"); }},
      // 900 per mille of the 1000 entries; of 1001 it is 900.9, so 901.
      {"accuracy-size", tested(900), tested(899)},
      {"accuracy-size",
       [](Statement& s) { s.watchlist_entries_max = 1001, s.accuracy_report.tested_entries = 901; },
       [](Statement& s) {
         s.watchlist_entries_max = 1001, s.accuracy_report.tested_entries = 900;
       }},
      {"accuracy-threshold", threshold(450'000), threshold(449'999)},
      {"threshold-floor", threshold(400'000), threshold(399'999)},
      {"watchlist-size", entries_max(10'000), entries_max(10'001)},
      {"watchlist-age",
       [](Statement& s) { s.watchlist_built_at = kNow - hours(24); },
       [](Statement& s) { s.watchlist_built_at = kNow - hours(24) - microseconds(1); }},
      {"watchlist-age",
       [](Statement& s) { s.watchlist_built_at = kNow; },
       [](Statement& s) { s.watchlist_built_at = kNow + microseconds(1); }},
      {"window-length",
       [](Statement& s) { s.not_after = kNow + hours(24); },
       [](Statement& s) { s.not_after = kNow + hours(24) + microseconds(1); }}};
}

std::vector<Edge> edges_of_conduct() {
  const auto published = [](WallTime at) {
    return [=](Statement& s) { s.notice.published->published_at = at; };
  };
  const auto exempt = [](std::size_t bytes) {
    return
        [=](Statement& s) { s.notice = {.published = {}, .exemption = std::string(bytes, 'a')}; };
  };
  return {{"notice", published(kNow - hours(24)), published(kNow - hours(24) + microseconds(1))},
          {"notice", exempt(60), exempt(59)},
          {"signs", [](Statement&) {}, [](Statement& s) { s.signs.clear(); }},
          {"presence",
           [](Statement& s) { s.presence = {2, 3600}; },
           [](Statement& s) { s.presence = {1, 3600}; }},
          {"presence",
           [](Statement& s) { s.presence = {64, 60}; },
           [](Statement& s) { s.presence = {2, 3601}; }}};
}

TEST_F(Rules, TheWholeStatementKeepsThemAll) {
  const auto rules = content_rules(test_statement(policy, kNow), policy);
  for (const Rule& rule : rules) {
    EXPECT_TRUE(rule.met) << rule.id << ": " << rule.found << "; needed: " << rule.needed;
  }
  std::set<std::string> ids;
  for (const Rule& rule : rules) EXPECT_TRUE(ids.insert(rule.id).second) << rule.id << " twice";
  EXPECT_GE(rules.size(), 20U);
}

TEST_F(Rules, EachIsMetAtItsLimitAndNotOneBeyond) {
  for (const auto& edges : {edges_of_grounds(), edges_of_the_system(), edges_of_conduct()}) {
    for (const Edge& edge : edges) expect_edge(edge);
  }
}

TEST_F(Rules, OfTheUrgentTierAskForAReasonAndADeadlineSoonAfterTheStart) {
  const auto is_urgent = [](Statement& s) {
    s.tier = policy::Tier::kUrgent;
    s.urgency = {.reason = std::string(60, 'a'), .countersign_by = kNow + hours(4)};
  };
  expect_edge({"urgency-reason",
               [](Statement&) {},
               [](Statement& s) { s.urgency->reason = std::string(59, 'a'); }},
              is_urgent);
  expect_edge({"countersign-deadline",
               [](Statement&) {},
               [](Statement& s) { s.urgency->countersign_by += microseconds(1); }},
              is_urgent);
  expect_edge({"window-length",
               [](Statement& s) { s.not_after = kNow + hours(8); },
               [](Statement& s) { s.not_after = kNow + hours(8) + microseconds(1); }},
              is_urgent);
}

TEST_F(Rules, OfASensitivePlaceAskForItsTierAndForExpressionAndAssembly) {
  const auto place = test_statement(policy, kNow).place;
  policy.places.push_back({.id = "church",
                           .name = "St Example",
                           .kind = policy::PlaceKind::kWorship,
                           .polygon = place});
  const auto is_sensitive = [](Statement& s) {
    s.tier = policy::Tier::kSensitivePlace;
    s.expression_and_assembly = std::string(100, 'a');
  };
  const auto moved = [](std::int64_t by_e7) {
    return [=](Statement& s) {
      for (auto& corner : s.place.corners) corner.longitude_e7 += by_e7;
    };
  };
  expect_edge({"sensitive-place", is_sensitive, [](Statement&) {}});
  // The place is 10'000 wide: moved by that much it shares an edge, by one more nothing.
  expect_edge({"sensitive-place", moved(10'001), moved(10'000)});
  expect_edge({"expression-and-assembly",
               [](Statement&) {},
               [](Statement& s) { s.expression_and_assembly.pop_back(); }},
              is_sensitive);
}

TEST_F(Rules, KeepOutCamerasThatThePolicyDoesNotAllow) {
  const auto live_at = [](const char* address) {
    return [=](Statement& s) {
      s.cameras[0].kind = CameraKind::kLive;
      s.cameras[0].address = address;
    };
  };
  policy.camera_kinds = {.live = true, .live_loopback = false, .recording = false};
  expect_edge({"camera-kinds", live_at("rtsp://10.0.0.1/a"), [](Statement&) {}});
  policy.camera_kinds = {.live = false, .live_loopback = true, .recording = true};
  expect_edge({"camera-kinds", [](Statement&) {}, live_at("rtsp://10.0.0.1/a")});
  expect_edge({"camera-kinds", live_at("rtsp://127.0.0.1/a"), live_at("rtsp://128.0.0.1/a")});
}

TEST_F(Rules, KnowNoExemptionAndNoTierWhereThePolicyHasNone) {
  policy.notice.exemption_allowed = false;
  expect_edge(
      {"notice",
       [](Statement&) {},
       [](Statement& s) { s.notice = {.published = {}, .exemption = std::string(4000, 'a')}; }});
  policy.tiers[static_cast<std::size_t>(policy::Tier::kUrgent)].reset();
  expect_edge({"tier", [](Statement&) {}, [](Statement& s) { s.tier = policy::Tier::kUrgent; }});
}

TEST_F(Rules, AreListedForADraftASignedOneAndOneThatIsOver) {
  const FakeClock clock(kNow);
  const TestSite site(clock);
  const Statement statement = site.statement();
  const auto unmet = [&](std::string_view bytes, WallTime now) {
    std::vector<std::string> ids;
    for (const Rule& rule : check_rules(bytes, site.officers(now), site.policy, now)) {
      if (!rule.met) ids.push_back(rule.id);
    }
    return ids;
  };
  using Ids = std::vector<std::string>;
  EXPECT_EQ(unmet(TestSite::note(statement), kNow), Ids{});
  EXPECT_EQ(unmet(statement.to_body(), kNow),
            (Ids{"signature-author", "signature-authorising-officer", "authorising-officer"}));
  EXPECT_EQ(unmet(TestSite::note(statement), statement.not_after), Ids{"not-over"});
  EXPECT_EQ(unmet(TestSite::note(statement), statement.not_after - microseconds(1)), Ids{});
  EXPECT_EQ(unmet("", kNow), Ids{"form"});
  EXPECT_EQ(unmet(concat(Statement::kTypeLine, "\n{}\n"), kNow), Ids{"form"});
  std::string edited = TestSite::note(statement);
  edited[60] ^= 1;
  EXPECT_EQ(unmet(edited, kNow), Ids{"signed-bytes"});
}

}  // namespace
}  // namespace proviso::authority
