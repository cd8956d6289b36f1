#include "app/vault/locked_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "app/vault/composition.h"
#include "app/vault/thief_tool.h"
#include "base/crypto/random.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/watchlist/small_list_tool.h"

namespace proviso::vault {
namespace {

using watchlist::SealedList;

class LockedListTest : public VaultTest {
 protected:
  void SetUp() override {
    VaultTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    for (const char* id : {"w-1", "w-2", "w-3"}) add(entry_of(id));
    contents_ = contents();
    bytes_ = lock(contents_, list_key_, entry_keys()).value().bytes;
  }

  EntryKeys entry_keys() {
    return {.list = list, .master = master, .database = *database, .files = keys};
  }
  Result<std::shared_ptr<const SealedList>> open(std::span<const std::byte> bytes) {
    return open_with(bytes, list_key_, entry_keys());
  }
  static Result<std::shared_ptr<const SealedList>> open_with(std::span<const std::byte> bytes,
                                                             const crypto::Secret& list_key,
                                                             const EntryKeys& keys) {
    const watchlist::ListSource source(bytes);
    PROVISO_TRY(const auto head, watchlist::parse_head(source));
    return open_locked(source, head, list_key, keys);
  }
  watchlist::ListContents contents() {
    const ActiveList active = vault->active(rules()).value();
    watchlist::ListContents made{.state = watchlist::ListState::kSealed,
                                 .made_at = kEntryNow,
                                 .model_pack = active.entries.front().model_pack,
                                 .dimension = active.entries.front().values.size(),
                                 .composition = composition_of(active.entries, kEntryNow),
                                 .entries = {}};
    for (const ActiveEntry& one : active.entries) {
      made.entries.push_back({.id = EntryId::parse(one.entry.id).value(),
                              .label = one.entry.label,
                              .category = one.entry.category,
                              .photographs = {one.entry.images.front().digest},
                              .values = one.values,
                              .thumbnail_jpeg = {1, 2, 3}});
      crypto::fill_random(made.entries.back().salt);
    }
    return made;
  }

  crypto::Secret list_key_ = key_from("the list's");
  watchlist::ListContents contents_;
  std::vector<std::byte> bytes_;
};

bool holds(std::span<const std::byte> bytes, std::string_view needle) {
  const auto part = std::as_bytes(std::span(needle));
  return !std::ranges::search(bytes, part).empty();
}

TEST_P(LockedListTest, OpensWithTheVaultAndTheListsOwnKeyAndForNobodyElse) {
  const auto opened_list = open(bytes_).value();
  ASSERT_EQ(opened_list->entries().size(), 3U);
  EXPECT_TRUE(opened_list->is_of_vault());
  EXPECT_EQ(opened_list->digest(), watchlist::digest_of(contents_));
  EXPECT_EQ(opened_list->entries()[1].label, contents_.entries[1].label);
  EXPECT_EQ(opened_list->entries()[1].category, contents_.entries[1].category);
  EXPECT_TRUE(std::ranges::equal(opened_list->templates().first(opened_list->dimension()),
                                 values_of("w-1")));

  EXPECT_EQ(open_with(bytes_, key_from("another"), entry_keys()).error().code, ErrorCode::kCorrupt);
  const crypto::Secret other = key_from("another");
  EXPECT_EQ(
      open_with(
          bytes_, list_key_, {.list = list, .master = other, .database = *database, .files = keys})
          .error()
          .code,
      ErrorCode::kNotAuthorised);
  EXPECT_EQ(SealedList::parse(bytes_).error().code, ErrorCode::kInvalidInput);
}

TEST_P(LockedListTest, HoldsNoNameNoTemplateAndNoPictureInTheClear) {
  const auto clear = watchlist::to_bytes(contents_);
  for (const watchlist::ListEntry& entry : contents_.entries) {
    std::string row(entry.values.size() * sizeof(float), '\0');
    std::memcpy(row.data(), entry.values.data(), row.size());
    for (const std::string& needle : {entry.label, row}) {
      EXPECT_TRUE(holds(clear, needle)) << "control";
      EXPECT_FALSE(holds(bytes_, needle));
    }
  }
}

TEST_P(LockedListTest, OfSomebodyErasedOpensNothingAndIsTheSameListOtherwise) {
  ASSERT_FALSE(open(bytes_).value()->entries()[1].is_erased) << "control";
  const std::vector<EntryId> gone{EntryId::parse("w-2").value()};
  ASSERT_TRUE(vault->erase(gone, "cleared", kEntryNow).has_value());
  const auto opened_list = open(bytes_).value();
  EXPECT_EQ(opened_list->digest(), watchlist::digest_of(contents_)) << "as it was signed for";
  const auto& erased = opened_list->entries()[1];
  EXPECT_TRUE(erased.is_erased);
  EXPECT_TRUE(erased.label.empty() && erased.category.empty() && erased.thumbnail_jpeg.empty());
  const auto row =
      opened_list->templates().subspan(opened_list->dimension(), opened_list->dimension());
  EXPECT_TRUE(std::ranges::all_of(row, [](float value) { return value == 0; }));
  EXPECT_EQ(opened_list->entries()[2].label, contents_.entries[2].label);
  EXPECT_TRUE(std::ranges::equal(opened_list->templates().last(opened_list->dimension()),
                                 values_of("w-3")));
}

TEST_P(LockedListTest, OfSomebodyErasedStaysShutWithACopyOfTheRowsOfBefore) {
  const StolenRows copies = steal(*database);
  const auto before = texts_of(keys);
  const std::vector<EntryId> gone{EntryId::parse("w-2").value()};
  ASSERT_TRUE(vault->erase(gone, "cleared", kEntryNow).has_value());
  const auto with = [&](const std::vector<std::string>& key_files) {
    const auto ids = opened(copies, key_files, list, master);
    return std::set<std::string>(ids.begin(), ids.end()).count("w-2");
  };
  EXPECT_EQ(with(texts_of(keys)), 0U) << "its entry key, which the list's content needs";
  EXPECT_EQ(with(before), 1U) << "control: with the old list key kept";
}

TEST_P(LockedListTest, DamagedAnywhereDoesNotOpen) {
  ASSERT_TRUE(open(bytes_).has_value());
  const std::size_t contents_at =
      watchlist::parse_head(watchlist::ListSource(bytes_)).value().contents_at;
  for (std::size_t place = 0; place < bytes_.size(); ++place) {
    if (place > contents_at && place % 7 != 0) continue;  // Each content's every part all the same.
    auto damaged = bytes_;
    damaged[place] ^= std::byte{1};
    const auto opened_list = open(damaged);
    ASSERT_FALSE(opened_list.has_value()) << place;
  }
}

TEST_P(LockedListTest, HoldsEachContentToItsEntryAndItsList) {
  const auto head = watchlist::parse_head(watchlist::ListSource(bytes_)).value();
  const std::size_t length = head.records[0].content_bytes + crypto::kSealedOverheadBytes;
  ASSERT_EQ(head.records[0].content_bytes, head.records[1].content_bytes);
  auto swapped = bytes_;
  const auto first = swapped.begin() + static_cast<std::ptrdiff_t>(head.contents_at);
  const auto second = first + static_cast<std::ptrdiff_t>(length);
  std::swap_ranges(first, second, second);
  EXPECT_EQ(open(swapped).error().code, ErrorCode::kCorrupt);

  auto other = contents_;
  other.made_at += std::chrono::seconds(1);
  auto moved = lock(other, list_key_, entry_keys()).value().bytes;
  ASSERT_TRUE(open(moved).has_value());
  std::copy(first, second, moved.begin() + static_cast<std::ptrdiff_t>(head.contents_at));
  EXPECT_EQ(open(moved).error().code, ErrorCode::kCorrupt);
}

TEST_P(LockedListTest, LocksNobodyWhomTheVaultHasNot) {
  auto more = contents_;
  more.entries.push_back(more.entries.back());
  more.entries.back().id = EntryId::parse("w-9").value();
  const auto refused = lock(more, list_key_, entry_keys());
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("w-9"), std::string::npos);
}

TEST_P(LockedListTest, IsHeldToTheCategoriesThatWereShownToWhoSigned) {
  auto other = contents_;
  ASSERT_FALSE(other.composition->categories.empty());
  other.composition->categories["missing-at-risk"] += 1;
  const auto bytes = lock(other, list_key_, entry_keys()).value().bytes;
  const auto refused = open(bytes);
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("other categories"), std::string::npos);
}

TEST_P(LockedListTest, OfOneWhoWasNotComparedLatelyIsNotMadeAnew) {
  const WallTime later = kEntryNow + std::chrono::days(1) + std::chrono::seconds(1);
  EXPECT_EQ(active_ids(later - std::chrono::hours(12)),
            (std::vector<std::string>{"w-1", "w-2", "w-3"}));
  ASSERT_EQ(active_ids(later), std::vector<std::string>{});
  const std::vector<EntryId> seen{EntryId::parse("w-1").value(), EntryId::parse("w-3").value()};
  ASSERT_TRUE(vault->compared(seen, "mia", later).has_value());
  EXPECT_EQ(active_ids(later), (std::vector<std::string>{"w-1", "w-3"}));
  EXPECT_EQ(count_acts("entry_compared"), 2U);
  const ActiveList active = vault->active(rules(later)).value();
  ASSERT_EQ(active.left_out.size(), 1U);
  EXPECT_NE(active.left_out[0].reason.find("last compared with its source"), std::string::npos);

  const std::vector<EntryId> nobody{EntryId::parse("w-2").value(), EntryId::parse("w-9").value()};
  EXPECT_EQ(vault->compared(nobody, "mia", later).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(active_ids(later), (std::vector<std::string>{"w-1", "w-3"})) << "none of them";
  EXPECT_EQ(count_acts("entry_compared"), 2U);
}

TEST_P(LockedListTest, ComparesWhoeverAskedForItAndWhenever) {
  watchlist::Entry source = entry_of("w-1");
  source.asked_by = "somebody-else";
  source.asked_at += std::chrono::hours(1);
  EXPECT_EQ(vault->compare(source).value(), Comparison::kSame);
  source.reason += " and more";
  EXPECT_EQ(vault->compare(source).value(), Comparison::kChanged);
  EXPECT_EQ(vault->compare(entry_of("w-9")).value(), Comparison::kAbsent);
}

INSTANTIATE_TEST_SUITE_P(Both,
                         LockedListTest,
                         testing::Values(sql::Engine::kSqlite, sql::Engine::kPostgresql),
                         [](const auto& engine) {
                           return engine.param == sql::Engine::kSqlite ? "Sqlite" : "Postgresql";
                         });

}  // namespace
}  // namespace proviso::vault
