#pragma once

// For tests: copies of what a database held at some time, and how much of it opens with the key
// files that the machine still has. Knows the formats, and is bound to none of the vault's order.
//
// Threads: values.

#include <map>
#include <string>
#include <vector>

#include "app/vault/vault_tool.h"
#include "safeguards/watchlist/keyring_tool.h"

namespace proviso::vault {

struct StolenRows {
  std::uint64_t epoch = 0;
  std::vector<watchlist::WrappedKey> keys;
  std::map<std::string, sql::Blob> notes;  // By entry; all of revision 1.
};

inline StolenRows steal(sql::Database& database) {
  StolenRows stolen;
  stolen.epoch = static_cast<std::uint64_t>(
      sql::integer_of(database.run("SELECT epoch FROM vault_list").value()[0][0]));
  const auto keys = database.run("SELECT entry, wrapped FROM vault_entry").value();
  for (const auto& row : keys) {
    stolen.keys.push_back({.entry = sql::text_of(row[0]), .wrapped = sql::blob_of(row[1])});
  }
  const auto notes =
      database.run("SELECT entry, sealed FROM vault_record WHERE kind = 'note'").value();
  for (const auto& row : notes) stolen.notes[sql::text_of(row[0])] = sql::blob_of(row[1]);
  return stolen;
}

inline std::vector<std::string> texts_of(const watchlist::KeyFiles& files) {
  std::vector<std::string> texts;
  const auto epochs = files.epochs();
  for (const std::uint64_t epoch : epochs.value()) {
    texts.push_back(files.read(epoch).value());
  }
  return texts;
}

// The ids whose note opens with any of the key files, each tried as that of the rows' epoch, with
// the master key at hand.
inline std::vector<std::string> opened(const StolenRows& stolen,
                                       const std::vector<std::string>& key_files,
                                       const watchlist::ListId& list,
                                       const crypto::Secret& master) {
  std::vector<std::string> ids;
  for (const std::string& text : key_files) {
    watchlist::FaultPlan none;
    watchlist::MemoryKeyFiles files(none);
    watchlist::MemoryKeyTable table(none);
    files.files = {{stolen.epoch, text}};
    table.wrapped = stolen.keys;
    table.current = stolen.epoch;
    auto keyring = watchlist::Keyring::open(list, master, files, table);
    if (!keyring) continue;
    for (const auto& row : stolen.keys) {
      const auto key = keyring.value().unwrap(row);
      const auto note = stolen.notes.find(row.entry);
      if (!key || note == stolen.notes.end()) continue;
      const std::string context =
          concat("proviso/record/v1 ", list.text(), ' ', row.entry, " note 1");
      if (crypto::open(key.value(), context, note->second)) ids.push_back(row.entry);
    }
  }
  return ids;
}

}  // namespace proviso::vault
