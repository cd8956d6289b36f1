#include "app/vault/merge.h"

#include <utility>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

using watchlist::WrappedKey;

Error out_of_order(std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("vault backup: ", what, "; take another copy of it, or another backup")};
}

std::string no_key(std::uint64_t epoch) {
  return concat("no key opens it under the list key of today, of epoch ",
                epoch,
                ": it was erased, or its key went with an erasure and was not kept");
}

}  // namespace

Status Vault::Merge::run(std::string_view statement) const {
  PROVISO_TRY_DONE(database_.run(statement));
  return Done{};
}

bool Vault::Merge::is_withdrawn(std::string_view entry) const {
  const auto id = EntryId::parse(entry);
  return id && from_.withdrawn.contains(id.value());
}

Trace Vault::Merge::trace_of(std::string_view entry) const {
  return {.entry = std::string(entry),
          .category = "unknown",
          .active_from = {},
          .until = now_,
          .reason = "erased-before"};
}

void Vault::Merge::plan_burial(const WrappedKey& row, const Read* read) {
  Burial burial{.row = row, .trace = trace_of(row.entry), .entry = {}};
  if (read != nullptr) {
    burial.trace.category = read->entry.category;
    burial.trace.active_from = read->note.activated_at;
    burial.entry = read->entry;
  }
  burials_.insert_or_assign(row.entry, std::move(burial));
}

// One that does not open is another's, or nobody's.
Status Vault::Merge::take_tombstone(Frame frame) {
  if (!state_.tombstones.opens({.mark = frame.name, .sealed = frame.sealed})) {
    return out_of_order("a tombstone of it does not open");
  }
  return state_.tables.add_tombstone(
      {.mark = std::move(frame.name), .sealed = std::move(frame.sealed)});
}

Status Vault::Merge::take_kept_key(Frame frame) {
  const WrappedKey row{.entry = std::move(frame.name), .wrapped = std::move(frame.sealed)};
  PROVISO_TRY(const auto own, state_.tables.key_of(row.entry));
  PROVISO_TRY(const auto erased, state_.tombstones.find_entry(state_.tables, row.entry));
  if (erased || (own && state_.keyring.unwrap(*own)) || !state_.keyring.unwrap(row)) return Done{};
  if (is_withdrawn(row.entry)) plan_burial(row, nullptr);
  return state_.tables.put_key(row);
}

Status Vault::Merge::take_kept() {
  if (from_.kept.empty()) return Done{};
  std::span<const std::byte> left = from_.kept;
  BackupReader reader([&](std::span<std::byte> into) -> Status {
    if (into.size() > left.size()) return out_of_order("the keys that were kept end too early");
    std::ranges::copy(left.first(into.size()), into.begin());
    left = left.subspan(into.size());
    return Done{};
  });
  PROVISO_TRY_DONE(reader.read_head());
  while (true) {
    PROVISO_TRY(auto frame, reader.next());
    if (frame.kind == FrameKind::kEnd) return Done{};
    if (frame.kind == FrameKind::kTombstone) {
      PROVISO_TRY_DONE(take_tombstone(std::move(frame)));
    } else if (frame.kind == FrameKind::kKey) {
      PROVISO_TRY_DONE(take_kept_key(std::move(frame)));
    }
  }
}

Status Vault::Merge::take(BackupReader& reader) {
  while (true) {
    PROVISO_TRY(auto frame, reader.next());
    switch (frame.kind) {
      case FrameKind::kIndexKey: return out_of_order("it has a second index key");
      case FrameKind::kTombstone:
        if (current_) return out_of_order("a tombstone comes after an entry");
        PROVISO_TRY_DONE(take_tombstone(std::move(frame)));
        break;
      case FrameKind::kKey:
        PROVISO_TRY_DONE(end());
        PROVISO_TRY_DONE(begin(std::move(frame)));
        break;
      case FrameKind::kRecord: PROVISO_TRY_DONE(take_record(std::move(frame))); break;
      case FrameKind::kEnd: restored_.digest = reader.digest(); return end();
    }
  }
}

Status Vault::Merge::begin(Frame frame) {
  if (!EntryId::parse(frame.name)) return out_of_order("an entry of it has no id");
  current_ = std::make_unique<Current>();
  current_->row = {.entry = std::move(frame.name), .wrapped = std::move(frame.sealed)};
  PROVISO_TRY(const auto erased, state_.tombstones.find_entry(state_.tables, current_->row.entry));
  if (erased) {
    current_->why_not =
        concat("it was erased at ", to_rfc3339(erased->until), ": ", erased->reason);
    return Done{};
  }
  PROVISO_TRY(const auto own, state_.tables.key_of(current_->row.entry));
  if (own) {
    if (auto key = state_.keyring.unwrap(*own)) {
      current_->key = std::move(key).value();
      current_->row = *own;
      return Done{};
    }
  }
  if (auto key = state_.keyring.unwrap(current_->row)) {
    current_->key = std::move(key).value();
  } else {
    current_->why_not = no_key(state_.keyring.epoch());
  }
  return Done{};
}

Status Vault::Merge::take_record(Frame frame) {
  if (!current_) return out_of_order("a record of it belongs to no entry");
  Current& current = *current_;
  if (!current.why_not.empty() || !current.key) return Done{};
  const std::string& id = current.row.entry;
  const auto plain =
      crypto::open(*current.key, state_.context(id, frame.name, frame.version), frame.sealed);
  if (!plain && plain.error().code == ErrorCode::kUnavailable) return plain.error();
  if (!plain) {
    current.why_not = concat("its record ", in_quotes(frame.name), " does not open");
  } else if (!current.entry) {
    PROVISO_TRY_DONE(take_note(current, frame, plain.value()));
  } else if (current.entry->revision != frame.version || current.missing.erase(frame.name) == 0) {
    current.why_not = concat("its record ", in_quotes(frame.name), " is not of its note");
  }
  if (!current.why_not.empty() || !current.is_taken) return Done{};
  return state_.tables.insert_record(
      id,
      {.kind = std::move(frame.name), .version = frame.version, .sealed = std::move(frame.sealed)});
}

Status Vault::Merge::take_note(Current& current, const Frame& frame, const crypto::Secret& plain) {
  const auto stored = frame.name == kNote
                          ? parse_stored_note(plain.text())
                          : Result<StoredNote>(out_of_order("an entry begins without its note"));
  const auto note = stored ? note::Note::parse(stored.value().note) : stored.error();
  auto parsed = note ? watchlist::parse_entry(note.value().text) : note.error();
  if (!parsed) {
    current.why_not = parsed.error().message;
    return Done{};
  }
  const watchlist::Entry& entry = current.entry.emplace(std::move(parsed).value());
  if (entry.id != current.row.entry || entry.revision != frame.version) {
    current.why_not = "its note is another entry's";
    return Done{};
  }
  if (is_withdrawn(entry.id)) {
    const Read read{.entry = entry, .note = stored.value()};
    plan_burial(current.row, &read);
    current.why_not = "runs were told to forget it, so its erasure is ended now";
    return Done{};
  }
  current.missing = {std::string(kTemplate), std::string(kThumbnail)};
  for (const auto& image : entry.images) current.missing.insert(image_kind(image.digest));
  PROVISO_TRY(const bool has_it, stands(entry.id, frame.version));
  if (has_it) return Done{};
  PROVISO_TRY_DONE(run("SAVEPOINT entry"));
  current.is_taken = true;
  PROVISO_TRY_DONE(state_.tables.put_key(current.row));
  return state_.tables.drop_records(entry.id);
}

// A higher revision stays even where it is damaged: the lower one was to go.
Result<bool> Vault::Merge::stands(std::string_view entry, std::int64_t version) {
  PROVISO_TRY(const auto row, state_.tables.key_of(entry));
  PROVISO_TRY(const auto note, state_.tables.record(entry, kNote));
  if (!row || !note || note->version < version) return false;
  if (note->version > version) return true;
  return state_.is_whole(*row);
}

Status Vault::Merge::end() {
  if (!current_) return Done{};
  const auto ending = std::move(current_);
  Current& ended = *ending;
  if (ended.why_not.empty() && !ended.entry) ended.why_not = "the backup has no record of it";
  if (ended.why_not.empty() && !ended.missing.empty()) {
    ended.why_not = concat("the backup lacks its record ", *ended.missing.begin());
  }
  const bool is_left_out = !ended.why_not.empty();
  if (ended.is_taken) {
    if (is_left_out) PROVISO_TRY_DONE(run("ROLLBACK TO SAVEPOINT entry"));
    PROVISO_TRY_DONE(run("RELEASE SAVEPOINT entry"));
  }
  if (is_left_out) {
    restored_.left_out.push_back({.entry = ended.row.entry, .reason = std::move(ended.why_not)});
  } else {
    ++(ended.is_taken ? restored_.entries : restored_.stayed);
  }
  return Done{};
}

Status Vault::Merge::settle() {
  for (const auto& [entry, burial] : burials_) {
    PROVISO_TRY_DONE(state_.tables.put_key(burial.row));
    const watchlist::Entry* const read = burial.entry ? &*burial.entry : nullptr;
    for (const TombstoneRow& row : state_.tombstones.of(burial.trace, read)) {
      PROVISO_TRY_DONE(state_.tables.add_tombstone(row));
    }
    PROVISO_TRY_DONE(state_.tables.add_erasure({.entry = entry, .reason = burial.trace.reason}));
  }
  // Whose tombstone was lost with the rows: the id stays out.
  for (const EntryId& id : from_.withdrawn) {
    PROVISO_TRY(const auto known, state_.tombstones.find_entry(state_.tables, id.text()));
    if (known) continue;
    for (const TombstoneRow& row : state_.tombstones.of(trace_of(id.text()), nullptr)) {
      PROVISO_TRY_DONE(state_.tables.add_tombstone(row));
    }
  }
  PROVISO_TRY(const auto rows, state_.tables.rows());
  for (const WrappedKey& row : rows) {
    PROVISO_TRY(const auto kinds, state_.tables.kinds_of(row.entry));
    if (!kinds.empty() || burials_.contains(row.entry)) continue;
    restored_.left_out.push_back(
        {.entry = row.entry,
         .reason = "its key is here, and this backup has no record of it: restore a newer one"});
  }
  return Done{};
}

}  // namespace proviso::vault
