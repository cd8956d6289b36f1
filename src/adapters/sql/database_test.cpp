#include "adapters/sql/database.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "adapters/sql/postgres_server_tool.h"
#include "base/core/file.h"

namespace proviso::sql {
namespace {

using testing_tools::TemporaryFolder;

constexpr std::size_t kFileBytesMax = std::size_t{64} << 20U;

PostgresServer* server() {
  static const std::unique_ptr<PostgresServer> made = PostgresServer::start();
  return made.get();
}

Blob blob(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

class DatabaseTest : public testing::TestWithParam<Engine> {
 protected:
  void SetUp() override {
    if (GetParam() == Engine::kPostgresql && server() == nullptr) {
      GTEST_SKIP() << "PostgreSQL 15 is not installed: `./dev setup`";
    }
    location =
        GetParam() == Engine::kSqlite ? "sqlite:" + (folder / "rows.db") : server()->new_database();
    reopen();
    ASSERT_NE(database, nullptr);
    ASSERT_TRUE(
        run("CREATE TABLE item (id TEXT PRIMARY KEY, number BIGINT NOT NULL, bytes BYTEA)"));
  }
  void reopen() {
    database.reset();
    auto opened = Database::open(location);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    database = std::move(opened).value();
  }
  bool run(std::string_view statement, const std::vector<Cell>& values = {}) {
    const auto done = database->run(statement, values);
    if (!done) error = done.error();
    return done.has_value();
  }
  bool add(const std::string& id, std::int64_t number) {
    return run("INSERT INTO item (id, number, bytes) VALUES ($1, $2, $3)",
               {id, number, blob("bytes of " + id)});
  }
  std::int64_t count() {
    return integer_of(database->run("SELECT count(*) FROM item").value().front().front());
  }

  // PostgreSQL writes its files when it likes; SQLite has written its log.
  void flush() {
    if (GetParam() == Engine::kPostgresql) {
      EXPECT_TRUE(run("CHECKPOINT"));
    }
  }

  TemporaryFolder folder;
  std::string location;
  std::unique_ptr<Database> database;
  Error error{ErrorCode::kInvalidInput, ""};
};

TEST_P(DatabaseTest, GivesBackWhatItTook) {
  const std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  ASSERT_TRUE(run("INSERT INTO item (id, number, bytes) VALUES ($1, $2, $3)",
                  {"a", lowest, Blob{std::byte{0}, std::byte{255}, std::byte{10}}}));
  ASSERT_TRUE(run("INSERT INTO item (id, number, bytes) VALUES ($2, $1, $3)",
                  {std::int64_t{7}, "b'; DROP TABLE item; --", Cell()}));
  ASSERT_TRUE(run("INSERT INTO item (id, number, bytes) VALUES ($1, $2, $3)",
                  {"c", std::int64_t{-1}, Blob()}));
  reopen();
  const auto rows = database->run("SELECT id, number, bytes FROM item ORDER BY id").value();
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0], (Row{"a", lowest, Blob{std::byte{0}, std::byte{255}, std::byte{10}}}));
  EXPECT_EQ(rows[1], (Row{"b'; DROP TABLE item; --", std::int64_t{7}, Cell()}));
  EXPECT_EQ(rows[2], (Row{"c", std::int64_t{-1}, Blob()}));
}

TEST_P(DatabaseTest, ChangesARowThatIsThereInOneStatement) {
  ASSERT_TRUE(add("a", 1));
  const std::string_view upsert =
      "INSERT INTO item (id, number, bytes) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET "
      "number = excluded.number";
  ASSERT_TRUE(run(upsert, {"a", std::int64_t{2}, Blob()}));
  EXPECT_EQ(database->run("SELECT number FROM item").value(),
            (std::vector<Row>{{std::int64_t{2}}}));
}

TEST_P(DatabaseTest, SaysWhichRowBreaksAConstraintApartFromAFault) {
  ASSERT_TRUE(add("a", 1));
  EXPECT_FALSE(add("a", 2));
  EXPECT_EQ(error.code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(run("SELECT nothing FROM nowhere"));
  EXPECT_EQ(error.code, ErrorCode::kUnavailable);
  EXPECT_EQ(count(), 1);
}

TEST_P(DatabaseTest, TakesAllOfATransactionOrNothing) {
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(transaction.has_value());
    ASSERT_TRUE(add("a", 1));
  }
  EXPECT_EQ(count(), 0) << "not committed";
  auto transaction = Transaction::begin(*database);
  ASSERT_TRUE(add("a", 1));
  ASSERT_TRUE(add("b", 2));
  ASSERT_TRUE(transaction.value().commit().has_value());
  reopen();
  EXPECT_EQ(count(), 2);
}

TEST_P(DatabaseTest, NeverSaysThatATransactionIsDoneWhichAnErrorEnded) {
  bool committed = true;
  {
    auto transaction = Transaction::begin(*database);
    ASSERT_TRUE(add("a", 1));
    EXPECT_FALSE(add("a", 1));
    committed = transaction.value().commit().has_value();
  }
  reopen();
  EXPECT_EQ(count(), committed ? 1 : 0);
}

TEST_P(DatabaseTest, IsOpenForOneProcessAtATime) {
  const auto second = Database::open(location);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::kUnavailable);
  database.reset();
  EXPECT_TRUE(Database::open(location).has_value());
}

TEST_P(DatabaseTest, KeepsNoBytesOfADeletedRowInItsFilesOnceScrubbed) {
  const auto finds = [&] {
    const std::string root =
        GetParam() == Engine::kSqlite ? folder / "" : server()->data() + "/base";
    std::size_t found = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
      if (!file.is_regular_file()) continue;
      const auto text = read_text_file(file.path(), kFileBytesMax);
      found += text && text.value().find("needle-4711") != std::string::npos ? 1U : 0U;
    }
    return found;
  };
  ASSERT_TRUE(run("INSERT INTO item (id, number, bytes) VALUES ($1, $2, $3)",
                  {"a", std::int64_t{1}, blob("needle-4711")}));
  flush();
  EXPECT_GE(finds(), 1U) << "control: the search sees it while it is there";
  ASSERT_TRUE(run("DELETE FROM item"));
  const std::array<std::string_view, 1> tables{"item"};
  const Status scrubbed = database->scrub(tables);
  ASSERT_TRUE(scrubbed.has_value()) << scrubbed.error().message;
  flush();
  EXPECT_EQ(finds(), 0U);
}

INSTANTIATE_TEST_SUITE_P(Both,
                         DatabaseTest,
                         testing::Values(Engine::kSqlite, Engine::kPostgresql),
                         [](const auto& engine) {
                           return engine.param == Engine::kSqlite ? "Sqlite" : "Postgresql";
                         });

TEST(DatabaseLocation, IsRefusedInAnyOtherForm) {
  for (const std::string_view location : {"",
                                          "sqlite:",
                                          "rows.db",
                                          "mysql://x",
                                          "postgresql://user:secret@127.0.0.1/x",
                                          "postgresql://db.example/x",
                                          "postgresql://db.example/x?sslmode=require",
                                          "postgresql://127.0.0.1/x?hostaddr=192.0.2.1",
                                          "postgresql://[::1/x"}) {
    const auto opened = Database::open(location);
    ASSERT_FALSE(opened.has_value()) << location;
    EXPECT_EQ(opened.error().code, ErrorCode::kInvalidInput) << location;
    EXPECT_EQ(opened.error().message.find("secret"), std::string::npos);
  }
  const auto absent = Database::open("postgresql://127.0.0.1:1/x");
  ASSERT_FALSE(absent.has_value());
  EXPECT_EQ(absent.error().code, ErrorCode::kUnavailable) << "read, and nobody is there";
}

TEST(SqliteFile, IsItsOwnersAloneAndNoOtherFilePassesForOne) {
  const TemporaryFolder folder;
  ASSERT_TRUE(Database::open("sqlite:" + (folder / "rows.db")).has_value());
  const auto permissions = std::filesystem::status(folder / "rows.db").permissions();
  EXPECT_EQ(permissions, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(write_file_durably(folder / "text", std::string(4096, 'x')).has_value());
  const auto other = Database::open("sqlite:" + (folder / "text"));
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::kCorrupt);
  EXPECT_FALSE(Database::open("sqlite:" + (folder / "absent/rows.db")).has_value());
}

TEST(SqliteSettings, AreThoseThatTheContractNames) {
  const TemporaryFolder folder;
  const auto database = Database::open("sqlite:" + (folder / "rows.db")).value();
  const auto value = [&](std::string_view name) {
    const auto rows = database->run(std::string("PRAGMA ") + std::string(name)).value();
    return rows.empty() ? std::int64_t{0} : integer_of(rows.front().front());
  };
  EXPECT_EQ(value("mmap_size"), 0);
  EXPECT_EQ(value("trusted_schema"), 0);
  EXPECT_EQ(value("secure_delete"), 1);
  EXPECT_EQ(value("cell_size_check"), 1);
  EXPECT_EQ(value("synchronous"), 2);
  EXPECT_EQ(value("temp_store"), 2);
}

}  // namespace
}  // namespace proviso::sql
