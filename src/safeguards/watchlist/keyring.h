#pragma once

// The keys of a list at rest: master key -> list key -> one key for each entry (docs/formats/
// keyring.md). Whoever lacks one of the three reads nothing.
//
//   master key   comes from outside (a sealed secret, a credential, another medium), never stored
//   list key     random; wrapped by the master key in a small file of its own: KeyFiles
//   entry keys   random; wrapped by the list key in rows beside the entries: KeyTable
//
// destroy() erases by forgetting: it makes a new list key, wraps the survivors' keys under it, has
// that durable, and then destroys the file of the old one. So copies of the database, of its log
// and of backups taken before hold nothing any more for the entries erased, with all that the
// machine has. The list key's number, its epoch, stands in the table: after a crash anywhere the
// table says which of the files counts, and the others are destroyed.
//
//   errors   kNotAuthorised  another master key
//            kCorrupt        a file or a row that does not open, or a table whose list key is gone
//            kUnavailable    a disk, a database, or guarded memory; what was begun is taken up
//                            again by the next call, or by opening
//   threads  thread-bound
// Lifetime: files and table outlive the keyring.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/sealed_bytes.h"
#include "base/crypto/secret.h"

namespace proviso::watchlist {

struct ListTag {
  static constexpr std::string_view kName = "list id";
};
using ListId = Id<ListTag>;

// Small files outside the database and outside every backup, one for each epoch: as a rule one.
class KeyFiles {
 public:
  KeyFiles() = default;
  KeyFiles(const KeyFiles&) = delete;
  KeyFiles& operator=(const KeyFiles&) = delete;
  KeyFiles(KeyFiles&&) = delete;
  KeyFiles& operator=(KeyFiles&&) = delete;
  virtual ~KeyFiles() = default;

  virtual Result<std::vector<std::uint64_t>> epochs() const = 0;  // In no order.
  virtual Result<std::string> read(std::uint64_t epoch) const = 0;
  // Durable with its name before it returns.
  virtual Status write(std::uint64_t epoch, std::string_view text) = 0;
  // Overwritten in place, then removed, each durable before it returns.
  virtual Status destroy(std::uint64_t epoch) = 0;
};

struct WrappedKey {
  std::string entry;  // An EntryId.
  std::vector<std::byte> wrapped;
};

// The rows of wrapped keys, and the epoch that all of them are under.
class KeyTable {
 public:
  KeyTable() = default;
  KeyTable(const KeyTable&) = delete;
  KeyTable& operator=(const KeyTable&) = delete;
  KeyTable(KeyTable&&) = delete;
  KeyTable& operator=(KeyTable&&) = delete;
  virtual ~KeyTable() = default;

  virtual Result<std::uint64_t> epoch() const = 0;  // 0 in a table that has none yet.
  virtual Result<std::vector<WrappedKey>> rows() const = 0;
  // All rows become `rows` under `epoch`, or nothing changes; whatever belongs to an entry without
  // a row goes with it. Durable, and gone from the database's own log, before it returns.
  virtual Status replace(std::span<const WrappedKey> rows, std::uint64_t epoch) = 0;
};

class Keyring {
 public:
  // A new list. Errors: kInvalidInput if there is a file, or the table has rows.
  static Result<Keyring> create(const ListId& list,
                                const crypto::Secret& master,
                                KeyFiles& files,
                                KeyTable& table);
  // Finishes or takes back what a crash left half done.
  // Errors: kNotFound if the table has no epoch.
  static Result<Keyring> open(const ListId& list,
                              const crypto::Secret& master,
                              KeyFiles& files,
                              KeyTable& table);

  struct EntryKey {
    crypto::Secret key;
    WrappedKey row;  // For the table.
  };
  Result<EntryKey> new_key(const EntryId& entry);
  Result<crypto::Secret> unwrap(const WrappedKey& row);
  // The same for many: into `key`. From several threads at once, while nobody changes the keyring.
  // PROVISO_CHECK: no error has left it open which list key counts.
  Status unwrap_into(const WrappedKey& row, crypto::Secret& key) const;

  // After it, nothing opens the keys of `entries`; ids without a row are passed over. Only when it
  // returns without an error has that been done.
  Status destroy(std::span<const EntryId> entries);

  const ListId& list() const { return list_; }
  std::uint64_t epoch() const { return epoch_; }

 private:
  Keyring(ListId list, crypto::Secret master, KeyFiles& files, KeyTable& table)
      : list_(std::move(list)), master_(std::move(master)), files_(&files), table_(&table) {}
  Status settle();
  Result<const crypto::Secret*> settled_key();
  Result<crypto::Secret> read_list_key(std::uint64_t epoch) const;
  Result<std::vector<WrappedKey>> rewrapped(std::span<const WrappedKey> rows,
                                            const crypto::Secret& next_key) const;

  ListId list_;
  crypto::Secret master_;
  KeyFiles* files_;
  KeyTable* table_;
  // Absent while it is not known which file counts.
  std::optional<crypto::Secret> list_key_;
  std::uint64_t epoch_ = 0;
};

}  // namespace proviso::watchlist
