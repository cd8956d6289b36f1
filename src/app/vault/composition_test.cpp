#include "app/vault/composition.h"

#include <gtest/gtest.h>

#include "app/vault/people_tool.h"

namespace proviso::vault {
namespace {

ActiveEntry active(const std::string& id, std::chrono::days image_age) {
  ActiveEntry one{
      .entry = entry_of(id), .digest = {}, .model_pack = {}, .values = {}, .thumbnail_jpeg = {}};
  one.entry.images.front().taken_on = std::chrono::floor<std::chrono::days>(kEntryNow) - image_age;
  return one;
}

TEST(Composition, CountsWhoIsListedAndTellsHowOldTheImagesAre) {
  std::vector<ActiveEntry> entries{active("w-1", std::chrono::days(10)),
                                   active("w-2", std::chrono::days(400)),
                                   active("w-3", std::chrono::days(30))};
  entries[1].entry.category = "missing-at-risk";
  entries[1].entry.born_on = watchlist::parse_day("2012-01-01").value();
  entries[2].entry.is_on_blue_list = true;
  entries[2].entry.images.push_back(entries[2].entry.images.front());
  entries[2].entry.images.back().source = "consented";
  const watchlist::Composition found = composition_of(entries, kEntryNow);
  EXPECT_EQ(found.entries, 3U);
  EXPECT_EQ(found.under_18, 1U);
  EXPECT_EQ(found.blue_list, 1U);
  EXPECT_EQ(found.images, 4U);
  EXPECT_EQ(found.image_age_days_median, 30);
  EXPECT_EQ(found.categories.at("missing-at-risk"), 1U);
  EXPECT_EQ(found.image_sources.at("consented"), 1U);
  EXPECT_NE(to_text(found).find("median age 30 days"), std::string::npos);
}

TEST(Composition, OfNobodyIsEmpty) {
  const watchlist::Composition found = composition_of({}, kEntryNow);
  EXPECT_EQ(found.entries, 0U);
  EXPECT_EQ(found.image_age_days_median, 0);
}

}  // namespace
}  // namespace proviso::vault
