#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <string>

#include "adapters/sql/engines.h"
#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::sql {
namespace {

struct CloseConnection {
  void operator()(sqlite3* connection) const noexcept {
    static_cast<void>(sqlite3_close_v2(connection));
  }
};
struct Finalise {
  void operator()(sqlite3_stmt* statement) const noexcept {
    static_cast<void>(sqlite3_finalize(statement));
  }
};
using Connection = std::unique_ptr<sqlite3, CloseConnection>;
using Statement = std::unique_ptr<sqlite3_stmt, Finalise>;

// One connection with the exclusive lock, which keeps the index of the WAL in its own memory: so
// two connections never write and checkpoint at once, which damages databases up to SQLite 3.51.2.
constexpr std::string_view kSettings[] = {
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = ON",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
};

ErrorCode code_of(int result) {
  switch (result & 0xff) {
    case SQLITE_CONSTRAINT: return ErrorCode::kInvalidInput;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return ErrorCode::kCorrupt;
    default: return ErrorCode::kUnavailable;
  }
}

class Sqlite final : public Database {
 public:
  explicit Sqlite(Connection connection) : connection_(std::move(connection)) {}

  Engine engine() const override { return Engine::kSqlite; }

  Result<std::vector<Row>> run(std::string_view statement, std::span<const Cell> values) override {
    sqlite3_stmt* raw = nullptr;
    const int prepared = sqlite3_prepare_v2(
        connection_.get(), statement.data(), static_cast<int>(statement.size()), &raw, nullptr);
    const Statement owned(raw);
    if (prepared != SQLITE_OK) return failed(prepared);
    PROVISO_CHECK(values.size() <= kValuesMax);
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string name = concat('$', i + 1);
      const int index = sqlite3_bind_parameter_index(raw, name.c_str());
      PROVISO_CHECK(index > 0);
      if (const int bound = bind(raw, index, values[i]); bound != SQLITE_OK) return failed(bound);
    }
    std::vector<Row> rows;
    int stepped = SQLITE_ROW;
    while ((stepped = sqlite3_step(raw)) == SQLITE_ROW) {
      if (rows.size() == kRowsMax) {
        return Error{ErrorCode::kOverLimit,
                     concat("database: more than ", kRowsMax, " rows, the limit of one answer")};
      }
      rows.push_back(row_of(raw));
    }
    if (stepped != SQLITE_DONE) return failed(stepped);
    return rows;
  }

  Status scrub(std::span<const std::string_view>) override {
    PROVISO_TRY(const auto answer, run("PRAGMA wal_checkpoint(TRUNCATE)", {}));
    PROVISO_CHECK(answer.size() == 1 && answer.front().size() == 3);
    if (integer_of(answer.front()[0]) == 0) return Done{};
    return Error{ErrorCode::kUnavailable,
                 "database: its log could not be emptied, since somebody reads it; end that and "
                 "try again"};
  }

  Error failed(int result) const {
    return Error{code_of(result),
                 concat("database: SQLite says ",
                        in_quotes(sqlite3_errstr(result), 200),
                        " (",
                        in_quotes(sqlite3_errmsg(connection_.get()), 200),
                        "); one process at a time may have it open; check the disk")};
  }

 private:
  static int bind(sqlite3_stmt* statement, int index, const Cell& cell) {
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
      return sqlite3_bind_int64(statement, index, *integer);
    }
    if (const auto* text = std::get_if<std::string>(&cell)) {
      return sqlite3_bind_text64(
          statement, index, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    if (const auto* blob = std::get_if<Blob>(&cell)) {
      if (blob->empty()) return sqlite3_bind_zeroblob(statement, index, 0);
      return sqlite3_bind_blob64(statement, index, blob->data(), blob->size(), SQLITE_STATIC);
    }
    return sqlite3_bind_null(statement, index);
  }

  static Row row_of(sqlite3_stmt* statement) {
    Row row;
    const int columns = sqlite3_column_count(statement);
    for (int column = 0; column < columns; ++column) {
      switch (sqlite3_column_type(statement, column)) {
        case SQLITE_NULL: row.emplace_back(); break;
        case SQLITE_INTEGER: row.emplace_back(sqlite3_column_int64(statement, column)); break;
        case SQLITE_BLOB: {
          const auto* bytes = static_cast<const std::byte*>(sqlite3_column_blob(statement, column));
          const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
          row.emplace_back(size == 0 ? Blob() : Blob(bytes, bytes + size));
          break;
        }
        default: {
          const auto* text = sqlite3_column_text(statement, column);
          const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
          row.emplace_back(std::string(reinterpret_cast<const char*>(text), size));
        }
      }
    }
    return row;
  }

  Connection connection_;
};

// SQLite makes files with the mode that the umask leaves; this one is nobody else's.
Status make_file(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    return Error{ErrorCode::kUnavailable,
                 concat("database: ", in_quotes(path, 200), " cannot be opened; check the path")};
  }
  static_cast<void>(::close(file));
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path) {
  PROVISO_TRY_DONE(make_file(path));
  sqlite3* raw = nullptr;
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_NOMUTEX;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, kFlags, nullptr);
  auto database = std::make_unique<Sqlite>(Connection(raw));
  if (opened != SQLITE_OK) return database->failed(opened);
  sqlite3_extended_result_codes(raw, 1);
  for (const std::string_view setting : kSettings) PROVISO_TRY_DONE(database->run(setting, {}));
  // Takes the exclusive lock now, and not at the first write.
  PROVISO_TRY_DONE(database->run("BEGIN EXCLUSIVE", {}));
  PROVISO_TRY_DONE(database->run("COMMIT", {}));
  PROVISO_TRY(const auto mode, database->run("PRAGMA journal_mode", {}));
  if (mode.size() != 1 || text_of(mode.front()[0]) != "wal") {
    return Error{ErrorCode::kUnavailable,
                 "database: SQLite's write-ahead log cannot be had here; use a local disk"};
  }
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace proviso::sql
