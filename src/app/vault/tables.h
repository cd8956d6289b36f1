#pragma once

// The vault's tables (docs/formats/vault.md) as statements that both databases take. It sees ids
// and sealed bytes only.
//
// Errors: those of sql::Database. Threads: as sql::Database, which outlives it.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/sql/database.h"
#include "safeguards/watchlist/keyring.h"

namespace proviso::vault {

struct RecordRow {
  std::string kind;
  std::int64_t version = 0;
  sql::Blob sealed;
};
// What an entry becomes.
struct NewRows {
  watchlist::WrappedKey key;
  std::vector<RecordRow> records;
};
struct TombstoneRow {
  std::string mark;
  sql::Blob sealed;
};
// An entry that is being erased: written with its tombstones, removed when that is recorded.
struct ErasureRow {
  std::string entry;
  std::string reason;
};

class Tables final : public watchlist::KeyTable {
 public:
  Tables(sql::Database& database, std::string list)
      : database_(&database), list_(std::move(list)) {}

  // Leaves what is there as it is.
  Status create(const sql::Blob& sealed_index_key);
  // The same within the caller's transaction, as for all below that say so.
  Status lay_out(const sql::Blob& sealed_index_key, std::uint64_t epoch);
  // Makes the tables where there are none.
  Result<bool> has_list() const;
  // Errors: kNotFound if the database has not this list.
  Result<sql::Blob> index_key() const;

  Result<std::uint64_t> epoch() const override;
  Result<std::vector<watchlist::WrappedKey>> rows() const override;
  Status replace(std::span<const watchlist::WrappedKey> rows, std::uint64_t epoch) override;

  Result<std::optional<watchlist::WrappedKey>> key_of(std::string_view entry) const;
  // The entries' records become these; their keys, where they are new. All or none.
  Status put(std::span<const NewRows> entries);
  Status put_record(std::string_view entry, const RecordRow& record);
  Result<std::optional<RecordRow>> record(std::string_view entry, std::string_view kind) const;

  Status bury(std::span<const TombstoneRow> tombstones, std::span<const ErasureRow> erasures);
  Result<std::optional<sql::Blob>> tombstone(std::string_view mark) const;
  Result<std::vector<ErasureRow>> erasures() const;
  Status finish_erasures();
  // Rows of the entries under erasure, over every table that could hold one.
  Result<std::int64_t> rows_under_erasure() const;

  // For backups. A record's kinds have the note first.
  Result<std::vector<TombstoneRow>> tombstones() const;
  Result<std::vector<std::string>> kinds_of(std::string_view entry) const;
  // Within the caller's transaction: a key takes the place of the one that is there, a tombstone
  // does not.
  Status put_key(const watchlist::WrappedKey& key);
  Status drop_records(std::string_view entry);
  Status insert_record(std::string_view entry, const RecordRow& record);
  Status add_tombstone(const TombstoneRow& row);
  Status add_erasure(const ErasureRow& row);
  Status scrub();

 private:
  Result<std::vector<sql::Row>> run(std::string_view statement,
                                    const std::vector<sql::Cell>& values = {}) const;

  sql::Database* database_;
  std::string list_;
};

}  // namespace proviso::vault
