#include "app/vault/tables.h"

#include <array>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

using sql::Cell;
using watchlist::WrappedKey;

constexpr std::string_view kSchema[] = {
    R"(CREATE TABLE IF NOT EXISTS vault_list (
         list TEXT PRIMARY KEY, epoch BIGINT NOT NULL, index_key BYTEA NOT NULL))",
    "CREATE TABLE IF NOT EXISTS vault_entry (entry TEXT PRIMARY KEY, wrapped BYTEA NOT NULL)",
    R"(CREATE TABLE IF NOT EXISTS vault_record (
         entry TEXT NOT NULL, kind TEXT NOT NULL, version BIGINT NOT NULL, sealed BYTEA NOT NULL,
         PRIMARY KEY (entry, kind)))",
    "CREATE TABLE IF NOT EXISTS vault_tombstone (mark TEXT PRIMARY KEY, sealed BYTEA NOT NULL)",
    "CREATE TABLE IF NOT EXISTS vault_erasure (entry TEXT PRIMARY KEY, reason TEXT NOT NULL)",
};
constexpr std::array<std::string_view, 4> kErasedFrom{
    "vault_entry", "vault_record", "vault_list", "vault_tombstone"};

Cell text(std::string_view value) {
  return Cell(std::in_place_type<std::string>, value);
}

}  // namespace

Result<std::vector<sql::Row>> Tables::run(std::string_view statement,
                                          const std::vector<Cell>& values) const {
  return database_->run(statement, values);
}

Status Tables::create(const sql::Blob& sealed_index_key) {
  PROVISO_TRY(auto transaction, sql::Transaction::begin(*database_));
  PROVISO_TRY_DONE(lay_out(sealed_index_key, 0));
  return transaction.commit();
}

Status Tables::lay_out(const sql::Blob& sealed_index_key, std::uint64_t epoch) {
  for (const std::string_view statement : kSchema) PROVISO_TRY_DONE(run(statement));
  PROVISO_TRY_DONE(
      run("INSERT INTO vault_list (list, epoch, index_key) VALUES ($1, $2, $3) "
          "ON CONFLICT (list) DO NOTHING",
          {text(list_), static_cast<std::int64_t>(epoch), sealed_index_key}));
  return Done{};
}

Result<bool> Tables::has_list() const {
  for (const std::string_view statement : kSchema) PROVISO_TRY_DONE(run(statement));
  PROVISO_TRY(const auto rows, run("SELECT list FROM vault_list WHERE list = $1", {text(list_)}));
  return !rows.empty();
}

Result<sql::Blob> Tables::index_key() const {
  PROVISO_TRY(const auto rows,
              run("SELECT index_key FROM vault_list WHERE list = $1", {text(list_)}));
  if (!rows.empty()) return sql::blob_of(rows.front().front());
  return Error{ErrorCode::kNotFound,
               concat("the database has no list ", in_quotes(list_), "; check its name")};
}

Result<std::uint64_t> Tables::epoch() const {
  PROVISO_TRY(const auto rows, run("SELECT epoch FROM vault_list WHERE list = $1", {text(list_)}));
  if (rows.empty()) return std::uint64_t{0};
  return static_cast<std::uint64_t>(sql::integer_of(rows.front().front()));
}

Result<std::vector<WrappedKey>> Tables::rows() const {
  PROVISO_TRY(const auto rows, run("SELECT entry, wrapped FROM vault_entry ORDER BY entry"));
  std::vector<WrappedKey> keys;
  keys.reserve(rows.size());
  for (const sql::Row& row : rows) {
    keys.push_back({.entry = sql::text_of(row[0]), .wrapped = sql::blob_of(row[1])});
  }
  return keys;
}

Status Tables::replace(std::span<const WrappedKey> rows, std::uint64_t epoch) {
  PROVISO_TRY(auto transaction, sql::Transaction::begin(*database_));
  PROVISO_TRY_DONE(run("DELETE FROM vault_entry"));
  for (const WrappedKey& row : rows) {
    PROVISO_TRY_DONE(run("INSERT INTO vault_entry (entry, wrapped) VALUES ($1, $2)",
                         {text(row.entry), row.wrapped}));
  }
  PROVISO_TRY_DONE(
      run("DELETE FROM vault_record WHERE entry NOT IN (SELECT entry FROM vault_entry)"));
  PROVISO_TRY_DONE(run("UPDATE vault_list SET epoch = $1 WHERE list = $2",
                       {static_cast<std::int64_t>(epoch), text(list_)}));
  PROVISO_TRY_DONE(transaction.commit());
  return scrub();
}

Result<std::optional<WrappedKey>> Tables::key_of(std::string_view entry) const {
  PROVISO_TRY(const auto rows,
              run("SELECT wrapped FROM vault_entry WHERE entry = $1", {text(entry)}));
  if (rows.empty()) return std::optional<WrappedKey>();
  return std::optional(
      WrappedKey{.entry = std::string(entry), .wrapped = sql::blob_of(rows.front().front())});
}

Status Tables::insert_record(std::string_view entry, const RecordRow& record) {
  PROVISO_TRY_DONE(
      run("INSERT INTO vault_record (entry, kind, version, sealed) VALUES ($1, $2, $3, $4)",
          {text(entry), text(record.kind), record.version, record.sealed}));
  return Done{};
}

Status Tables::put(std::span<const NewRows> entries) {
  if (entries.empty()) return Done{};
  PROVISO_TRY(auto transaction, sql::Transaction::begin(*database_));
  for (const auto& [key, records] : entries) {
    PROVISO_TRY_DONE(
        run("INSERT INTO vault_entry (entry, wrapped) VALUES ($1, $2) "
            "ON CONFLICT (entry) DO NOTHING",
            {text(key.entry), key.wrapped}));
    PROVISO_TRY_DONE(run("DELETE FROM vault_record WHERE entry = $1", {text(key.entry)}));
    for (const RecordRow& record : records) PROVISO_TRY_DONE(insert_record(key.entry, record));
  }
  return transaction.commit();
}

Status Tables::put_record(std::string_view entry, const RecordRow& record) {
  PROVISO_TRY_DONE(
      run("UPDATE vault_record SET version = $3, sealed = $4 WHERE entry = $1 AND kind = $2",
          {text(entry), text(record.kind), record.version, record.sealed}));
  return Done{};
}

Result<std::optional<RecordRow>> Tables::record(std::string_view entry,
                                                std::string_view kind) const {
  PROVISO_TRY(const auto rows,
              run("SELECT version, sealed FROM vault_record WHERE entry = $1 AND kind = $2",
                  {text(entry), text(kind)}));
  if (rows.empty()) return std::optional<RecordRow>();
  return std::optional(RecordRow{.kind = std::string(kind),
                                 .version = sql::integer_of(rows.front()[0]),
                                 .sealed = sql::blob_of(rows.front()[1])});
}

Status Tables::bury(std::span<const TombstoneRow> tombstones,
                    std::span<const ErasureRow> erasures) {
  PROVISO_TRY(auto transaction, sql::Transaction::begin(*database_));
  for (const TombstoneRow& row : tombstones) {
    PROVISO_TRY_DONE(
        run("INSERT INTO vault_tombstone (mark, sealed) VALUES ($1, $2) "
            "ON CONFLICT (mark) DO UPDATE SET sealed = excluded.sealed",
            {text(row.mark), row.sealed}));
  }
  for (const ErasureRow& row : erasures) PROVISO_TRY_DONE(add_erasure(row));
  return transaction.commit();
}

Result<std::optional<sql::Blob>> Tables::tombstone(std::string_view mark) const {
  PROVISO_TRY(const auto rows,
              run("SELECT sealed FROM vault_tombstone WHERE mark = $1", {text(mark)}));
  if (rows.empty()) return std::optional<sql::Blob>();
  return std::optional(sql::blob_of(rows.front().front()));
}

Result<std::vector<ErasureRow>> Tables::erasures() const {
  PROVISO_TRY(const auto rows, run("SELECT entry, reason FROM vault_erasure ORDER BY entry"));
  std::vector<ErasureRow> found;
  for (const sql::Row& row : rows) {
    found.push_back({.entry = sql::text_of(row[0]), .reason = sql::text_of(row[1])});
  }
  return found;
}

Status Tables::finish_erasures() {
  PROVISO_TRY_DONE(run("DELETE FROM vault_erasure"));
  return Done{};
}

Result<std::int64_t> Tables::rows_under_erasure() const {
  std::int64_t count = 0;
  for (const std::string_view table : {"vault_entry", "vault_record"}) {
    PROVISO_TRY(
        const auto rows,
        run(concat(
            "SELECT count(*) FROM ", table, " WHERE entry IN (SELECT entry FROM vault_erasure)")));
    count += sql::integer_of(rows.front().front());
  }
  return count;
}

Result<std::vector<TombstoneRow>> Tables::tombstones() const {
  PROVISO_TRY(const auto rows, run("SELECT mark, sealed FROM vault_tombstone ORDER BY mark"));
  std::vector<TombstoneRow> found;
  found.reserve(rows.size());
  for (const sql::Row& row : rows) {
    found.push_back({.mark = sql::text_of(row[0]), .sealed = sql::blob_of(row[1])});
  }
  return found;
}

Result<std::vector<std::string>> Tables::kinds_of(std::string_view entry) const {
  PROVISO_TRY(const auto rows,
              run("SELECT kind FROM vault_record WHERE entry = $1 "
                  "ORDER BY CASE WHEN kind = 'note' THEN 0 ELSE 1 END, kind",
                  {text(entry)}));
  std::vector<std::string> kinds;
  for (const sql::Row& row : rows) kinds.push_back(sql::text_of(row[0]));
  return kinds;
}

Status Tables::put_key(const WrappedKey& key) {
  PROVISO_TRY_DONE(
      run("INSERT INTO vault_entry (entry, wrapped) VALUES ($1, $2) "
          "ON CONFLICT (entry) DO UPDATE SET wrapped = excluded.wrapped",
          {text(key.entry), key.wrapped}));
  return Done{};
}

Status Tables::drop_records(std::string_view entry) {
  PROVISO_TRY_DONE(run("DELETE FROM vault_record WHERE entry = $1", {text(entry)}));
  return Done{};
}

Status Tables::add_tombstone(const TombstoneRow& row) {
  PROVISO_TRY_DONE(run(
      "INSERT INTO vault_tombstone (mark, sealed) VALUES ($1, $2) ON CONFLICT (mark) DO NOTHING",
      {text(row.mark), row.sealed}));
  return Done{};
}

Status Tables::add_erasure(const ErasureRow& row) {
  PROVISO_TRY_DONE(run("INSERT INTO vault_erasure (entry, reason) VALUES ($1, $2)",
                       {text(row.entry), text(row.reason)}));
  return Done{};
}

Status Tables::scrub() {
  return database_->scrub(kErasedFrom);
}

}  // namespace proviso::vault
