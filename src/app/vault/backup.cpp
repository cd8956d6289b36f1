// What goes into a backup: rows as they stand, nothing opened.

#include <algorithm>
#include <iterator>
#include <utility>

#include "app/vault/vault_state.h"

namespace proviso::vault {
namespace {

using watchlist::WrappedKey;

Status write_records(const Tables& tables, std::string_view entry, BackupWriter& writer) {
  PROVISO_TRY(const auto kinds, tables.kinds_of(entry));
  for (const std::string& kind : kinds) {
    PROVISO_TRY(auto found, tables.record(entry, kind));
    if (!found) continue;
    PROVISO_TRY_DONE(writer.write({.kind = FrameKind::kRecord,
                                   .name = kind,
                                   .version = found->version,
                                   .sealed = std::move(found->sealed)}));
  }
  return Done{};
}

}  // namespace

Result<BackedUp> Vault::State::write_rows(const Sink& sink, Extent extent, WallTime now) {
  BackupWriter writer(sink);
  PROVISO_TRY_DONE(
      writer.write({.at = now, .epoch = keyring.epoch(), .list = keyring.list().text()}));
  PROVISO_TRY(auto index_key, tables.index_key());
  PROVISO_TRY_DONE(writer.write(
      {.kind = FrameKind::kIndexKey, .name = {}, .version = 0, .sealed = std::move(index_key)}));
  PROVISO_TRY(auto buried, tables.tombstones());
  for (TombstoneRow& row : buried) {
    PROVISO_TRY_DONE(writer.write({.kind = FrameKind::kTombstone,
                                   .name = std::move(row.mark),
                                   .version = 0,
                                   .sealed = std::move(row.sealed)}));
  }
  PROVISO_TRY(auto keys, tables.rows());
  for (WrappedKey& row : keys) {
    PROVISO_TRY_DONE(writer.write({.kind = FrameKind::kKey,
                                   .name = row.entry,
                                   .version = 0,
                                   .sealed = std::move(row.wrapped)}));
    if (extent == Extent::kAll) PROVISO_TRY_DONE(write_records(tables, row.entry, writer));
  }
  PROVISO_TRY(const auto digest, writer.finish());
  return BackedUp{.digest = digest, .entries = keys.size()};
}

Status Vault::State::keep_keys(WallTime now) {
  std::vector<std::byte> bytes;
  const auto sink = [&](std::span<const std::byte> more) -> Status {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return Done{};
  };
  PROVISO_TRY_DONE(write_rows(sink, Extent::kKeys, now));
  return keep(bytes);
}

Result<BackedUp> Vault::back_up(const Sink& sink, std::string_view officer, WallTime now) {
  PROVISO_TRY_DONE(state_->finish(now));
  PROVISO_TRY(const auto done, state_->write_rows(sink, State::Extent::kAll, now));
  PROVISO_TRY_DONE(state_->act("vault_backed_up",
                               {{"backup", crypto::to_hex(done.digest)},
                                {"entries", static_cast<std::int64_t>(done.entries)},
                                {"officer", std::string(officer)}}));
  return done;
}

Result<bool> Vault::State::is_whole(const WrappedKey& row) {
  // A part that does not open makes it no error; a disk that does not answer does.
  const auto opens = [](const auto& part) -> Result<bool> {
    if (!part && part.error().code == ErrorCode::kUnavailable) return part.error();
    return part.has_value();
  };
  const auto stored = read(row);
  PROVISO_TRY(bool is_so, opens(stored));
  if (!is_so) return false;
  PROVISO_TRY(is_so, opens(template_of(stored.value())));
  if (!is_so) return false;
  PROVISO_TRY(is_so, opens(bytes_of(stored.value(), kThumbnail)));
  for (const auto& image : stored.value().entry.images) {
    if (!is_so) return false;
    PROVISO_TRY(is_so, opens(bytes_of(stored.value(), image_kind(image.digest))));
  }
  return is_so;
}

}  // namespace proviso::vault
