#include "app/drafting/composition.h"

#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "app/drafting/page.h"
#include "base/core/concat.h"
#include "safeguards/authority/whole_statement_tool.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::drafting {
namespace {

const WallTime kNow = parse_rfc3339("2026-11-24T09:00:00Z").value();

class Composition : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  // One entry for each number of photographs; those of more than one have a picture.
  static std::shared_ptr<const watchlist::SealedList> list_of(
      const std::vector<std::size_t>& photographs) {
    watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                     .made_at = kNow,
                                     .model_pack = {},
                                     .dimension = 2,
                                     .entries = {}};
    for (std::size_t n = 0; n < photographs.size(); ++n) {
      watchlist::ListEntry entry{.id = EntryId::parse(concat("person-", n)).value(),
                                 .label = concat("Person ", n),
                                 .photographs = {},
                                 .values = {1, 0},
                                 .thumbnail_jpeg = {}};
      for (std::size_t photograph = 0; photograph < photographs[n]; ++photograph) {
        entry.photographs.push_back(crypto::sha256(concat(n, '.', photograph)));
      }
      if (photographs[n] > 1) entry.thumbnail_jpeg = {1, 2, 3};
      contents.entries.push_back(std::move(entry));
    }
    return watchlist::SealedList::parse(watchlist::to_bytes(contents)).value();
  }
  static authority::Statement statement_for(const watchlist::SealedList& list) {
    auto statement = authority::test_statement(authority::test_policy(), kNow);
    statement.watchlist = list.digest();
    return statement;
  }
};

TEST_F(Composition, CountsEntriesAndTheirPhotographs) {
  const auto list = list_of({1, 4, 1, 2});
  const auto found = composition_of(*list, statement_for(*list)).value();
  EXPECT_EQ(found.entries, 4U);
  EXPECT_EQ(found.photographs, 8U);
  EXPECT_EQ(found.photographs_fewest, 1U);
  EXPECT_EQ(found.photographs_median, 1U);
  EXPECT_EQ(found.without_picture, 2U);
}

TEST_F(Composition, IsOfTheListThatIsNamedAndOfNoOther) {
  const auto list = list_of({1, 2});
  EXPECT_TRUE(composition_of(*list, statement_for(*list)).has_value()) << "control";
  const auto other = composition_of(*list_of({1, 3}), statement_for(*list));
  ASSERT_FALSE(other.has_value());
  EXPECT_NE(other.error().message.find("the authority names"), std::string::npos);
}

TEST_F(Composition, StandsOnThePageAndNamesNobody) {
  const auto list = list_of({1, 4, 1, 2});
  const auto statement = statement_for(*list);
  PageContent content{.statement = statement,
                      .digest = {},
                      .signatures = {},
                      .rules = {},
                      .list = composition_of(*list, statement).value()};
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

}  // namespace
}  // namespace proviso::drafting
