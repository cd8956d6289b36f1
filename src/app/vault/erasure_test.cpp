#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <fstream>
#include <set>

#include "app/vault/thief_tool.h"
#include "base/core/file.h"

namespace proviso::vault {
namespace {

using Ids = std::vector<std::string>;

constexpr auto kHour = std::chrono::hours(1);
constexpr std::size_t kFileBytesMax = std::size_t{256} << 20U;

EntryId parsed(std::string_view id) {
  return EntryId::parse(id).value();
}

class ErasureTest : public VaultTest {
 protected:
  bool is_sqlite() const { return GetParam() == sql::Engine::kSqlite; }

  void add_expiring(const std::string& id, WallTime expires_at) {
    auto entry = entry_of(id);
    entry.expires_at = expires_at;
    add(entry);
  }
  // Many entries in a test need not be durable one by one.
  void set_synchronous(bool on) {
    const std::string statement =
        concat(is_sqlite() ? "PRAGMA synchronous = " : "SET synchronous_commit = ",
               on ? (is_sqlite() ? "FULL" : "on") : "off");
    ASSERT_TRUE(database->run(statement).has_value());
  }
  // In how many files of the database, and of the keys, the bytes stand.
  std::size_t files_with(std::string_view needle) const {
    std::size_t found = 0;
    Ids roots{folder / ""};
    if (!is_sqlite()) roots.push_back(postgres_server()->data());
    for (const std::string& root : roots) {
      for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
        if (!file.is_regular_file()) continue;
        const auto text = read_text_file(file.path(), kFileBytesMax);
        found += text && text.value().find(needle) != std::string::npos ? 1U : 0U;
      }
    }
    return found;
  }
  void flush() {
    if (!is_sqlite()) {
      EXPECT_TRUE(database->run("CHECKPOINT").has_value());
    }
  }
};

std::string text_of_bytes(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

TEST_P(ErasureTest, Of400Of1000HoldsForYesterdaysCopiesAndKeepsThe600) {
  const WallTime end = kEntryNow + kHour;
  set_synchronous(false);
  for (std::size_t i = 0; i < 1000; ++i) {
    add_expiring(id_of(i), i < 400 ? end : end + kHour);
    ASSERT_FALSE(HasFatalFailure());
  }
  set_synchronous(true);
  const StolenRows copies = steal(*database);
  const auto old_key_files = texts_of(keys);
  ASSERT_EQ(opened(copies, old_key_files, list, master).size(), 1000U) << "control: before";

  const auto started = std::chrono::steady_clock::now();
  const auto certificate = vault->expire(end);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
  ASSERT_TRUE(certificate.has_value()) << certificate.error().message;
  ASSERT_TRUE(certificate.value().has_value());
  std::cout << "erased 400 of 1000 in " << took.count() << " s\n";
  EXPECT_LT(took.count(), 60);
  EXPECT_EQ(certificate.value()->entries.size(), 400U);
  EXPECT_EQ(count_acts("entry_erased"), 400U);
  EXPECT_EQ(count_acts("deletion_certified"), 1U);

  EXPECT_EQ(opened(copies, texts_of(keys), list, master).size(), 0U) << "from the copies";
  const StolenRows live = steal(*database);
  EXPECT_EQ(live.keys.size(), 600U);
  EXPECT_EQ(live.notes.size(), 600U);
  const auto active = vault->active(rules(end)).value();
  ASSERT_EQ(active.entries.size(), 600U);
  for (const auto& entry : active.entries) EXPECT_EQ(entry.values, values_of(entry.entry.id));

  auto kept = texts_of(keys);
  kept.insert(kept.end(), old_key_files.begin(), old_key_files.end());
  const auto by_control = opened(copies, kept, list, master);
  const std::set<std::string> found(by_control.begin(), by_control.end());
  std::size_t expired_found = 0;
  for (std::size_t i = 0; i < 400; ++i) expired_found += found.count(id_of(i));
  EXPECT_EQ(expired_found, 400U) << "control: with the old list key kept, the 400 do decrypt";
}

TEST_P(ErasureTest, TellsRunsBeforeTheKeyGoesAndIsNotDoneBeforeTheyAreTold) {
  add(entry_of("w-1"));
  add(entry_of("w-2"));
  const std::vector<EntryId> ids{parsed("w-1")};
  EXPECT_FALSE(vault->erase(ids, "Not a code", kEntryNow).has_value());
  const std::vector<EntryId> nobody{parsed("w-9")};
  EXPECT_FALSE(vault->erase(nobody, "cleared", kEntryNow).has_value());
  EXPECT_EQ(withdrawn, Ids{}) << "what is refused withdraws nobody";

  refuses_withdrawal = true;
  EXPECT_FALSE(vault->erase(ids, "cleared", kEntryNow).has_value());
  EXPECT_EQ(steal(*database).keys.size(), 2U) << "no key has gone";
  EXPECT_EQ(count_acts("entry_erased"), 0U);
  refuses_withdrawal = false;
  ASSERT_TRUE(reopen().has_value()) << "which ends what was begun";
  EXPECT_EQ(withdrawn, Ids{"w-1"});
  EXPECT_EQ(steal(*database).keys.size(), 1U);
  EXPECT_EQ(count_acts("entry_erased"), 1U);
}

TEST_P(ErasureTest, ForgetsWhoWentLongAgoAndStillKeepsThemOut) {
  for (const char* id : {"w-1", "w-2"}) add(entry_of(id));
  const WallTime later = kEntryNow + kHour;
  ASSERT_TRUE(vault->erase(std::vector{parsed("w-1")}, "cleared", kEntryNow).has_value());
  ASSERT_TRUE(vault->erase(std::vector{parsed("w-2")}, "cleared", later).has_value());
  EXPECT_EQ(vault->forget(kEntryNow, later).value(), 0U) << "control: not before its time";
  ASSERT_TRUE(vault->trace(parsed("w-1")).value().has_value());

  EXPECT_EQ(vault->forget(later, later).value(), 2U) << "its id's and its image's";
  EXPECT_FALSE(vault->trace(parsed("w-1")).value().has_value());
  EXPECT_TRUE(vault->trace(parsed("w-2")).value().has_value()) << "it went later";
  EXPECT_EQ(vault->forget(later, later).value(), 0U) << "once";
  EXPECT_EQ(count_acts("traces_forgotten"), 1U);
  add(entry_of("w-3"));
  ASSERT_TRUE(vault->erase(std::vector{parsed("w-3")}, "forgotten", later).has_value());
  EXPECT_TRUE(vault->trace(parsed("w-3")).value().has_value()) << "nobody's reason hides a trace";
  const Status again = ask(entry_of("w-1"));
  ASSERT_FALSE(again.has_value());
  EXPECT_NE(again.error().message.find("does not come back"), std::string::npos);
}

TEST_P(ErasureTest, LeavesNoWrappedKeyOfTheErasedInAnyFileOfTheDatabase) {
  for (const char* id : {"w-1", "w-2", "w-3"}) add(entry_of(id));
  const StolenRows before = steal(*database);
  flush();
  for (const auto& row : before.keys) {
    EXPECT_GE(files_with(text_of_bytes(row.wrapped)), 1U) << "control: it stands there";
  }
  const Ids gone{"w-1", "w-2"};
  const std::vector<EntryId> ids{parsed(gone[0]), parsed(gone[1])};
  ASSERT_TRUE(vault->erase(ids, "revoked", kEntryNow).has_value());
  flush();
  const std::string root = is_sqlite() ? folder / "" : postgres_server()->data() + "/base";
  for (const auto& row : before.keys) {
    const std::string needle = text_of_bytes(row.wrapped);
    for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
      if (!file.is_regular_file()) continue;
      const auto text = read_text_file(file.path(), kFileBytesMax);
      ASSERT_TRUE(!text || text.value().find(needle) == std::string::npos) << file.path();
    }
  }
}

TEST_P(ErasureTest, OfAStoppedSiteShowsNothingToWhoHasItsDiskAndNotItsSecret) {
  const auto entry = entry_of("w-1");
  add(entry);
  const auto values = values_of("w-1");
  const std::string template_bytes =
      text_of_bytes(std::as_bytes(std::span(values)).first(16 * sizeof(float)));
  const auto active = vault->active(rules()).value();
  ASSERT_EQ(active.entries[0].entry.label, entry.label) << "control: unlocked, it is there";
  ASSERT_EQ(text_of_bytes(std::as_bytes(std::span(active.entries[0].values)))
                .substr(0, template_bytes.size()),
            template_bytes);
  flush();
  vault.reset();
  if (is_sqlite()) database.reset();
  for (const std::string& needle : {entry.label,
                                    entry.reason,
                                    entry.legal_basis,
                                    entry.nexus,
                                    entry.images[0].provenance,
                                    std::string("wanted-by-court"),
                                    photograph_of("w-1"),
                                    template_bytes}) {
    EXPECT_EQ(files_with(needle), 0U) << needle;
  }
  ASSERT_TRUE(write_file_durably(folder / "control", entry.label + template_bytes).has_value());
  EXPECT_EQ(files_with(entry.label), 1U) << "control: the search is not blind";
  EXPECT_EQ(files_with(template_bytes), 1U);
}

TEST_P(ErasureTest, KeepsTheEntryFromComingBackAndSaysThatItWasThere) {
  add(entry_of("w-1"));
  EXPECT_FALSE(vault->trace(parsed("w-1")).value().has_value());
  const std::vector<EntryId> ids{parsed("w-1")};
  const WallTime later = kEntryNow + kHour;
  ASSERT_TRUE(vault->erase(ids, "revoked", later).has_value());
  ASSERT_TRUE(reopen(later).has_value());
  EXPECT_EQ(active_ids(), Ids{});
  EXPECT_EQ(vault->view(parsed("w-1"), "manager-2").error().code, ErrorCode::kNotFound);

  EXPECT_FALSE(ask(entry_of("w-1")).has_value()) << "imported again";
  auto again = entry_of("w-1");
  again.revision = 2;
  again.asked_at = later + std::chrono::seconds(1);
  EXPECT_FALSE(ask(again).has_value()) << "an id never comes back";
  auto other_id = entry_of("w-1");
  other_id.id = "w-9";
  EXPECT_FALSE(ask(other_id).has_value()) << "the image, under another id, asked for before";

  const auto trace = vault->trace(parsed("w-1")).value();
  ASSERT_TRUE(trace.has_value());
  EXPECT_EQ(trace->category, "wanted-by-court");
  EXPECT_EQ(trace->active_from, kEntryNow);
  EXPECT_EQ(trace->until, later);
  EXPECT_EQ(trace->reason, "revoked");
  EXPECT_FALSE(vault->trace(parsed("w-2")).value().has_value());
}

TEST_P(ErasureTest, ErasesNothingForAnIdThatIsNotThere) {
  add(entry_of("w-1"));
  const std::vector<EntryId> ids{parsed("w-1"), parsed("w-2")};
  const auto refused = vault->erase(ids, "revoked", kEntryNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(vault->erase({}, "revoked", kEntryNow).has_value());
  EXPECT_EQ(active_ids(), Ids{"w-1"});
  EXPECT_FALSE(vault->expire(kEntryNow).value().has_value()) << "nothing has expired";
}

TEST_P(ErasureTest, HoldsForCopiesOfTheDatabasesFilesAndNotWhereTheKeyFileWasCopiedToo) {
  if (!is_sqlite()) GTEST_SKIP() << "a server's files are copied by its own tools";
  namespace fs = std::filesystem;
  for (const char* id : {"w-1", "w-2"}) add(entry_of(id));
  const auto copy_files = [&](const std::string& to) {
    fs::create_directory(folder / to);
    for (const char* name : {"rows.db", "rows.db-wal"}) {
      fs::copy_file(folder / name, fs::path(folder / to) / name);
    }
  };
  copy_files("copy");
  copy_files("control");
  fs::copy(folder / "keys", folder / "control-keys");
  const std::vector<EntryId> ids{parsed("w-1")};
  ASSERT_TRUE(vault->erase(ids, "expired", kEntryNow).has_value());
  const auto open_copy = [&](const std::string& at, watchlist::KeyFolder& with_keys) {
    database = sql::Database::open("sqlite:" + (folder / at) + "/rows.db").value();
    Vault::Parts copied = parts();
    return Vault::open(list,
                       master,
                       {.database = *database,
                        .key_files = with_keys,
                        .record = std::move(copied.record),
                        .withdraw = std::move(copied.withdraw),
                        .keep = std::move(copied.keep)},
                       kEntryNow);
  };
  vault.reset();
  const auto refused = open_copy("copy", keys);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  watchlist::KeyFolder old_keys(folder / "control-keys");
  auto control = open_copy("control", old_keys);
  ASSERT_TRUE(control.has_value()) << control.error().message;
  EXPECT_EQ(control.value()->active(rules()).value().entries.size(), 2U);
}

// Counts steps, and kills its own process with SIGKILL at one of them.
struct Steps {
  std::size_t count = 0;
  std::size_t kill_at = 0;
  void next() {
    if (++count == kill_at) ::kill(::getpid(), SIGKILL);
  }
};

class DyingDatabase final : public sql::Database {
 public:
  DyingDatabase(sql::Database& inner, Steps& steps) : inner_(&inner), steps_(&steps) {}
  sql::Engine engine() const override { return inner_->engine(); }
  Result<std::vector<sql::Row>> run(std::string_view statement,
                                    std::span<const sql::Cell> values) override {
    steps_->next();
    return inner_->run(statement, values);
  }
  Status scrub(std::span<const std::string_view> tables) override {
    steps_->next();
    return inner_->scrub(tables);
  }

 private:
  sql::Database* inner_;
  Steps* steps_;
};

class DyingKeyFiles final : public watchlist::KeyFiles {
 public:
  DyingKeyFiles(std::filesystem::path folder, Steps& steps)
      : folder_(std::move(folder)), inner_(folder_), steps_(&steps) {}
  Result<std::vector<std::uint64_t>> epochs() const override { return inner_.epochs(); }
  Result<std::string> read(std::uint64_t epoch) const override { return inner_.read(epoch); }
  Status write(std::uint64_t epoch, std::string_view text) override {
    steps_->next();
    return inner_.write(epoch, text);
  }
  // Also between the overwriting and the removing.
  Status destroy(std::uint64_t epoch) override {
    steps_->next();
    const auto path = folder_ / concat("list-key.", epoch);
    std::ofstream(path, std::ios::binary) << std::string(std::filesystem::file_size(path), '\0');
    steps_->next();
    return inner_.destroy(epoch);
  }

 private:
  std::filesystem::path folder_;
  watchlist::KeyFolder inner_;
  Steps* steps_;
};

class KilledErasureTest : public ErasureTest {
 protected:
  // Opens the vault in this process and expires, as a command would; how many steps that took.
  std::size_t expire_counted(WallTime at, std::size_t kill_at) {
    Steps steps{.count = 0, .kill_at = kill_at};
    const auto inner = sql::Database::open(location);
    if (!inner) ::_exit(2);
    DyingDatabase dying(*inner.value(), steps);
    DyingKeyFiles dying_keys(folder / "keys", steps);
    const auto record = [&](std::vector<audit::Act>) -> Status {
      steps.next();
      return Done{};
    };
    const auto withdraw = [&](std::span<const EntryId>) -> Status {
      steps.next();
      return Done{};
    };
    const auto keep = [&](std::span<const std::byte>) -> Status {
      steps.next();
      return Done{};
    };
    auto opened_vault = Vault::open(list,
                                    master,
                                    {.database = dying,
                                     .key_files = dying_keys,
                                     .record = record,
                                     .withdraw = withdraw,
                                     .keep = keep},
                                    at);
    if (!opened_vault || !opened_vault.value()->expire(at)) ::_exit(3);
    return steps.count;
  }
  // The exit code, or -1 for a child that was killed.
  int in_child(WallTime at, std::size_t kill_at, std::size_t& steps) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      const std::size_t count = expire_counted(at, kill_at);
      ::_exit(::write(ends[1], &count, sizeof count) == sizeof count ? 0 : 4);
    }
    ::close(ends[1]);
    if (::read(ends[0], &steps, sizeof steps) != sizeof steps) steps = 0;
    ::close(ends[0]);
    int status = 0;
    EXPECT_EQ(::waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void add_round(std::size_t round) {
    for (std::size_t i = 0; i < 3; ++i) add_expiring(concat("r", round, '-', i), kEntryNow + kHour);
  }
  void close_all() {
    vault.reset();
    database.reset();
  }
};

TEST_P(KilledErasureTest, IsTakenUpAgainAfterAKillAtTwentyPoints) {
  constexpr std::size_t kPoints = 20;
  const WallTime end = kEntryNow + kHour;
  for (const char* id : {"w-1", "w-2"}) add(entry_of(id));
  add_round(0);
  close_all();
  std::size_t steps = 0;
  ASSERT_EQ(in_child(end, 0, steps), 0) << "control: it runs through when nobody kills it";
  ASSERT_GE(steps, kPoints);
  const std::size_t all_steps = steps;
  for (std::size_t point = 1; point <= kPoints; ++point) {
    SCOPED_TRACE(point);
    ASSERT_TRUE(reopen().has_value());
    add_round(point);
    const StolenRows copies = steal(*database);
    ASSERT_EQ(opened(copies, texts_of(keys), list, master).size(), 5U);
    close_all();
    ASSERT_EQ(in_child(end, all_steps * point / kPoints, steps), -1) << "killed";
    const Status reopened = reopen(end);
    ASSERT_TRUE(reopened.has_value()) << reopened.error().message;
    ASSERT_TRUE(vault->expire(end).has_value());
    EXPECT_EQ(opened(copies, texts_of(keys), list, master).size(), 0U);
    EXPECT_EQ(active_ids(end), (Ids{"w-1", "w-2"}));
    EXPECT_EQ(texts_of(keys).size(), 1U);
    EXPECT_EQ(steal(*database).notes.size(), 2U);
    for (std::size_t i = 0; i < 3; ++i) {
      const auto trace = vault->trace(parsed(concat("r", point, '-', i))).value();
      ASSERT_TRUE(trace.has_value());
      EXPECT_EQ(trace->reason, "expired");
    }
  }
}

constexpr auto kEngines = {sql::Engine::kSqlite, sql::Engine::kPostgresql};
std::string name_of(const testing::TestParamInfo<sql::Engine>& engine) {
  return engine.param == sql::Engine::kSqlite ? "Sqlite" : "Postgresql";
}
INSTANTIATE_TEST_SUITE_P(Both, ErasureTest, testing::ValuesIn(kEngines), name_of);
INSTANTIATE_TEST_SUITE_P(Both, KilledErasureTest, testing::ValuesIn(kEngines), name_of);

}  // namespace
}  // namespace proviso::vault
