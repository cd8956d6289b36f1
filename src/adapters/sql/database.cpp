#include "adapters/sql/database.h"

#include <utility>

#include "adapters/sql/engines.h"
#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::sql {
namespace {

constexpr std::string_view kSqliteStart = "sqlite:";
constexpr std::string_view kPostgresqlStart = "postgresql://";

template <typename Held>
const Held& held(const Cell& cell) {
  const Held* const found = std::get_if<Held>(&cell);
  PROVISO_CHECK(found != nullptr);
  return *found;
}

}  // namespace

Result<std::unique_ptr<Database>> Database::open(std::string_view location) {
  if (location.starts_with(kSqliteStart) && location.size() > kSqliteStart.size()) {
    return open_sqlite(std::string(location.substr(kSqliteStart.size())));
  }
  if (location.starts_with(kPostgresqlStart)) return open_postgresql(std::string(location));
  return Error{ErrorCode::kInvalidInput,
               concat("a database is sqlite:PATH or postgresql://...; found ",
                      in_quotes(location.substr(0, location.find(':'))),
                      "; correct the setting")};
}

Result<Transaction> Transaction::begin(Database& database) {
  PROVISO_TRY_DONE(database.run("BEGIN"));
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept
    : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  // An error of ROLLBACK means that the connection is gone, and the transaction with it.
  if (database_ != nullptr) static_cast<void>(database_->run("ROLLBACK"));
}

Status Transaction::commit() {
  PROVISO_CHECK(database_ != nullptr);
  PROVISO_TRY_DONE(database_->run("COMMIT"));
  database_ = nullptr;
  return Done{};
}

std::int64_t integer_of(const Cell& cell) {
  return held<std::int64_t>(cell);
}

const std::string& text_of(const Cell& cell) {
  return held<std::string>(cell);
}

const Blob& blob_of(const Cell& cell) {
  return held<Blob>(cell);
}

}  // namespace proviso::sql
