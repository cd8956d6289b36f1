#pragma once

// How the rows of a backup come into a vault, within one transaction: for restore.cpp alone.
//
//   key        of an entry: the site's own, where it opens; else the backup's. Both are worth
//              something under the list key of today only
//   taken      records of whoever is lost or damaged here, or stands in a lower revision
//   left out   whoever has a tombstone, or no key, or records that do not open. Whom runs were told
//              to forget, and whose erasure the loss of the rows has broken off, is erased again
//
// Errors and threads: as vault.h.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/vault/backup_format.h"
#include "app/vault/vault_state.h"

namespace proviso::vault {

class Vault::Merge {
 public:
  Merge(State& state, sql::Database& database, const Restoring& from, WallTime now)
      : state_(state), database_(database), from_(from), now_(now) {}

  // The keys that were kept at the last erasure, and its tombstones.
  Status take_kept();
  // What follows the index key, to the end.
  Status take(BackupReader& reader);
  // What is to be erased again, tombstones that are lost, and keys without a record.
  Status settle();

  const Restored& restored() const { return restored_; }

 private:
  // The entry whose records come.
  struct Current {
    watchlist::WrappedKey row;
    std::optional<crypto::Secret> key;
    std::optional<watchlist::Entry> entry;  // Once its note has come.
    std::set<std::string> missing;          // Kinds.
    bool is_taken = false;                  // A savepoint stands.
    std::string why_not;                    // It is left out.
  };
  struct Burial {
    watchlist::WrappedKey row;
    Trace trace;
    std::optional<watchlist::Entry> entry;
  };

  bool is_withdrawn(std::string_view entry) const;
  Status take_tombstone(Frame frame);
  Status take_kept_key(Frame frame);
  Status begin(Frame frame);
  Status end();
  Status take_record(Frame frame);
  Status take_note(Current& current, const Frame& frame, const crypto::Secret& plain);
  Result<bool> stands(std::string_view entry, std::int64_t version);
  Trace trace_of(std::string_view entry) const;
  // `read` where its note opens.
  struct Read {
    const watchlist::Entry& entry;
    const StoredNote& note;
  };
  void plan_burial(const watchlist::WrappedKey& row, const Read* read);
  Status run(std::string_view statement) const;

  State& state_;
  sql::Database& database_;
  const Restoring& from_;
  WallTime now_;
  std::unique_ptr<Current> current_;  // Null before the first entry.
  std::map<std::string, Burial> burials_;
  Restored restored_;
};

}  // namespace proviso::vault
