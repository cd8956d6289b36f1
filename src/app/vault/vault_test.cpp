#include "app/vault/vault.h"

#include <random>

#include "app/vault/vault_tool.h"

namespace proviso::vault {
namespace {

using Ids = std::vector<std::string>;

EntryId parsed(std::string_view id) {
  return EntryId::parse(id).value();
}

TEST_P(VaultTest, HoldsAnEntryOnceTwoPeopleHaveSignedIt) {
  const auto entry = entry_of("w-1");
  ASSERT_TRUE(ask(entry).has_value());
  EXPECT_EQ(active_ids(), Ids{}) << "asked for, and nobody has approved";
  ASSERT_TRUE(approve(entry).has_value());
  ASSERT_TRUE(reopen().has_value());
  const auto active = vault->active(rules()).value();
  ASSERT_EQ(active.entries.size(), 1U);
  EXPECT_EQ(active.entries[0].entry, entry);
  EXPECT_EQ(active.entries[0].values, values_of("w-1"));
  EXPECT_EQ(active.entries[0].model_pack, crypto::sha256("a pack"));
  EXPECT_EQ(count_acts("entry_requested"), 1U);
  EXPECT_EQ(count_acts("entry_activated"), 1U);
}

TEST_P(VaultTest, StoresManyTogetherAndSaysWhatBecameOfEach) {
  const auto good = entry_of("w-1");
  const auto unsigned_one = entry_of("w-2");
  const std::vector<Request> requests{request_of(good, {good.asked_by}),
                                      request_of(unsigned_one, {unsigned_one.approved_by}),
                                      request_of(good, {good.asked_by})};
  const auto ended = vault->store_all(requests, rules()).value();
  ASSERT_EQ(ended.size(), 3U);
  EXPECT_TRUE(ended[0].has_value());
  EXPECT_EQ(ended[1].error().code, ErrorCode::kNotAuthorised);
  EXPECT_EQ(ended[2].error().code, ErrorCode::kInvalidInput) << "it comes twice";
  EXPECT_TRUE(vault->holds(good).value());
  EXPECT_FALSE(vault->holds(unsigned_one).value());
  EXPECT_EQ(count_acts("entry_requested"), 1U);
  EXPECT_EQ(count_acts("entry_refused"), 2U);
}

TEST_P(VaultTest, StoresAtMostAsManyTogetherAsTheLimit) {
  const auto entry = entry_of("w-1");
  const Request request = request_of(entry, {entry.asked_by});
  const std::vector<Request> most(kStoredTogetherMax, request);
  EXPECT_TRUE(vault->store_all(most, rules()).value().front().has_value());
  const std::vector<Request> over(kStoredTogetherMax + 1, request);
  EXPECT_EQ(vault->store_all(over, rules()).error().code, ErrorCode::kOverLimit);
}

TEST_P(VaultTest, ShowsAnEntryWithItsImagesAndRecordsWhoLooked) {
  const auto entry = entry_of("w-1");
  ASSERT_TRUE(ask(entry).has_value());
  const auto view = vault->view(parsed("w-1"), "manager-2").value();
  EXPECT_EQ(view.entry, entry);
  EXPECT_FALSE(view.active_from.has_value());
  ASSERT_EQ(view.images.size(), 1U);
  EXPECT_EQ(crypto::sha256(view.images[0]), entry.images[0].digest);
  EXPECT_EQ(view.thumbnail_jpeg.size(), 3U);
  ASSERT_EQ(count_acts("entry_viewed"), 1U);
  EXPECT_EQ(acts.back().second, (Value::Object{{"entry", "w-1"}, {"officer", "manager-2"}}));
  EXPECT_EQ(vault->view(parsed("w-2"), "manager-2").error().code, ErrorCode::kNotFound);
}

TEST_P(VaultTest, HoldsAnEntryWheneverItWasAskedForAndNoOtherReason) {
  auto entry = entry_of("w-1");
  EXPECT_FALSE(vault->holds(entry).value());
  ASSERT_TRUE(ask(entry).has_value());
  entry.asked_at += std::chrono::hours(1);
  EXPECT_TRUE(vault->holds(entry).value());
  entry.reason = "Another reason";
  EXPECT_FALSE(vault->holds(entry).value());
}

TEST_P(VaultTest, KnowsTheTemplatesOfAllWhoAreStoredAndRecordsNoLook) {
  ASSERT_TRUE(ask(entry_of("w-2")).has_value());
  add(entry_of("w-1"));
  const std::size_t acts_before = acts.size();
  const auto known = vault->known().value();
  ASSERT_EQ(known.size(), 2U);
  EXPECT_EQ(known[0].entry, "w-1");
  EXPECT_EQ(known[0].values, values_of("w-1"));
  EXPECT_EQ(known[1].values, values_of("w-2")) << "not approved yet, and compared all the same";
  EXPECT_EQ(acts.size(), acts_before);
}

TEST_P(VaultTest, TakesTheSameBytesTwiceWithoutAChange) {
  add(entry_of("w-1"));
  const std::size_t acts_before = acts.size();
  EXPECT_TRUE(ask(entry_of("w-1")).has_value());
  EXPECT_TRUE(approve(entry_of("w-1")).has_value());
  EXPECT_EQ(acts.size(), acts_before);
  EXPECT_EQ(active_ids(), Ids{"w-1"});
}

TEST_P(VaultTest, RefusesEveryWayRoundTheTwoPeopleAndRecordsEachTry) {
  const auto entry = entry_of("w-1");
  const std::string text = watchlist::to_text(entry).value();
  std::size_t tries = 0;
  const auto is_refused = [&](const Status& status) {
    ++tries;
    return !status.has_value() && active_ids().empty() && count_acts("entry_refused") == tries;
  };
  EXPECT_TRUE(is_refused(store(entry, {"manager-2"}))) << "not signed by who asks";
  ASSERT_TRUE(ask(entry).has_value());
  EXPECT_TRUE(is_refused(
      vault->activate(watchlist::signed_by_all(text, {"manager-1", "manager-1"}), rules())))
      << "one person twice";
  EXPECT_TRUE(is_refused(
      vault->activate(watchlist::signed_by_all(text, {"manager-1", "super-1"}), rules())))
      << "another than the request names";
  auto edited = entry;
  edited.reason = "Another reason";
  EXPECT_TRUE(is_refused(approve(edited))) << "approved other bytes than those that are stored";
  EXPECT_TRUE(is_refused(ask(edited))) << "edited without a higher revision";
  auto by_operator = entry_of("w-2");
  by_operator.approved_by = "operator-1";
  ASSERT_TRUE(ask(by_operator).has_value());
  EXPECT_TRUE(is_refused(approve(by_operator))) << "a role that does not do";
  const WallTime later = kEntryNow + std::chrono::days(366);
  auto long_lived = entry_of("w-3");
  long_lived.expires_at = kEntryNow + std::chrono::days(400);
  ASSERT_TRUE(ask(long_lived).has_value());
  EXPECT_TRUE(is_refused(vault->activate(watchlist::note_of(long_lived), rules(later))))
      << "roles that have ended";
  ASSERT_TRUE(approve(entry).has_value()) << "control";
  EXPECT_EQ(active_ids(), Ids{"w-1"});
}

TEST_P(VaultTest, DeactivatesWhatIsEditedUntilBothSignAgain) {
  add(entry_of("w-1"));
  auto edited = entry_of("w-1");
  edited.revision = 2;
  edited.reason = "The warrant was renewed";
  ASSERT_TRUE(ask(edited).has_value());
  EXPECT_EQ(active_ids(), Ids{});
  EXPECT_FALSE(approve(entry_of("w-1")).has_value()) << "the approval of the bytes before";
  ASSERT_TRUE(approve(edited).has_value());
  EXPECT_EQ(active_ids(), Ids{"w-1"});
}

TEST_P(VaultTest, RefusesAChangeThatSomebodyWithoutTheRoleAsksForAndWhoIsActiveStays) {
  add(entry_of("w-1"));
  auto change = entry_of("w-1");
  change.revision = 2;
  change.asked_by = "operator-1";
  const Status asked = ask(change);
  ASSERT_FALSE(asked.has_value());
  EXPECT_EQ(asked.error().code, ErrorCode::kNotAuthorised);
  EXPECT_EQ(count_acts("entry_refused"), 1U);
  EXPECT_EQ(active_ids(), Ids{"w-1"});
  change.asked_by = "manager-1";
  ASSERT_TRUE(ask(change).has_value());
  EXPECT_EQ(active_ids(), Ids{}) << "the control: who may ask takes it off until it is approved";
}

TEST_P(VaultTest, IsActiveOnlyOverTheSameBytesHoweverEditsAndApprovalsInterleave) {
  std::mt19937 random(15);
  watchlist::Entry current = entry_of("w-1");
  ASSERT_TRUE(ask(current).has_value());
  std::vector<watchlist::Entry> seen{current};
  for (int i = 0; i < 100; ++i) {
    if ((random() & 1U) != 0) {
      current.revision += 1;
      current.reason = concat("Reason ", i);
      ASSERT_TRUE(ask(current).has_value());
      seen.push_back(current);
    }
    const auto& approved = seen[random() % seen.size()];
    EXPECT_EQ(approve(approved).has_value(), approved == current);
    const auto active = vault->active(rules()).value();
    for (const auto& entry : active.entries) EXPECT_EQ(entry.entry, current);
  }
}

TEST_P(VaultTest, MakesNothingActiveByAnEditOfRows) {
  add(entry_of("w-1"));
  ASSERT_TRUE(ask(entry_of("w-2")).has_value());
  const auto run = [&](std::string_view statement) {
    EXPECT_TRUE(database->run(statement).has_value()) << statement;
  };
  ASSERT_EQ(active_ids(), Ids{"w-1"});
  run("UPDATE vault_record SET sealed = (SELECT sealed FROM vault_record WHERE entry = 'w-1' AND "
      "kind = 'note') WHERE entry = 'w-2' AND kind = 'note'");
  EXPECT_EQ(active_ids(), Ids{"w-1"}) << "the approved note in another's row";
  run("UPDATE vault_entry SET wrapped = (SELECT wrapped FROM vault_entry WHERE entry = 'w-1') "
      "WHERE entry = 'w-2'");
  EXPECT_EQ(active_ids(), Ids{"w-1"}) << "with its key";
  run("UPDATE vault_record SET version = 2 WHERE entry = 'w-1' AND kind = 'template'");
  EXPECT_EQ(active_ids(), Ids{}) << "a record of another version";
  const auto active = vault->active(rules()).value();
  EXPECT_EQ(active.left_out.size(), 2U) << "each is reported";
  EXPECT_EQ(acts.back().second, (Value::Object{{"entry", "w-2"}, {"reason", "damaged"}}));
  const std::vector<EntryId> both{parsed("w-1"), parsed("w-2")};
  EXPECT_TRUE(vault->erase(both, "revoked", kEntryNow).has_value()) << "damaged ones go too";
}

TEST_P(VaultTest, LeavesOutAndReportsWhatIsNoLongerInOrder) {
  add(entry_of("w-1"));
  auto minor = entry_of("w-2");
  minor.born_on = watchlist::parse_day("2010-01-01").value();
  minor.under_18_reason = "Missing, at risk";
  minor.approved_by = "super-1";
  add(minor);
  EXPECT_EQ(active_ids(), (Ids{"w-1", "w-2"}));
  EXPECT_EQ(active_ids(entry_of("w-1").expires_at), Ids{}) << "expired";
  officers = watchlist::register_of(watchlist::entry_officers(),
                                    {{.officer = "manager-2",
                                      .key = officers::key_of("manager-2", "manager-2"),
                                      .at = kEntryNow,
                                      .reason = "lost"}});
  EXPECT_EQ(active_ids(), Ids{"w-2"}) << "its approver's key was revoked";
  policy.image_sources = {"cctv-still"};
  const auto active = vault->active(rules()).value();
  EXPECT_TRUE(active.entries.empty());
  EXPECT_EQ(active.left_out.size(), 2U);
}

TEST_P(VaultTest, RefusesImagesThatAreNotThoseOfTheRequest) {
  const auto entry = entry_of("w-1");
  const auto reference = embed::Embedder::reference(values_of("w-1"));
  const std::string note = watchlist::note_of(entry);
  const auto store_with = [&](std::vector<std::vector<std::byte>> images) {
    return vault
        ->store({.note = note,
                 .images = std::move(images),
                 .reference = reference,
                 .model_pack = {},
                 .thumbnail_jpeg = std::vector<std::byte>(1)},
                rules())
        .has_value();
  };
  EXPECT_FALSE(store_with({}));
  EXPECT_FALSE(store_with({{}}));
  EXPECT_FALSE(store_with({{std::byte{1}}}));
  EXPECT_FALSE(store_with({std::vector<std::byte>(kImageBytesMax + 1)}));
  const std::string photograph = photograph_of("w-1");
  const auto bytes = std::as_bytes(std::span(photograph));
  EXPECT_TRUE(store_with({{bytes.begin(), bytes.end()}}));

  auto largest = entry_of("w-2");
  const std::vector<std::byte> image(kImageBytesMax);
  largest.images.front().digest = crypto::sha256(image);
  EXPECT_TRUE(vault
                  ->store({.note = watchlist::note_of(largest),
                           .images = {image},
                           .reference = reference,
                           .model_pack = {},
                           .thumbnail_jpeg = std::vector<std::byte>(watchlist::kThumbnailBytesMax)},
                          rules())
                  .has_value());
}

TEST_P(VaultTest, OpensForItsMasterKeyAlone) {
  add(entry_of("w-1"));
  vault.reset();
  const auto other = Vault::open(list, key_from("another"), parts(), kEntryNow);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kNotAuthorised);
  EXPECT_FALSE(Vault::create(list, master, parts(), kEntryNow).has_value()) << "it is there";
  ASSERT_TRUE(reopen().has_value());
  EXPECT_EQ(active_ids(), Ids{"w-1"});
}

INSTANTIATE_TEST_SUITE_P(Both,
                         VaultTest,
                         testing::Values(sql::Engine::kSqlite, sql::Engine::kPostgresql),
                         [](const auto& engine) {
                           return engine.param == sql::Engine::kSqlite ? "Sqlite" : "Postgresql";
                         });

}  // namespace
}  // namespace proviso::vault
