#include <algorithm>
#include <chrono>
#include <functional>

#include "app/vault/thief_tool.h"

namespace proviso::vault {
namespace {

using Ids = std::vector<std::string>;
using Bytes = std::vector<std::byte>;

EntryId id_from(std::string_view id) {
  return EntryId::parse(id).value();
}

class BackupTest : public VaultTest {
 protected:
  Bytes back_up(std::string_view officer = "manager-1") {
    Bytes bytes;
    const auto done = vault->back_up(
        [&](std::span<const std::byte> more) -> Status {
          bytes.insert(bytes.end(), more.begin(), more.end());
          return Done{};
        },
        officer,
        kEntryNow);
    EXPECT_TRUE(done.has_value()) << done.error().message;
    return bytes;
  }
  Restoring from(std::span<const std::byte> bytes) {
    std::set<EntryId> told;
    for (const std::string& id : withdrawn) told.insert(id_from(id));
    return {.backup = [left = bytes](std::span<std::byte> into) mutable -> Status {
              if (into.size() > left.size()) return Error{ErrorCode::kCorrupt, "it ends too early"};
              std::ranges::copy(left.first(into.size()), into.begin());
              left = left.subspan(into.size());
              return Done{};
            },
            .finished = []() -> Status { return Done{}; },
            .kept = kept_keys,
            .withdrawn = std::move(told),
            .officer = "manager-1"};
  }
  Result<Restored> restore(const Restoring& restoring, WallTime at = kEntryNow) {
    vault.reset();
    PROVISO_TRY(auto restored, Vault::restore(list, master, parts(), restoring, at));
    PROVISO_TRY(vault, Vault::open(list, master, parts(), at));
    return restored;
  }
  void lose_rows() {
    vault.reset();
    for (const char* table :
         {"vault_list", "vault_entry", "vault_record", "vault_tombstone", "vault_erasure"}) {
      ASSERT_TRUE(database->run(concat("DROP TABLE ", table)).has_value());
    }
  }
  void erase(const Ids& ids) {
    std::vector<EntryId> parsed_ids;
    for (const std::string& id : ids) parsed_ids.push_back(id_from(id));
    const auto erased = vault->erase(parsed_ids, "cleared", kEntryNow);
    ASSERT_TRUE(erased.has_value()) << erased.error().message;
  }
  std::string reason_of(std::string_view erased) {
    const auto trace = vault->trace(id_from(erased)).value();
    return trace ? trace->reason : "it was not erased";
  }
  static Ids ids_of(const std::vector<LeftOut>& left_out) {
    Ids ids;
    for (const LeftOut& one : left_out) ids.push_back(one.entry);
    return ids;
  }
  // Every row of every table, to see that nothing changed.
  std::vector<std::vector<sql::Row>> all_rows() {
    std::vector<std::vector<sql::Row>> all;
    for (const char* statement : {"SELECT * FROM vault_list",
                                  "SELECT * FROM vault_entry ORDER BY entry",
                                  "SELECT * FROM vault_record ORDER BY entry, kind",
                                  "SELECT * FROM vault_tombstone ORDER BY mark",
                                  "SELECT * FROM vault_erasure"}) {
      all.push_back(database->run(statement).value());
    }
    return all;
  }
};

TEST_P(BackupTest, BringsEverybodyBackWhereAllRowsAreLost) {
  add(entry_of("w-1"));
  ASSERT_TRUE(ask(entry_of("w-2")).has_value());
  const Bytes backup = back_up();
  EXPECT_EQ(acts.back().first, "vault_backed_up");
  lose_rows();
  const auto restored = restore(from(backup));
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored.value().entries, 2U);
  EXPECT_EQ(restored.value().left_out.size(), 0U);
  EXPECT_EQ(acts.back().first, "vault_restored");
  EXPECT_EQ(acts.back().second.at("backup"), Value(crypto::to_hex(restored.value().digest)));
  EXPECT_EQ(active_ids(), Ids{"w-1"}) << "nobody has approved the other";
  const auto view = vault->view(id_from("w-1"), "manager-2").value();
  EXPECT_EQ(crypto::sha256(view.images[0]), crypto::sha256(photograph_of("w-1")));
  EXPECT_EQ(view.known.values, values_of("w-1"));
  ASSERT_TRUE(approve(entry_of("w-2")).has_value());
  EXPECT_EQ(active_ids(), (Ids{"w-1", "w-2"}));
}

TEST_P(BackupTest, TakenBeforeErasuresBringsBackTheOthersAndNobodyErased) {
  for (std::size_t i = 1; i <= 5; ++i) add(entry_of(id_of(i)));
  const Bytes backup = back_up();
  const auto old_key_files = texts_of(keys);
  erase({"w-2"});
  erase({"w-4"});
  lose_rows();
  const auto restored = restore(from(backup));
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored.value().entries, 3U);
  EXPECT_EQ(ids_of(restored.value().left_out), (Ids{"w-2", "w-4"}));
  EXPECT_NE(restored.value().left_out[0].reason.find("cleared"), std::string::npos);
  EXPECT_EQ(active_ids(), (Ids{"w-1", "w-3", "w-5"}));
  EXPECT_EQ(reason_of("w-2"), "cleared");
  EXPECT_FALSE(ask(entry_of("w-2")).has_value()) << "its id does not come back";

  const StolenRows copies = [&] {
    StolenRows rows{.epoch = 1, .keys = {}, .notes = {}};
    BackupReader reader(from(backup).backup);
    EXPECT_TRUE(reader.read_head().has_value());
    for (Frame frame = reader.next().value(); frame.kind != FrameKind::kEnd;
         frame = reader.next().value()) {
      if (frame.kind == FrameKind::kKey) rows.keys.push_back({frame.name, frame.sealed});
      if (frame.name == "note") rows.notes[rows.keys.back().entry] = frame.sealed;
    }
    return rows;
  }();
  EXPECT_EQ(opened(copies, texts_of(keys), list, master), Ids{}) << "with all that is here";
  EXPECT_EQ(opened(copies, old_key_files, list, master).size(), 5U)
      << "control: with the old list key kept, the erased open";
}

TEST_P(BackupTest, WithoutTheKeysThatWereKeptBringsBackNobodyAndSaysSo) {
  for (std::size_t i = 1; i <= 3; ++i) add(entry_of(id_of(i)));
  const Bytes backup = back_up();
  erase({"w-2"});
  lose_rows();
  Restoring restoring = from(backup);
  restoring.kept.clear();
  const auto restored = restore(restoring);
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored.value().entries, 0U);
  EXPECT_EQ(ids_of(restored.value().left_out), (Ids{"w-1", "w-2", "w-3"}));
  EXPECT_NE(restored.value().left_out[0].reason.find("was not kept"), std::string::npos);
  EXPECT_TRUE(vault->trace(id_from("w-2")).value().has_value()) << "runs were told: it stays out";

  lose_rows();
  EXPECT_EQ(restore(from(backup)).value().entries, 2U) << "control";
}

TEST_P(BackupTest, LeavesWhatStandsAndMendsWhatIsDamaged) {
  for (const char* id : {"w-1", "w-2", "w-3", "w-4"}) add(entry_of(id));
  const Bytes backup = back_up();
  auto edited = entry_of("w-1");
  edited.revision = 2;
  edited.reason = "The warrant was renewed";
  ASSERT_TRUE(ask(edited).has_value());
  const auto damage = [&](std::string_view statement) {
    ASSERT_TRUE(database->run(statement).has_value());
  };
  damage(
      "UPDATE vault_record SET sealed = (SELECT index_key FROM vault_list) WHERE entry = 'w-2' AND "
      "kind = 'template'");
  damage("DELETE FROM vault_record WHERE entry = 'w-3' AND kind LIKE 'image.%'");
  damage("DELETE FROM vault_entry WHERE entry = 'w-3'");
  ASSERT_EQ(active_ids(), Ids{"w-4"});
  const auto restored = restore(from(backup));
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored.value().entries, 2U);
  EXPECT_EQ(restored.value().stayed, 2U);
  EXPECT_EQ(active_ids(), (Ids{"w-2", "w-3", "w-4"})) << "the higher revision waits for approval";
  EXPECT_EQ(vault->view(id_from("w-1"), "manager-2").value().entry, edited);
  const auto rows = all_rows();
  EXPECT_EQ(restore(from(backup)).value().stayed, 4U);
  EXPECT_EQ(all_rows(), rows) << "a second time nothing is left to do";
}

TEST_P(BackupTest, EndsAnErasureThatTheLossOfTheRowsBrokeOff) {
  for (const char* id : {"w-1", "w-2"}) add(entry_of(id));
  const Bytes backup = back_up();
  const StolenRows copies = steal(*database);
  withdrawn = {"w-1"};  // Runs were told; then the rows were lost, before the key went.
  lose_rows();
  ASSERT_EQ(opened(copies, texts_of(keys), list, master).size(), 2U) << "control";
  const auto restored = restore(from(backup));
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(ids_of(restored.value().left_out), Ids{"w-1"});
  EXPECT_EQ(active_ids(), Ids{"w-2"});
  EXPECT_EQ(opened(copies, texts_of(keys), list, master), Ids{});
  const auto trace = vault->trace(id_from("w-1")).value();
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->category, entry_of("w-1").category);
  EXPECT_EQ(count_acts("entry_erased"), 1U);
  EXPECT_EQ(count_acts("deletion_certified"), 1U);
}

TEST_P(BackupTest, ChangesNothingByABackupThatIsNotWholeOrNotThisVaults) {
  add(entry_of("w-1"));
  add(entry_of("w-2"));
  const Bytes backup = back_up();
  ASSERT_TRUE(database->run("DELETE FROM vault_record WHERE entry = 'w-1'").has_value());
  const auto rows = all_rows();
  const auto changes_nothing = [&](const Restoring& restoring, ErrorCode code) {
    const auto refused = restore(restoring);
    EXPECT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, code) << refused.error().message;
    EXPECT_EQ(all_rows(), rows);
    EXPECT_EQ(count_acts("vault_restored"), 0U);
  };
  const std::span<const std::byte> whole(backup);
  for (const std::size_t left : {std::size_t{1}, std::size_t{60}, backup.size() / 2}) {
    changes_nothing(from(whole.first(backup.size() - left)), ErrorCode::kCorrupt);
  }
  for (std::size_t at = 100; at < backup.size(); at += backup.size() / 50) {
    Bytes edited = backup;
    edited[at] ^= std::byte{1};
    const auto refused = restore(from(edited));
    EXPECT_FALSE(refused.has_value()) << at;
    EXPECT_EQ(all_rows(), rows) << at;
  }
  Restoring unauthentic = from(whole);
  unauthentic.finished = []() -> Status { return Error{ErrorCode::kCorrupt, "cut off"}; };
  changes_nothing(unauthentic, ErrorCode::kCorrupt);
  const crypto::Secret own = std::move(master);
  master = key_from("another vault's");
  changes_nothing(from(whole), ErrorCode::kNotAuthorised);
  master = crypto::Secret::copy_of(own.bytes()).value();
  ASSERT_EQ(restore(from(whole)).value().entries, 1U) << "control";
}

TEST_P(BackupTest, BringsBackWhoHasAnImageOfSomebodyErasedIfTheyStoodThen) {
  auto twin = entry_of("w-2");
  twin.images = entry_of("w-1").images;
  add(entry_of("w-1"));
  const std::string photograph = photograph_of("w-1");
  const auto bytes = std::as_bytes(std::span(photograph));
  const auto reference = embed::Embedder::reference(values_of("w-2"));
  ASSERT_TRUE(vault
                  ->store({.note = watchlist::note_of(twin),
                           .images = {{bytes.begin(), bytes.end()}},
                           .reference = reference,
                           .model_pack = crypto::sha256("a pack"),
                           .thumbnail_jpeg = std::vector<std::byte>(3)},
                          rules())
                  .has_value());
  ASSERT_TRUE(approve(twin).has_value());
  const Bytes backup = back_up();
  erase({"w-1"});
  ASSERT_EQ(active_ids(), Ids{"w-2"});
  lose_rows();
  ASSERT_TRUE(restore(from(backup)).has_value());
  EXPECT_EQ(active_ids(), Ids{"w-2"});
}

TEST_P(BackupTest, ChangesNothingWhereTheLogCannotBeWritten) {
  add(entry_of("w-1"));
  const Bytes backup = back_up();
  ASSERT_TRUE(database->run("DELETE FROM vault_record").has_value());
  const auto rows = all_rows();
  vault.reset();
  Vault::Parts unlogged = parts();
  unlogged.record = [](const std::vector<audit::Act>& /*acts*/) -> Status {
    return Error{ErrorCode::kUnavailable, "the disk is full"};
  };
  EXPECT_FALSE(Vault::restore(list, master, unlogged, from(backup), kEntryNow).has_value());
  EXPECT_EQ(all_rows(), rows);
  EXPECT_EQ(restore(from(backup)).value().entries, 1U) << "control";
}

TEST_P(BackupTest, NeedsTheListKey) {
  add(entry_of("w-1"));
  const Bytes backup = back_up();
  lose_rows();
  ASSERT_TRUE(keys.destroy(1).has_value());
  const auto refused = restore(from(backup));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().message.find("medium of the keys"), std::string::npos);
}

TEST_P(BackupTest, MakesNobodyActiveWhomTwoPeopleDidNotSign) {
  add(entry_of("w-1"));
  ASSERT_TRUE(ask(entry_of("w-2")).has_value());
  Bytes forged;
  BackupWriter writer([&](std::span<const std::byte> more) -> Status {
    forged.insert(forged.end(), more.begin(), more.end());
    return Done{};
  });
  // Who knows the recipients can write a backup: the approved note of the one as the other's.
  ASSERT_TRUE(writer.write({.at = kEntryNow, .epoch = 1, .list = "northgate"}).has_value());
  const auto blob = [&](std::string_view statement) {
    return sql::blob_of(database->run(statement).value()[0][0]);
  };
  const auto write = [&](FrameKind kind, const char* name, std::string_view statement) {
    ASSERT_TRUE(writer
                    .write({.kind = kind,
                            .name = name,
                            .version = kind == FrameKind::kRecord ? 1 : 0,
                            .sealed = blob(statement)})
                    .has_value());
  };
  write(FrameKind::kIndexKey, "", "SELECT index_key FROM vault_list");
  write(FrameKind::kKey, "w-2", "SELECT wrapped FROM vault_entry WHERE entry = 'w-1'");
  write(FrameKind::kRecord,
        "note",
        "SELECT sealed FROM vault_record WHERE entry = 'w-1' AND kind = 'note'");
  ASSERT_TRUE(writer.finish().has_value());
  ASSERT_TRUE(database->run("DELETE FROM vault_record WHERE entry = 'w-2'").has_value());
  const auto restored = restore(from(forged));
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored.value().entries, 0U);
  EXPECT_EQ(ids_of(restored.value().left_out), (Ids{"w-2", "w-2"})) << "and it has no record";
  EXPECT_EQ(active_ids(), Ids{"w-1"});
}

INSTANTIATE_TEST_SUITE_P(Both,
                         BackupTest,
                         testing::Values(sql::Engine::kSqlite, sql::Engine::kPostgresql),
                         [](const auto& engine) {
                           return engine.param == sql::Engine::kSqlite ? "Sqlite" : "Postgresql";
                         });

}  // namespace
}  // namespace proviso::vault
