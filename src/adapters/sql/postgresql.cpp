#include <libpq-fe.h>

#include <array>
#include <cstring>
#include <string>

#include "adapters/sql/engines.h"
#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::sql {
namespace {

// From PostgreSQL's catalogue (pg_type.dat); they never change.
constexpr Oid kByteaType = 17;
constexpr Oid kBigintType = 20;
constexpr Oid kIntegerType = 23;
constexpr Oid kTextType = 25;
constexpr Oid kBooleanType = 16;
constexpr Oid kVoidType = 2278;
constexpr std::size_t kBigintBytes = 8;
constexpr int kBinary = 1;

// "proviso" in ASCII: whoever writes holds this advisory lock of the database.
constexpr std::string_view kLockStatement = "SELECT pg_try_advisory_lock(31653427085341551)";

constexpr std::string_view kSettings[] = {
    "SET synchronous_commit = on",
    "SET client_min_messages = warning",
    "SET default_transaction_isolation = 'serializable'",
};

struct Finish {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
struct Clear {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Connection = std::unique_ptr<PGconn, Finish>;
using Answer = std::unique_ptr<PGresult, Clear>;

// Parameters as libpq takes them; integers as eight bytes, most significant first.
class Parameters {
 public:
  explicit Parameters(std::span<const Cell> values) : count_(static_cast<int>(values.size())) {
    PROVISO_CHECK(values.size() <= kValuesMax);
    for (std::size_t i = 0; i < values.size(); ++i) set(i, values[i]);
  }

  Answer run(PGconn* connection, const std::string& statement) const {
    return Answer(PQexecParams(connection,
                               statement.c_str(),
                               count_,
                               types_.data(),
                               places_.data(),
                               sizes_.data(),
                               forms_.data(),
                               kBinary));
  }

 private:
  void set(std::size_t i, const Cell& cell) {
    forms_[i] = kBinary;
    if (const auto* integer = std::get_if<std::int64_t>(&cell)) {
      const auto bits = static_cast<std::uint64_t>(*integer);
      for (std::size_t byte = 0; byte < kBigintBytes; ++byte) {
        integers_[i][byte] = static_cast<char>(bits >> (8U * (kBigintBytes - 1 - byte)));
      }
      point(i, kBigintType, integers_[i].data(), kBigintBytes);
    } else if (const auto* text = std::get_if<std::string>(&cell)) {
      point(i, kTextType, text->data(), text->size());
    } else if (const auto* blob = std::get_if<Blob>(&cell)) {
      // An empty vector may point nowhere, which libpq takes for null.
      const auto* bytes = blob->empty() ? "" : reinterpret_cast<const char*>(blob->data());
      point(i, kByteaType, bytes, blob->size());
    }
  }
  void point(std::size_t i, Oid type, const char* place, std::size_t size) {
    types_[i] = type;
    places_[i] = place;
    sizes_[i] = static_cast<int>(size);
  }

  int count_;
  std::array<Oid, kValuesMax> types_{};
  std::array<const char*, kValuesMax> places_{};
  std::array<int, kValuesMax> sizes_{};
  std::array<int, kValuesMax> forms_{};
  std::array<std::array<char, kBigintBytes>, kValuesMax> integers_{};
};

ErrorCode code_of(const PGresult* result) {
  const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string_view text = state == nullptr ? "" : state;
  if (text.starts_with("23")) return ErrorCode::kInvalidInput;  // Integrity constraint violation.
  if (text.starts_with("XX00")) return ErrorCode::kCorrupt;     // Data or index corrupted.
  return ErrorCode::kUnavailable;
}

Error failed(ErrorCode code, std::string_view message) {
  return Error{code,
               concat("database: PostgreSQL says ",
                      in_quotes(message.substr(0, message.find('\n')), 300),
                      "; check that it runs, its address and its rights")};
}

std::int64_t big_endian(const char* bytes, std::size_t size) {
  std::uint64_t value = (static_cast<unsigned char>(bytes[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8U | static_cast<unsigned char>(bytes[i]);
  }
  return static_cast<std::int64_t>(value);
}

void append_cell(Row& cells, const PGresult* result, int row, int column) {
  if (PQgetisnull(result, row, column) == 1) {
    cells.emplace_back();
    return;
  }
  const char* bytes = PQgetvalue(result, row, column);
  const auto size = static_cast<std::size_t>(PQgetlength(result, row, column));
  const auto* octets = reinterpret_cast<const std::byte*>(bytes);
  switch (PQftype(result, column)) {
    case kBigintType:
    case kIntegerType: cells.emplace_back(big_endian(bytes, size)); break;
    case kBooleanType: cells.emplace_back(std::int64_t{bytes[0] == 0 ? 0 : 1}); break;
    case kByteaType: cells.emplace_back(Blob(octets, octets + size)); break;
    case kVoidType: cells.emplace_back(); break;
    default: cells.emplace_back(std::string(bytes, size));
  }
}

class Postgresql final : public Database {
 public:
  explicit Postgresql(Connection connection) : connection_(std::move(connection)) {}

  Engine engine() const override { return Engine::kPostgresql; }

  Result<std::vector<Row>> run(std::string_view statement, std::span<const Cell> values) override {
    const Answer answer = Parameters(values).run(connection_.get(), std::string(statement));
    const ExecStatusType status = PQresultStatus(answer.get());
    if (status == PGRES_COMMAND_OK) {
      // A COMMIT of a transaction that an error has ended is answered with ROLLBACK.
      if (statement == "COMMIT" && std::strcmp(PQcmdStatus(answer.get()), "COMMIT") != 0) {
        return failed(ErrorCode::kUnavailable, "the transaction was rolled back");
      }
      return std::vector<Row>();
    }
    if (status != PGRES_TUPLES_OK) {
      return failed(code_of(answer.get()), PQerrorMessage(connection_.get()));
    }
    const int count = PQntuples(answer.get());
    if (static_cast<std::size_t>(count) > kRowsMax) {
      return Error{ErrorCode::kOverLimit,
                   concat("database: ", count, " rows, the limit of one answer is ", kRowsMax)};
    }
    std::vector<Row> rows(static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      for (int column = 0; column < PQnfields(answer.get()); ++column) {
        append_cell(rows[static_cast<std::size_t>(i)], answer.get(), i, column);
      }
    }
    return rows;
  }

  Status scrub(std::span<const std::string_view> tables) override {
    for (const std::string_view table : tables) {
      PROVISO_TRY_DONE(run(concat("VACUUM FULL ", table), {}));
    }
    return Done{};
  }

 private:
  Connection connection_;
};

bool is_this_machine(std::string_view host) {
  return host.empty() || host.starts_with('/') || host == "localhost" || host == "::1" ||
         host.starts_with("127.");
}

// Secrets have no place in a setting, and rows none on a wire that anybody reads.
Status check_url(const std::string& url) {
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, FreeOptions> options(
      PQconninfoParse(url.c_str(), &message));
  if (options == nullptr) {
    PQfreemem(message);
    return Error{ErrorCode::kInvalidInput,
                 "database: libpq does not read the URL; write it as postgresql://USER@HOST/NAME"};
  }
  std::string host;
  std::string mode;
  bool has_password = false;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view name = option->keyword;
    const std::string value = option->val == nullptr ? "" : option->val;
    if (name == "host" || (name == "hostaddr" && !value.empty())) host = value;
    if (name == "sslmode") mode = value;
    has_password |= name == "password" && !value.empty();
  }
  if (has_password) {
    return Error{ErrorCode::kInvalidInput,
                 "database: the URL must not carry a password; put it into libpq's password file"};
  }
  if (!is_this_machine(host) && mode != "verify-full") {
    return Error{ErrorCode::kInvalidInput,
                 "database: over a network the server must be verified; add sslmode=verify-full"};
  }
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgresql(const std::string& url) {
  PROVISO_TRY_DONE(check_url(url));
  Connection connection(PQconnectdb(url.c_str()));
  if (PQstatus(connection.get()) != CONNECTION_OK) {
    return failed(ErrorCode::kUnavailable, PQerrorMessage(connection.get()));
  }
  // Errors come back as such; what else the server remarks is nothing for our error output.
  PQsetNoticeProcessor(connection.get(), [](void*, const char*) {}, nullptr);
  auto database = std::make_unique<Postgresql>(std::move(connection));
  for (const std::string_view setting : kSettings) PROVISO_TRY_DONE(database->run(setting, {}));
  PROVISO_TRY(const auto locked, database->run(kLockStatement, {}));
  if (integer_of(locked.front().front()) != 1) {
    return failed(ErrorCode::kUnavailable, "another process has the database open for writing");
  }
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace proviso::sql
