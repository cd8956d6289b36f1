// Rules that hold between options, and what bytes nobody wrote do to the reader.

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

#include "base/core/trials_tool.h"
#include "safeguards/policy/policy_reader.h"
#include "safeguards/policy/shipped_policy_tool.h"

namespace proviso::policy {
namespace {

class PolicySense : public testing::Test {
 protected:
  void expect_refused(std::string_view table,
                      std::string_view from,
                      std::string_view to,
                      std::string_view option) const {
    const auto policy = Policy::parse(with(text_, table, from, to));
    ASSERT_FALSE(policy) << option << ": " << to;
    EXPECT_EQ(policy.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(policy.error().message.find(option), std::string::npos) << policy.error().message;
  }
  void expect_read(std::string_view table, std::string_view from, std::string_view to) const {
    EXPECT_EQ(error_of(with(text_, table, from, to)), "");
  }

  const std::string text_ = shipped_text("uk");
};

TEST_F(PolicySense, NoCategoryUseCaseOrSourceIsACatchAll) {
  for (const std::string_view title : {"Other",
                                       "People of interest",
                                       "Of intelligence interest",
                                       "ANY person",
                                       "Miscellaneous",
                                       "Wanted, or any other reason"}) {
    EXPECT_TRUE(is_catch_all(title)) << title;
    expect_refused("[[categories]]",
                   "title = \"Wanted on a warrant of a court\"",
                   concat("title = \"", title, '"'),
                   "categories[0].title");
  }
  expect_refused("[[categories]]", "id = \"court-order\"", "id = \"other\"", "categories[2].id");
  expect_refused("[[use_cases]]", "\"Crime Hotspot\"", "\"General\"", "use_cases[0].name");
  expect_refused("", "\"custody\"", "\"any\"", "image_sources");
  expect_refused("", "\"custody\"", "\"cctv-still\"", "image_sources");  // Twice.
  for (const std::string_view title :
       {"Mother of the missing", "Company fraud", "Restraining order"}) {
    EXPECT_FALSE(is_catch_all(title)) << title;
  }
  expect_read("[[categories]]", "a warrant of a court", "another court's warrant");
}

TEST_F(PolicySense, UseCasesNameCategoriesThatExist) {
  expect_refused("[[use_cases]]", "\"court-order\"", "\"court-orders\"", "use_cases[0].categories");
  expect_refused(
      "[[use_cases]]", "\"court-order\"", "\"wanted-by-court\"", "use_cases[0].categories");
  expect_read("[[use_cases]]", "\"court-order\", ", "");
}

TEST_F(PolicySense, IdsAndNamesStandOnce) {
  expect_refused("", "\"Event PSO\"", "\"Crime Hotspot\"", "use_cases[1].name");
  expect_refused("", "id = \"court-order\"", "id = \"wanted-by-court\"", "categories[2].id");
  expect_refused("", "id = \"eia\"", "id = \"dpia\"", "documents[1].id");
  expect_refused("", "\"hotspot_dataset_date\"", "\"hotspot_dataset\"", "evidence[1].name");
}

TEST_F(PolicySense, EveryAuthorityStandsOnADataProtectionAndAnEqualityAssessment) {
  expect_refused("", "id = \"dpia\"", "id = \"fria\"", "documents");
  expect_refused("", "id = \"eia\"", "id = \"fria\"", "documents");
  expect_read("", "id = \"cia\"", "id = \"fria\"");
}

TEST_F(PolicySense, OneAuthorAndSomebodyElseWhoApprovesSignEveryTier) {
  for (const std::string_view tier :
       {"[tiers.ordinary]", "[tiers.urgent]", "[tiers.sensitive-place]"}) {
    expect_refused(tier, "role = \"author\"", "role = \"authorising-officer\"", "signatures");
    expect_refused(tier, "role = \"authorising-officer\"", "role = \"author\"", "signatures");
    expect_refused(tier, "role = \"authorising-officer\"", "role = \"lfr-operator\"", "role");
  }
  expect_read("[tiers.urgent]", "rank_min = \"inspector\"", "rank_min = \"chief-constable\"");
}

TEST_F(PolicySense, AnIndependentAuthorityHasNoOtherRankAndNobodyElseHasIts) {
  const std::string_view officer =
      "{ role = \"authorising-officer\", rank_min = \"superintendent\" }";
  expect_refused("[watchlist]",
                 officer,
                 "{ role = \"independent-authority\", rank_min = \"superintendent\" }",
                 "rank_min");
  expect_refused("[watchlist]",
                 officer,
                 "{ role = \"authorising-officer\", rank_min = \"independent-authority\" }",
                 "rank_min");
  expect_read("[watchlist]",
              officer,
              "{ role = \"independent-authority\", rank_min = \"independent-authority\" }");
}

TEST_F(PolicySense, TheUrgentTierIsShorterAndMustBeCountersigned) {
  expect_refused(
      "[tiers.urgent]", "window_minutes_max = 240", "window_minutes_max = 721", "window");
  expect_read("[tiers.urgent]", "window_minutes_max = 240", "window_minutes_max = 720");
  expect_refused(
      "", "[tiers.urgent.countersignature]", "[tiers.urgent.seconds]", "countersignature");
  expect_refused(
      "", "[tiers.urgent.countersignature]", "[tiers.ordinary.countersignature]", "counters");
}

TEST_F(PolicySense, ASensitivePlaceNeedsTheOrdinarySignaturesAndOneMore) {
  const std::string_view extra =
      "{ role = \"authorising-officer\", rank_min = \"assistant-chief-constable\" },";
  expect_refused("[tiers.sensitive-place]", extra, "", "signatures");
  expect_refused(
      "[tiers.sensitive-place]", "window_minutes_max = 360", "window_minutes_max = 721", "window");
  // Three, but none as high as the ordinary tier's.
  const std::string lower = with(text_,
                                 "[tiers.sensitive-place]",
                                 extra,
                                 "{ role = \"authorising-officer\", rank_min = \"inspector\" },");
  EXPECT_EQ(error_of(lower), "");  // The superintendent is still there: the control.
  EXPECT_NE(error_of(with(lower, "[tiers.sensitive-place]", "\"superintendent\"", "\"inspector\"")),
            "");
}

TEST_F(PolicySense, ATierThatIsLeftOutIsNotToBeHad) {
  const std::size_t start = text_.find("[tiers.urgent]");
  const std::size_t end = text_.find("[tiers.sensitive-place]");
  std::string text = text_;
  text.erase(start, end - start);
  const auto policy = Policy::parse(text);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy.value().find_tier(Tier::kUrgent), nullptr);
  EXPECT_NE(policy.value().find_tier(Tier::kOrdinary), nullptr);
}

TEST_F(PolicySense, FiguresThatBindEachOtherAreHeldTogether) {
  expect_refused("[operating_point]", "shots_min = 3", "shots_min = 6", "shots_min");
  expect_read("[operating_point]", "shots_min = 3", "shots_min = 5");
  expect_refused(
      "[quality]", "luminance_mean_min = 20", "luminance_mean_min = 235", "luminance_mean_min");
  expect_read("[quality]", "luminance_mean_min = 20", "luminance_mean_min = 234");
  expect_refused(
      "[[categories]]", "imprisonment_years_min = 0", "imprisonment_years_min = 1", "imprison");
}

TEST_F(PolicySense, CameraKindsAreThoseThatExistEachOnce) {
  for (const std::string_view kinds :
       {"[]", "[\"live\", \"live\"]", "[\"drone\"]", "[\"live\", \"drone\"]", "\"live\""}) {
    expect_refused(
        "", "camera_kinds = [\"live\"]", concat("camera_kinds = ", kinds), "camera_kinds");
  }
  expect_read("",
              "camera_kinds = [\"live\"]",
              "camera_kinds = [\"recording\", \"live-loopback\", \"live\"]");
}

TEST_F(PolicySense, PlacesAreCheckedPolygons) {
  const auto place = [&](std::string_view kind, std::string_view polygon) {
    return concat(
        text_, "[[places]]\nid=\"p\"\nname=\"P\"\nkind=\"", kind, "\"\npolygon=", polygon, '\n');
  };
  EXPECT_EQ(error_of(place("school", "[[0,0],[0,1],[1,0]]")), "");
  for (const std::string_view polygon : {"[[0,0],[0,1]]",
                                         "[[0,0],[0,1],[0,2]]",
                                         "[[0,0],[0,1],[1.5,0]]",
                                         "[[0,0],[0,1],[1,0,2]]",
                                         "[[0,0],[0,1],[10000001,0]]",
                                         "[[0,0],[0,1],[9223372036854775807,0]]",
                                         "[0,0,0,1,1,0]"}) {
    EXPECT_NE(error_of(place("school", polygon)).find("polygon"), std::string::npos) << polygon;
  }
  EXPECT_NE(error_of(place("pub", "[[0,0],[0,1],[1,0]]")).find("kind"), std::string::npos);
}

// Bytes changed, cut, doubled and put in, so that the reader sees what nobody would write.
std::string mutated(std::string text, std::mt19937& random) {
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random);
  };
  static constexpr std::string_view kBytes = "\"'[]{}=.,#\n\\-+0189eEx_ \t\r\xff\x00\xc3\xa9";
  const std::size_t changes = 1 + below(3);
  for (std::size_t n = 0; n < changes && !text.empty(); ++n) {
    const std::size_t at = below(text.size());
    const std::size_t length = std::min(text.size() - at, 1 + below(40));
    switch (below(6)) {
      case 0: text[at] = static_cast<char>(below(256)); break;
      case 1: text[at] = kBytes[below(kBytes.size())]; break;
      case 2: text.erase(at, length); break;
      case 3: text.insert(at, text.substr(at, length)); break;
      case 4: text.insert(below(text.size()), text.substr(at, length)); break;
      default: text.resize(at); break;
    }
  }
  return text;
}

// Without comments and with the fewest tables of each list: more of the mutants matter, and none
// takes long.
std::string shortened(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  std::multiset<std::string> lists;
  bool is_kept = true;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with('[')) {
      const std::size_t least = line == "[[documents]]" ? 2 : 1;
      lists.insert(line);
      is_kept = !line.starts_with("[[") || lists.count(line) <= least;
    }
    if (is_kept && !line.empty() && !line.starts_with('#')) out += line + '\n';
  }
  const std::size_t start = out.find("categories = [");
  return out.replace(start, out.find('\n', start) - start, "categories = [\"wanted-by-court\"]");
}

TEST_F(PolicySense, MutantsAreReadOrRefusedAndNeverPassForTheOriginal) {
  const int mutants = testing_tools::trials(100'000);
  const std::array originals{shortened(text_), shortened(shipped_text("demonstration"))};
  for (const std::string& original : originals) ASSERT_EQ(error_of(original), "");
  std::mt19937 random(20261124);
  int read = 0;
  for (int n = 0; n < mutants; ++n) {
    const std::string& original = originals[static_cast<std::size_t>(n) % originals.size()];
    const std::string text = mutated(original, random);
    const auto policy = Policy::parse(text);
    if (!policy) continue;
    ++read;
    EXPECT_EQ(policy.value().digest, crypto::sha256(text));
    EXPECT_TRUE(text == original || policy.value().digest != crypto::sha256(original));
  }
  EXPECT_GT(read, 0);
  EXPECT_LT(read, mutants / 2);
}

}  // namespace
}  // namespace proviso::policy
