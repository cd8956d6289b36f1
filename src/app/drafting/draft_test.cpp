#include "app/drafting/draft.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "app/drafting/answers.h"
#include "app/drafting/likeness.h"
#include "app/drafting/page.h"
#include "app/drafting/questions.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/authority/rules.h"
#include "safeguards/watchlist/small_list_tool.h"

namespace proviso::drafting {
namespace {

constexpr WallTime kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(9);

std::string long_answer(std::string_view start) {
  std::string text(start);
  while (text.size() < 250) text += " for reasons that are written here at some length";
  return text;
}

class Drafting : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  Drafting() {
    folder_ = std::filesystem::path(testing::TempDir()) /
              concat("drafting-", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    for (const char* name :
         {"dpia", "eia", "cia", "apd", "fria", "registration", "accuracy", "notice"}) {
      EXPECT_TRUE(write_file_durably(folder_ / name, std::string_view(name)));
    }
    auto list = watchlist::small_list(watchlist::ListState::kSealed);
    list.made_at = kNow - std::chrono::hours(1);
    list_bytes_ = watchlist::as_if_locked(list);
    EXPECT_TRUE(write_file_durably(folder_ / "list", std::span<const std::byte>(list_bytes_)));
    const auto in_the_clear = watchlist::to_bytes(list);
    EXPECT_TRUE(
        write_file_durably(folder_ / "clear-list", std::span<const std::byte>(in_the_clear)));
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string file(std::string_view name) const { return folder_ / name; }

  // What somebody would type, by the question's path.
  std::string typed(const Question& question) {
    if (question.path == "signs") return concat("sign-", ++signs_, " 51.4712,-0.4495 Lamp post");
    if (question.path == "cameras") return "gate=rtsp://camera.example/stream";
    if (question.path == "reference") return "high-street";
    if (question.path == "author") return "jo";
    if (question.path == "authorising_officer") return "sam";
    if (question.path == "tier") return tier_;
    if (question.path == "place.polygon") {
      return "51.4700,-0.4500; 51.4700,-0.4490; 51.4708,-0.4490; 51.4708,-0.4500";
    }
    if (question.path == "notice.published_at") return "2026-11-20T09:00:00Z";
    if (question.path == "watchlist.file") return file("list");
    if (question.path == "notice.file") return file("notice");
    if (question.path == "accuracy_report.file") return file("accuracy");
    if (question.path == "accuracy_report.threshold_millionths") return "500000";
    if (question.path.starts_with("documents.") && question.path.ends_with(".file")) {
      return file(question.path.substr(10, question.path.size() - 15));
    }
    switch (question.kind) {
      case QuestionKind::kChoice: return question.choices.front();
      case QuestionKind::kDate: return "2026-11-20";
      case QuestionKind::kCount: return "1000";
      default: break;
    }
    if (!question.usual.empty()) return question.usual;
    return question.bytes_min > 1 ? long_answer(question.text) : question.text;
  }

  Value::Object interview(const policy::Policy& policy) {
    Value::Object answers;
    for (auto open = open_questions(answers, policy); !open.empty();
         open = open_questions(answers, policy)) {
      const Question& question = open.front();
      const std::string words = question.path == "minutes" ? "60" : typed(question);
      const Status answered = answer(question, words, answers);
      EXPECT_TRUE(answered.has_value()) << question.path << ": " << answered.error().message;
      if (!answered) break;
    }
    return answers;
  }

  static policy::Policy shipped(std::string_view name) {
    const auto text = read_text_file(concat(PROVISO_SOURCE "/policies/", name, ".toml"),
                                     policy::Policy::kBytesMax);
    return policy::Policy::parse(text.value()).value();
  }
  static DraftContext context(const policy::Policy& policy) {
    return {
        .policy = policy, .now = kNow, .model_pack = crypto::sha256("pack"), .precision = "f32"};
  }

  std::filesystem::path folder_;
  std::vector<std::byte> list_bytes_;
  std::string tier_ = "ordinary";
  int signs_ = 0;
};

TEST_F(Drafting, TheQuestionsAloneLeadToAnAuthorityThatMeetsEveryRule) {
  for (const auto& [profile, tier] :
       std::initializer_list<std::pair<const char*, const char*>>{{"uk", "ordinary"},
                                                                  {"uk", "urgent"},
                                                                  {"uk", "sensitive-place"},
                                                                  {"eu", "ordinary"},
                                                                  {"eu", "urgent"},
                                                                  {"eu", "sensitive-place"}}) {
    SCOPED_TRACE(concat(profile, ' ', tier));
    tier_ = tier;
    const policy::Policy policy = shipped(profile);
    const auto statement = draft(interview(policy), context(policy));
    ASSERT_TRUE(statement.has_value()) << statement.error().message;
    for (const auto& rule : content_rules(statement.value(), policy)) {
      EXPECT_TRUE(rule.met) << rule.id << ": found " << rule.found << ", needed " << rule.needed;
    }
  }
}

TEST_F(Drafting, ComputesTheHashesOfTheVeryFiles) {
  const policy::Policy policy = shipped("uk");
  const auto statement = draft(interview(policy), context(policy)).value();
  EXPECT_EQ(statement.watchlist, parse_head(watchlist::ListSource(list_bytes_)).value().digest);
  EXPECT_EQ(statement.watchlist_built_at, kNow - std::chrono::hours(1));
  EXPECT_EQ(statement.accuracy_report.digest, crypto::sha256("accuracy"));
  EXPECT_EQ(statement.notice.published.value_or(authority::PublishedNotice{}).digest,
            crypto::sha256("notice"));
  ASSERT_EQ(statement.documents.size(), 4U);
  for (const auto& document : statement.documents) {
    EXPECT_EQ(document.digest, crypto::sha256(document.id)) << document.id;
  }
  EXPECT_EQ(statement.policy_digest, policy.digest);
  EXPECT_EQ(statement.model_pack, crypto::sha256("pack"));
  EXPECT_EQ(statement.threshold_millionths, 500'000) << "the lowest that was tested";
}

TEST_F(Drafting, TheExampleOfTheDocumentationAnswersEverythingAndMeetsEveryRule) {
  const policy::Policy policy = shipped("uk");
  Value::Object answers = read_answers(PROVISO_SOURCE "/docs/answers.example.toml").value();
  for (const Question& question : open_questions(answers, policy)) {
    ADD_FAILURE() << "unanswered: " << question.path;
  }
  for (const char* path : {"documents.dpia", "documents.eia", "documents.cia", "documents.apd"}) {
    ASSERT_TRUE(set(answers, concat(path, ".file"), Value(file("dpia"))));
  }
  ASSERT_TRUE(set(answers, "accuracy_report.file", Value(file("accuracy"))));
  ASSERT_TRUE(set(answers, "notice.file", Value(file("notice"))));
  ASSERT_TRUE(set(answers, "watchlist.file", Value(file("list"))));
  const auto statement = draft(answers, context(policy));
  ASSERT_TRUE(statement.has_value()) << statement.error().message;
  for (const auto& rule : content_rules(statement.value(), policy)) {
    EXPECT_TRUE(rule.met) << rule.id << ": found " << rule.found << ", needed " << rule.needed;
  }
}

TEST_F(Drafting, NamesAnAnswerThatIsMissingUnknownOrOfAnotherKind) {
  const policy::Policy policy = shipped("uk");
  const Value::Object whole = interview(policy);
  const auto message = [&](std::string_view path, Value value) {
    Value::Object answers = whole;
    EXPECT_TRUE(set(answers, path, std::move(value)));
    const auto statement = draft(answers, context(policy));
    return statement ? std::string("drafted") : statement.error().message;
  };
  EXPECT_EQ(message("reference", "another"), "drafted");
  EXPECT_NE(message("extra", 1).find("\"extra\""), std::string::npos);
  EXPECT_NE(message("place.extra", 1).find("\"extra\""), std::string::npos);
  EXPECT_NE(message("minutes", "60").find("minutes"), std::string::npos);
  EXPECT_NE(message("cameras.gate.zone", Value::Array{1}).find("zone"), std::string::npos);
  EXPECT_NE(message("watchlist.file", file("none")).find("answers.watchlist.file"),
            std::string::npos);
  EXPECT_NE(message("author", "sam").find("authorising_officer"), std::string::npos);
  Value::Object lacking = whole;
  lacking.erase("place");
  EXPECT_NE(draft(lacking, context(policy)).error().message.find("place"), std::string::npos);
}

TEST_F(Drafting, TakesAListInTheClearOnlyWhereThePolicyDoesWithoutAVault) {
  policy::Policy policy = shipped("uk");
  Value::Object answers = interview(policy);
  ASSERT_TRUE(draft(answers, context(policy)).has_value()) << "control: a vault's";
  ASSERT_TRUE(set(answers, "watchlist.file", Value(file("clear-list"))));
  const auto refused = draft(answers, context(policy));
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("proviso vault seal"), std::string::npos)
      << refused.error().message;
  policy.watchlist.vault_needed = false;
  EXPECT_TRUE(draft(answers, context(policy)).has_value());
}

TEST_F(Drafting, TakesNoPasswordOfACameraIntoTheAuthority) {
  const policy::Policy policy = shipped("uk");
  Value::Object answers = interview(policy);
  ASSERT_TRUE(set(answers, "cameras.gate.source", Value("rtsp://eve:secret@10.0.0.1/stream")));
  const std::string body = draft(answers, context(policy)).value().to_body();
  EXPECT_EQ(body.find("secret"), std::string::npos);
  EXPECT_NE(body.find("rtsp://10.0.0.1/stream"), std::string::npos);
}

TEST_F(Drafting, WithoutANoticeAsksForTheReason) {
  const policy::Policy policy = shipped("uk");
  Value::Object answers;
  ASSERT_TRUE(set(answers, "notice.file", Value("-")));
  const auto open = open_questions(answers, policy);
  const auto asks = [&](std::string_view path) {
    return std::ranges::any_of(open, [&](const Question& one) { return one.path == path; });
  };
  EXPECT_TRUE(asks("notice.exemption"));
  EXPECT_FALSE(asks("notice.published_at"));
}

TEST_F(Drafting, AnAnswerThatWillNotDoIsRefusedWithWhatIsNeeded) {
  Value::Object answers;
  const auto refused = [&](QuestionKind kind, std::string_view words) {
    Question question{.path = "x", .text = "X", .kind = kind, .choices = {"a"}, .usual = {}};
    question.bytes_min = 5;
    return !answer(question, words, answers).has_value();
  };
  EXPECT_TRUE(refused(QuestionKind::kText, "four"));
  EXPECT_FALSE(refused(QuestionKind::kText, "fives"));
  EXPECT_TRUE(refused(QuestionKind::kText, "a\x1B[2Jlonger"));
  EXPECT_TRUE(refused(QuestionKind::kId, "Jo"));
  EXPECT_TRUE(refused(QuestionKind::kChoice, "b"));
  EXPECT_FALSE(refused(QuestionKind::kChoice, "a"));
  EXPECT_TRUE(refused(QuestionKind::kCount, "12a"));
  EXPECT_FALSE(refused(QuestionKind::kCount, "12"));
  EXPECT_TRUE(refused(QuestionKind::kDate, "24.11.2026"));
  EXPECT_TRUE(refused(QuestionKind::kTime, "tomorrow"));
  EXPECT_FALSE(refused(QuestionKind::kTime, "now"));
  EXPECT_TRUE(refused(QuestionKind::kFile, file("none")));
  EXPECT_FALSE(refused(QuestionKind::kFile, file("list")));
  EXPECT_TRUE(refused(QuestionKind::kPolygon, "1,1;2,2"));
  EXPECT_TRUE(refused(QuestionKind::kSign, "north"));
  EXPECT_TRUE(refused(QuestionKind::kCamera, "gate"));
}

TEST(Answers, PointsAreExactToTheTenMillionth) {
  const auto corner = parse_point(" 51.1234567 , -0.0000001").value();
  EXPECT_EQ(corner.latitude_e7, 511'234'567);
  EXPECT_EQ(corner.longitude_e7, -1);
  EXPECT_EQ(parse_point("90,-180").value().longitude_e7, -1'800'000'000);
  for (const char* text : {"",
                           "51",
                           "90.0000001,0",
                           "0,180.0000001",
                           "1.12345678,0",
                           "1.,0",
                           "--1,0",
                           "1e1,0",
                           "+1,0",
                           "a,b",
                           "1,2,3",
                           "."}) {
    EXPECT_FALSE(parse_point(text).has_value()) << text;
  }
}

TEST(Likeness, TellsACopyFromAnAnswerOfItsOwn) {
  const std::string_view answer = "To find people wanted on warrant who come to the market square";
  EXPECT_EQ(likeness_permille(answer, answer), 1000);
  EXPECT_EQ(likeness_permille(answer,
                              "to FIND people, wanted on warrant, who come to the market square!"),
            1000);
  EXPECT_EQ(
      likeness_permille(answer, "A missing child was last seen by the river on Tuesday night"), 0);
  EXPECT_GE(
      likeness_permille(answer, "To find people wanted on warrant who come to the station square"),
      600);
  EXPECT_EQ(likeness_permille("", ""), 0);
  EXPECT_EQ(likeness_permille("yes", "Yes."), 1000);
  EXPECT_EQ(likeness_permille("yes", "no"), 0);
}

TEST_F(Drafting, ThePageStandsAloneAndEscapesWhatPeopleWrote) {
  const policy::Policy policy = shipped("uk");
  Value::Object answers = interview(policy);
  ASSERT_TRUE(set(answers, "place.name", Value("<script>alert('x')</script> & \"square\"")));
  const auto statement = draft(answers, context(policy)).value();
  const PageContent content{.statement = statement,
                            .digest = crypto::sha256(statement.to_body()),
                            .signatures = {{"jo", "Jo <b>", "sergeant"}},
                            .rules = content_rules(statement, policy),
                            .list = {}};
  const std::string html = html_page(content);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_NE(html.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;square&quot;"),
            std::string::npos);
  EXPECT_NE(html.find("Jo &lt;b&gt;"), std::string::npos);
  for (const char* outside : {"http:", "https:", "src=", "url(", "@import"}) {
    EXPECT_EQ(html.find(outside), std::string::npos) << outside;
  }
  for (const char* part : {"<html lang=\"en-GB\">",
                           "<main>",
                           "scope=\"row\"",
                           "role=\"img\"",
                           "aria-label",
                           "@media print",
                           "Every rule is met."}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  const std::string text = text_page(content);
  for (const PageSection& section : page_sections(content)) {
    EXPECT_NE(text.find(section.title), std::string::npos);
    for (const PageRow& row : section.rows) EXPECT_NE(text.find(row.value), std::string::npos);
  }
}

}  // namespace
}  // namespace proviso::drafting
