#pragma once

// Rows in SQLite or PostgreSQL, by one setting and through the same statements.
//
//   location    `sqlite:PATH`, or a libpq URL, `postgresql://...`: without a password (libpq takes
//               it from its password file), and over a network with `sslmode=verify-full` only
//   statements  the SQL that both take: values as $1, $2, ...; column types BIGINT, TEXT, BYTEA;
//               `INSERT ... ON CONFLICT`. Never text from outside
//   writers     one process at a time: SQLite by its exclusive lock, PostgreSQL by an advisory lock
//   SQLite      WAL, synchronous FULL, no mmap, secure_delete, trusted_schema off, temporary tables
//               in memory; the file has mode 0600
//
//   errors   kInvalidInput  a location of another form; a row that breaks a constraint
//            kUnavailable   the disk, the server, or another process that has it open
//            kCorrupt       the database says that its bytes are damaged, or they are no database
//            kOverLimit     more than kRowsMax rows
//   threads  thread-bound

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/result.h"

namespace proviso::sql {

inline constexpr std::size_t kRowsMax = 2'000'000;  // Of one answer.
inline constexpr std::size_t kValuesMax = 16;       // Of one statement.

using Blob = std::vector<std::byte>;
using Cell = std::variant<std::monostate, std::int64_t, std::string, Blob>;  // Null first.
using Row = std::vector<Cell>;

enum class Engine : std::uint8_t { kSqlite, kPostgresql };

class Database {
 public:
  static Result<std::unique_ptr<Database>> open(std::string_view location);

  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  Database(Database&&) = delete;
  Database& operator=(Database&&) = delete;
  virtual ~Database() = default;

  virtual Engine engine() const = 0;

  // One statement, and the rows of its answer; cells are of the columns' types.
  virtual Result<std::vector<Row>> run(std::string_view statement,
                                       std::span<const Cell> values) = 0;
  Result<std::vector<Row>> run(std::string_view statement) { return run(statement, {}); }

  // Takes the old bytes of `tables` out of what the database keeps: SQLite empties its log,
  // PostgreSQL writes the tables anew. Outside of a transaction.
  // Errors: kUnavailable if somebody's reading keeps them.
  virtual Status scrub(std::span<const std::string_view> tables) = 0;
};

// All or nothing: rolled back where it dies before commit() has returned without an error. The
// database outlives it.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);

  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  Status commit();  // Durable before it returns.

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // Null once it is over.
};

// Of a cell that the statement promises; PROVISO_CHECK: it holds one.
std::int64_t integer_of(const Cell& cell);
const std::string& text_of(const Cell& cell);
const Blob& blob_of(const Cell& cell);

}  // namespace proviso::sql
