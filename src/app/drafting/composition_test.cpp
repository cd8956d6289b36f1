#include "app/drafting/composition.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "app/drafting/page.h"
#include "base/core/concat.h"
#include "safeguards/authority/whole_statement_tool.h"
#include "safeguards/watchlist/small_list_tool.h"

namespace proviso::drafting {
namespace {

const WallTime kNow = parse_rfc3339("2026-11-24T09:00:00Z").value();

class Composition : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  // One entry for each number of photographs; those of more than one have a picture.
  static watchlist::ListContents contents_of(const std::vector<std::size_t>& photographs) {
    watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                     .made_at = kNow,
                                     .model_pack = {},
                                     .dimension = 2,
                                     .entries = {}};
    for (std::size_t n = 0; n < photographs.size(); ++n) {
      watchlist::ListEntry entry{.id = EntryId::parse(concat("person-", n)).value(),
                                 .label = concat("Person ", n),
                                 .category = {},
                                 .photographs = {},
                                 .values = {1, 0},
                                 .thumbnail_jpeg = {}};
      for (std::size_t photograph = 0; photograph < photographs[n]; ++photograph) {
        entry.photographs.push_back(crypto::sha256(concat(n, '.', photograph)));
      }
      if (photographs[n] > 1) entry.thumbnail_jpeg = {1, 2, 3};
      contents.entries.push_back(std::move(entry));
    }
    return contents;
  }
  static std::vector<std::byte> list_of(const std::vector<std::size_t>& photographs) {
    return watchlist::to_bytes(contents_of(photographs));
  }
  static authority::Statement statement_for(std::span<const std::byte> list) {
    auto statement = authority::test_statement(authority::test_policy(), kNow);
    statement.watchlist = watchlist::parse_head(watchlist::ListSource(list)).value().digest;
    return statement;
  }
  static Result<ListComposition> composed(std::span<const std::byte> list,
                                          const authority::Statement& statement) {
    return composition_of(watchlist::ListSource(list), statement);
  }
};

TEST_F(Composition, CountsEntriesAndTheirPhotographs) {
  const auto list = list_of({1, 4, 1, 2});
  const auto found = composed(list, statement_for(list)).value();
  EXPECT_EQ(found.entries, 4U);
  EXPECT_EQ(found.photographs, 8U);
  EXPECT_EQ(found.photographs_fewest, 1U);
  EXPECT_EQ(found.photographs_median, 1U);
  EXPECT_EQ(found.without_picture, 2U);
}

TEST_F(Composition, IsOfTheListThatIsNamedAndOfNoOther) {
  const auto list = list_of({1, 2});
  EXPECT_TRUE(composed(list, statement_for(list)).has_value()) << "control";
  const auto other = composed(list_of({1, 3}), statement_for(list));
  ASSERT_FALSE(other.has_value());
  EXPECT_NE(other.error().message.find("the authority names"), std::string::npos);
}

TEST_F(Composition, StandsOnThePageAndNamesNobody) {
  const auto list = list_of({1, 4, 1, 2});
  const auto statement = statement_for(list);
  PageContent content{.statement = statement,
                      .digest = {},
                      .signatures = {},
                      .rules = {},
                      .list = composed(list, statement).value()};
  for (const std::string& page : {text_page(content), html_page(content)}) {
    EXPECT_NE(page.find("4 of at most 1000"), std::string::npos);
    EXPECT_NE(page.find("8 in all; median 1 an entry, fewest 1"), std::string::npos);
    EXPECT_EQ(page.find("Person 1"), std::string::npos);
    EXPECT_EQ(page.find("--watchlist"), std::string::npos);
  }
  content.list.reset();
  for (const std::string& page : {text_page(content), html_page(content)}) {
    EXPECT_NE(page.find("--watchlist"), std::string::npos) << "how it is to be had";
  }
}

TEST_F(Composition, OfALockedListIsWhatItsVaultCountedAndNeedsNoKey) {
  auto contents = contents_of({1, 2, 1});
  contents.composition =
      watchlist::Composition{.entries = 3,
                             .under_18 = 1,
                             .blue_list = 0,
                             .images = 4,
                             .image_age_days_median = 41,
                             .categories = {{"missing-at-risk", 2}, {"wanted-by-court", 1}},
                             .image_sources = {{"custody", 4}}};
  const auto locked = watchlist::as_if_locked(contents);
  const auto statement = statement_for(locked);
  const auto found = composed(locked, statement).value();
  EXPECT_EQ(found.of_vault, contents.composition);
  const PageContent content{
      .statement = statement, .digest = {}, .signatures = {}, .rules = {}, .list = found};
  for (const std::string& page : {text_page(content), html_page(content)}) {
    for (const char* part : {"3 of at most 1000",
                             "category missing-at-risk",
                             "under 18",
                             "4, median age 41 days",
                             "image source custody"}) {
      EXPECT_NE(page.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(page.find("ask whoever made it"), std::string::npos);
  }
}

}  // namespace
}  // namespace proviso::drafting
