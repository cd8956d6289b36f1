// A restore: which list key counts, then one transaction, then whatever that left to erase.

#include <algorithm>
#include <utility>

#include "app/vault/merge.h"
#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::vault {
namespace {

// Shows one of the files alone: none is destroyed before what is restored is durable.
class OneKeyFile final : public watchlist::KeyFiles {
 public:
  OneKeyFile(const watchlist::KeyFiles& files, std::uint64_t epoch)
      : files_(files), epoch_(epoch) {}

  Result<std::vector<std::uint64_t>> epochs() const override { return std::vector{epoch_}; }
  Result<std::string> read(std::uint64_t epoch) const override { return files_.read(epoch); }
  Status write(std::uint64_t /*epoch*/, std::string_view /*text*/) override { return refused(); }
  Status destroy(std::uint64_t /*epoch*/) override { return refused(); }

 private:
  static Status refused() {
    return Error{ErrorCode::kUnavailable, "a restore makes and destroys no list key"};
  }
  const watchlist::KeyFiles& files_;
  std::uint64_t epoch_;
};

Error another_vaults() {
  return Error{ErrorCode::kNotAuthorised,
               "vault: the backup is another vault's: its index key is not this one's; name a "
               "backup of this vault"};
}

Result<std::uint64_t> kept_epoch(std::span<const std::byte> kept) {
  if (kept.empty()) return std::uint64_t{0};
  BackupReader reader([&](std::span<std::byte> into) -> Status {
    if (into.size() > kept.size()) {
      return Error{ErrorCode::kCorrupt, "vault: the keys that were kept end too early"};
    }
    std::ranges::copy(kept.first(into.size()), into.begin());
    kept = kept.subspan(into.size());
    return Done{};
  });
  PROVISO_TRY(const auto head, reader.read_head());
  return head.epoch;
}

// Of a database that was lost: under which list key its rows were. While an erasure is under way
// there are two files, and what was kept or backed up last says which.
Result<std::uint64_t> epoch_of(const watchlist::KeyFiles& files,
                               std::uint64_t kept,
                               std::uint64_t backed_up) {
  PROVISO_TRY(const auto epochs, files.epochs());
  for (const std::uint64_t wanted : {kept, backed_up}) {
    if (std::ranges::find(epochs, wanted) != epochs.end()) return wanted;
  }
  if (!epochs.empty()) return *std::ranges::max_element(epochs);
  return Error{ErrorCode::kCorrupt,
               concat("vault: a backup opens with the list key alone, and its folder has no file "
                      "of one; the backup is of epoch ",
                      backed_up,
                      ". Check that the medium of the keys is there")};
}

}  // namespace

Result<Restored> Vault::restore(const watchlist::ListId& list,
                                const crypto::Secret& master,
                                const Parts& parts,
                                const Restoring& from,
                                WallTime now) {
  BackupReader reader(from.backup);
  PROVISO_TRY(const auto head, reader.read_head());
  PROVISO_TRY(const auto index_key, reader.next());
  if (head.list != list.text() || index_key.kind != FrameKind::kIndexKey ||
      !crypto::open(master, index_key_context(list), index_key.sealed)) {
    return another_vaults();
  }
  Tables tables(parts.database, list.text());
  PROVISO_TRY(const bool has_list, tables.has_list());
  if (has_list) PROVISO_TRY_DONE(open(list, master, parts, now));  // Ends what a crash left.

  PROVISO_TRY(auto transaction, sql::Transaction::begin(parts.database));
  if (!has_list) {
    PROVISO_TRY(const auto kept, kept_epoch(from.kept));
    PROVISO_TRY(const auto epoch, epoch_of(parts.key_files, kept, head.epoch));
    PROVISO_TRY_DONE(tables.lay_out(index_key.sealed, epoch));
  }
  PROVISO_TRY(const auto own_index_key, tables.index_key());
  if (own_index_key != index_key.sealed) return another_vaults();
  PROVISO_TRY(const auto epoch, tables.epoch());
  OneKeyFile key_file(parts.key_files, epoch);
  PROVISO_TRY(const auto state,
              State::unlock(list,
                            master,
                            {.database = parts.database,
                             .key_files = key_file,
                             .record = parts.record,
                             .withdraw = parts.withdraw,
                             .keep = parts.keep}));
  Merge merge(*state, parts.database, from, now);
  PROVISO_TRY_DONE(merge.take_kept());
  PROVISO_TRY_DONE(merge.take(reader));
  PROVISO_TRY_DONE(from.finished());
  PROVISO_TRY_DONE(merge.settle());
  Restored restored = merge.restored();
  restored.made_at = head.at;
  PROVISO_TRY_DONE(state->act("vault_restored",
                              {{"backup", crypto::to_hex(restored.digest)},
                               {"entries", static_cast<std::int64_t>(restored.entries)},
                               {"officer", from.officer}}));
  PROVISO_TRY_DONE(transaction.commit());
  PROVISO_TRY_DONE(open(list, master, parts, now));
  return restored;
}

}  // namespace proviso::vault
