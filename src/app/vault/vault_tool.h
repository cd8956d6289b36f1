#pragma once

// For tests: a vault on either engine, and what it recorded.
//
// Threads: thread-bound.

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "adapters/sql/postgres_server_tool.h"
#include "app/vault/people_tool.h"
#include "app/vault/vault.h"
#include "base/core/concat.h"
#include "safeguards/policy/shipped_policy_tool.h"
#include "safeguards/watchlist/key_folder.h"

namespace proviso::vault {

inline sql::PostgresServer* postgres_server() {
  static const std::unique_ptr<sql::PostgresServer> made = sql::PostgresServer::start();
  return made.get();
}

class VaultTest : public testing::TestWithParam<sql::Engine> {
 protected:
  void SetUp() override {
    if (GetParam() == sql::Engine::kPostgresql && postgres_server() == nullptr) {
      GTEST_SKIP() << "PostgreSQL 15 is not installed: `./dev setup`";
    }
    location = GetParam() == sql::Engine::kSqlite ? "sqlite:" + (folder / "rows.db")
                                                  : postgres_server()->new_database();
    std::filesystem::create_directory(folder / "keys");
    open_database();
    auto made = Vault::create(list, master, parts(), kEntryNow);
    ASSERT_TRUE(made.has_value()) << made.error().message;
    vault = std::move(made).value();
  }

  void open_database() {
    // A server sees the end of a killed process when it next reads from it.
    for (int attempt = 0; attempt < 5000 && database == nullptr; ++attempt) {
      auto opened = sql::Database::open(location);
      if (opened) database = std::move(opened).value();
    }
    ASSERT_NE(database, nullptr);
  }
  Vault::Parts parts() {
    return {.database = *database,
            .key_files = keys,
            .record = [this](std::vector<audit::Act> recorded) -> Status {
              for (audit::Act& act : recorded) {
                acts.emplace_back(std::move(act.kind), std::move(act.body));
              }
              return Done{};
            },
            .withdraw = [this](std::span<const EntryId> entries) -> Status {
              if (refuses_withdrawal) return Error{ErrorCode::kUnavailable, "the disk is full"};
              for (const EntryId& entry : entries) withdrawn.push_back(entry.text());
              return Done{};
            },
            .keep = [this](std::span<const std::byte> wrapped_keys) -> Status {
              kept_keys.assign(wrapped_keys.begin(), wrapped_keys.end());
              return Done{};
            }};
  }
  Status reopen(WallTime at = kEntryNow) {
    vault.reset();
    database.reset();
    open_database();
    PROVISO_TRY(vault, Vault::open(list, master, parts(), at));
    return Done{};
  }

  Vault::Rules rules(WallTime at = kEntryNow) const {
    return {.officers = officers, .policy = policy, .now = at};
  }
  Request request_of(const watchlist::Entry& entry, const std::vector<std::string>& signers) {
    const auto reference = embed::Embedder::reference(values_of(entry.id));
    const std::string photograph = photograph_of(entry.id);
    const auto bytes = std::as_bytes(std::span(photograph));
    const std::string text = watchlist::to_text(entry).value();
    return {.note = watchlist::signed_by_all(text, signers),
            .images = {{bytes.begin(), bytes.end()}},
            .reference = reference,
            .model_pack = crypto::sha256("a pack"),
            .thumbnail_jpeg = std::vector<std::byte>(3)};
  }
  Status store(const watchlist::Entry& entry, const std::vector<std::string>& signers) {
    return vault->store(request_of(entry, signers), rules());
  }
  Status ask(const watchlist::Entry& entry) { return store(entry, {entry.asked_by}); }
  Status approve(const watchlist::Entry& entry) {
    return vault->activate(watchlist::note_of(entry), rules());
  }
  void add(const watchlist::Entry& entry) {
    const Status asked = ask(entry);
    ASSERT_TRUE(asked.has_value()) << asked.error().message;
    const Status approved = approve(entry);
    ASSERT_TRUE(approved.has_value()) << approved.error().message;
  }
  std::vector<std::string> active_ids(WallTime at = kEntryNow) {
    const auto active = vault->active(rules(at));
    EXPECT_TRUE(active.has_value()) << active.error().message;
    std::vector<std::string> ids;
    for (const ActiveEntry& entry : active.value().entries) ids.push_back(entry.entry.id);
    return ids;
  }
  std::size_t count_acts(std::string_view kind) const {
    return static_cast<std::size_t>(std::count_if(
        acts.begin(), acts.end(), [&](const auto& act) { return act.first == kind; }));
  }

  testing_tools::TemporaryFolder folder;
  std::string location;
  std::unique_ptr<sql::Database> database;
  watchlist::KeyFolder keys{folder / "keys"};
  watchlist::ListId list = watchlist::ListId::parse("northgate").value();
  crypto::Secret master = key_from("master");
  policy::Policy policy = policy::shipped("uk");
  officers::Register officers = watchlist::register_of(watchlist::entry_officers());
  std::vector<std::pair<std::string, Value::Object>> acts;
  std::vector<std::string> withdrawn;
  std::vector<std::byte> kept_keys;
  bool refuses_withdrawal = false;
  std::unique_ptr<Vault> vault;
};

}  // namespace proviso::vault
