#include "app/vault/vault.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>
#include <set>
#include <utility>

#include "app/vault/stored_note.h"
#include "app/vault/tables.h"
#include "app/vault/tombstones.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/crypto/sealed_bytes.h"
#include "base/json/json.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/watchlist/entry_rules.h"

namespace proviso::vault {
namespace {

using watchlist::ApprovedEntry;
using watchlist::Entry;
using watchlist::Keyring;
using watchlist::WrappedKey;

constexpr std::string_view kNote = "note";
constexpr std::string_view kTemplate = "template";
constexpr std::size_t kReasonBytesMax = 64;

static_assert(std::endian::native == std::endian::little, "templates are stored little-endian");

std::string image_kind(const crypto::Digest& digest) {
  return concat("image.", crypto::to_hex(digest));
}

std::string index_key_context(const watchlist::ListId& list) {
  return concat("proviso/index-key/v1 ", list.text());
}

Error refused(std::string_view entry, std::string_view why, std::string_view next) {
  return Error{ErrorCode::kNotAuthorised,
               concat("entry ", in_quotes(entry), ": ", why, "; ", next)};
}

Error no_such_entry(std::string_view entry) {
  return Error{ErrorCode::kNotFound,
               concat("the vault has no entry ", in_quotes(entry), "; check its id")};
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kReasonBytesMax &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
}

Status check_images(const Entry& entry, const Request& request) {
  const auto refuse = [&](std::string_view why) {
    return Error{ErrorCode::kInvalidInput,
                 concat("entry ", in_quotes(entry.id), ": ", why, "; give the files as listed")};
  };
  if (request.images.size() != entry.images.size()) {
    return refuse(
        concat("it lists ", entry.images.size(), " images, and ", request.images.size(), " came"));
  }
  for (std::size_t i = 0; i < request.images.size(); ++i) {
    const auto& bytes = request.images[i];
    if (bytes.empty() || bytes.size() > kImageBytesMax) {
      return refuse(concat("an image has 1 to ", kImageBytesMax, " bytes, found ", bytes.size()));
    }
    if (crypto::sha256(bytes) != entry.images[i].digest) {
      return refuse(concat("image ", i, " has another sha256 than it lists"));
    }
  }
  return Done{};
}

std::string certificate_text(std::string_view list,
                             std::span<const ErasureRow> erasures,
                             std::uint64_t epoch,
                             WallTime at) {
  Value::Array entries;
  for (const ErasureRow& row : erasures) {
    entries.push_back(Value::Object{{"entry", row.entry}, {"reason", row.reason}});
  }
  return json::to_canonical(Value::Object{{"at", to_rfc3339(at)},
                                          {"entries", std::move(entries)},
                                          {"epoch", static_cast<std::int64_t>(epoch)},
                                          {"format", "proviso/deletion/v1"},
                                          {"list", list}});
}

}  // namespace

struct Vault::State {
  // What stands of an entry: its key, the version of its records and the note.
  struct Stored {
    WrappedKey row;
    crypto::Secret key;
    std::int64_t version = 0;
    StoredNote note;
    Entry entry;
  };

  std::unique_ptr<Tables> owned_tables;  // The keyring has its address.
  Tables& tables;
  Tombstones tombstones;
  Keyring keyring;
  Record record;

  std::string context(std::string_view entry, std::string_view kind, std::int64_t version) const {
    return concat("proviso/record/v1 ", keyring.list().text(), ' ', entry, ' ', kind, ' ', version);
  }
  RecordRow sealed(const Stored& stored,
                   std::string_view kind,
                   std::span<const std::byte> plain) const {
    return {
        .kind = std::string(kind),
        .version = stored.version,
        .sealed = crypto::seal(stored.key, context(stored.row.entry, kind, stored.version), plain)};
  }
  RecordRow sealed_note(const Stored& stored) const {
    const std::string text = to_text(stored.note);
    return sealed(stored, kNote, std::as_bytes(std::span(text)));
  }
  Result<crypto::Secret> opened(const WrappedKey& row,
                                const crypto::Secret& key,
                                std::string_view kind,
                                std::int64_t version) const {
    PROVISO_TRY(const auto found, tables.record(row.entry, kind));
    if (!found || found->version != version) {
      return Error{ErrorCode::kCorrupt,
                   concat("entry ",
                          in_quotes(row.entry),
                          ": its record ",
                          kind,
                          " is gone or of another version; restore the site from a backup")};
    }
    return crypto::open(key, context(row.entry, kind, version), found->sealed);
  }

  Result<Stored> read(const WrappedKey& row) {
    PROVISO_TRY(auto key, keyring.unwrap(row));
    PROVISO_TRY(const auto found, tables.record(row.entry, kNote));
    const std::int64_t version = found ? found->version : 0;
    PROVISO_TRY(const auto plain, opened(row, key, kNote, version));
    PROVISO_TRY(auto note, parse_stored_note(plain.text()));
    PROVISO_TRY(const auto parsed, note::Note::parse(note.note));
    PROVISO_TRY(auto entry, watchlist::parse_entry(parsed.text));
    return Stored{.row = row,
                  .key = std::move(key),
                  .version = version,
                  .note = std::move(note),
                  .entry = std::move(entry)};
  }
  Result<std::optional<Stored>> find(std::string_view entry) {
    PROVISO_TRY(const auto row, tables.key_of(entry));
    if (!row) return std::optional<Stored>();
    PROVISO_TRY(auto stored, read(*row));
    return std::optional(std::move(stored));
  }

  Status check_not_erased(const Entry& entry) const {
    PROVISO_TRY(const auto same, tombstones.find_entry(tables, entry.id));
    if (same) {
      return refused(entry.id,
                     concat("it was erased at ", to_rfc3339(same->until), " (", same->reason, ')'),
                     "an id that went does not come back: make a new request under a new one");
    }
    for (const auto& image : entry.images) {
      PROVISO_TRY(const auto earlier, tombstones.find_image(tables, image.digest));
      if (!earlier || entry.asked_at > earlier->until) continue;
      return refused(entry.id,
                     concat("an image of it was erased at ",
                            to_rfc3339(earlier->until),
                            " with the entry ",
                            earlier->entry,
                            ", after this request was made"),
                     "if the person is sought again, make a new request");
    }
    return Done{};
  }

  Status store(const Request& request, const Rules& rules);
  Status activate(std::string_view note, const Rules& rules);
  // Gives the status back; a refusal is recorded first.
  Status told(std::string_view note, const Status& status);
  Result<std::optional<Certificate>> finish(WallTime at);
  Result<std::string> look(const WrappedKey& row, const Rules& rules, ActiveList& list);
};

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::~Vault() = default;

Status Vault::State::told(std::string_view note, const Status& status) {
  if (status) return status;
  const ErrorCode code = status.error().code;
  if (code != ErrorCode::kNotAuthorised && code != ErrorCode::kInvalidInput) return status;
  Value::Object body{{"reason", code == ErrorCode::kNotAuthorised ? "not-authorised" : "invalid"}};
  // Only what reads as an entry names one; anything else could be words of somebody's.
  if (const auto parsed = note::Note::parse(note)) {
    if (const auto entry = watchlist::parse_entry(parsed.value().text)) {
      body.emplace("entry", entry.value().id);
    }
  }
  PROVISO_TRY_DONE(record("entry_refused", std::move(body)));
  return status;
}

Status Vault::State::store(const Request& request, const Rules& rules) {
  PROVISO_TRY(const auto note, note::Note::parse(request.note));
  PROVISO_TRY(const auto signers, note::verify(note, rules.officers.keys()));
  PROVISO_TRY(auto entry, watchlist::parse_entry(note.text));
  const auto has_asked = [&](const note::VerifierKey& key) {
    return rules.officers.find(key)->id == entry.asked_by;
  };
  if (!std::ranges::any_of(signers, has_asked)) {
    return refused(entry.id, concat(entry.asked_by, " has not signed it"), "have it signed");
  }
  PROVISO_TRY_DONE(watchlist::check(entry, rules.policy, rules.now));
  PROVISO_TRY_DONE(check_images(entry, request));
  PROVISO_TRY_DONE(check_not_erased(entry));
  PROVISO_TRY(const auto before, find(entry.id));
  if (before) {
    PROVISO_TRY(const auto old_note, note::Note::parse(before->note.note));
    if (old_note.text == note.text) return Done{};
    if (entry.revision <= before->entry.revision) {
      return Error{ErrorCode::kInvalidInput,
                   concat("entry ",
                          in_quotes(entry.id),
                          " has the revision ",
                          before->entry.revision,
                          "; a change needs a higher one, found ",
                          entry.revision,
                          "; count it up and have it signed again")};
    }
  }
  PROVISO_TRY_DONE(record("entry_requested",
                          {{"decision", crypto::to_hex(crypto::sha256(note.text))},
                           {"entry", entry.id},
                           {"officer", entry.asked_by}}));
  PROVISO_TRY(const auto id, EntryId::parse(entry.id));
  PROVISO_TRY(auto key, keyring.new_key(id));
  if (before) {
    PROVISO_TRY(key.key, crypto::Secret::copy_of(before->key.bytes()));
    key.row = before->row;
  }
  StoredNote stored_note;
  stored_note.note = request.note;
  const Stored stored{.row = std::move(key.row),
                      .key = std::move(key.key),
                      .version = entry.revision,
                      .note = std::move(stored_note),
                      .entry = entry};
  std::vector<RecordRow> records{sealed_note(stored)};
  records.push_back(sealed(stored, kTemplate, std::as_bytes(request.reference.values())));
  for (std::size_t i = 0; i < request.images.size(); ++i) {
    records.push_back(sealed(stored, image_kind(entry.images[i].digest), request.images[i]));
  }
  return tables.put(stored.row, records);
}

Status Vault::State::activate(std::string_view bytes, const Rules& rules) {
  PROVISO_TRY(auto approved,
              ApprovedEntry::verify(
                  bytes, rules.officers, rules.policy, {.signed_at = rules.now, .now = rules.now}));
  const Entry& entry = approved.entry();
  PROVISO_TRY_DONE(check_not_erased(entry));
  PROVISO_TRY(auto stored, find(entry.id));
  if (!stored) return no_such_entry(entry.id);
  PROVISO_TRY(const auto stored_note, note::Note::parse(stored->note.note));
  if (crypto::sha256(stored_note.text) != approved.digest()) {
    return refused(entry.id,
                   "the bytes that were approved are not those that are stored",
                   "approve what `store` took last");
  }
  if (stored->note.activated_at) return Done{};
  PROVISO_TRY_DONE(record("entry_activated",
                          {{"decision", crypto::to_hex(approved.digest())},
                           {"entry", entry.id},
                           {"officers", Value::Array{entry.asked_by, entry.approved_by}}}));
  stored->note = {.note = approved.note(), .activated_at = rules.now};
  return tables.put_record(entry.id, sealed_note(*stored));
}

// Empty where the row is on the list; else why it is not.
Result<std::string> Vault::State::look(const WrappedKey& row,
                                       const Rules& rules,
                                       ActiveList& list) {
  auto stored = read(row);
  if (!stored) {
    if (stored.error().code == ErrorCode::kUnavailable) return stored.error();
    return stored.error().message;
  }
  const StoredNote& note = stored.value().note;
  if (!note.activated_at) return std::string("nobody has approved it");
  if (stored.value().entry.id != row.entry) return std::string("its row is another entry's");
  auto approved = ApprovedEntry::verify(
      note.note, rules.officers, rules.policy, {.signed_at = *note.activated_at, .now = rules.now});
  if (!approved) return approved.error().message;
  const auto plain = opened(row, stored.value().key, kTemplate, stored.value().version);
  if (!plain) {
    if (plain.error().code == ErrorCode::kUnavailable) return plain.error();
    return plain.error().message;
  }
  std::vector<float> values(plain.value().size() / sizeof(float));
  std::memcpy(values.data(), plain.value().bytes().data(), values.size() * sizeof(float));
  list.entries.push_back({.entry = approved.value().entry(),
                          .digest = approved.value().digest(),
                          .values = std::move(values)});
  return std::string();
}

// Ends what bury() began: once the rows are counted and the acts recorded, it is done.
Result<std::optional<Certificate>> Vault::State::finish(WallTime at) {
  PROVISO_TRY(const auto erasures, tables.erasures());
  if (erasures.empty()) return std::optional<Certificate>();
  Certificate certificate;
  std::vector<EntryId> ids;
  for (const ErasureRow& row : erasures) {
    PROVISO_TRY(auto id, EntryId::parse(row.entry));
    ids.push_back(std::move(id));
    certificate.entries.push_back(row.entry);
  }
  PROVISO_TRY_DONE(keyring.destroy(ids));
  PROVISO_TRY_DONE(tables.scrub());
  PROVISO_TRY(const auto left, tables.rows_under_erasure());
  if (left != 0) {
    return Error{ErrorCode::kCorrupt,
                 concat("an erasure leaves no row; found ", left, "; check the database")};
  }
  certificate.epoch = keyring.epoch();
  certificate.text = certificate_text(keyring.list().text(), erasures, certificate.epoch, at);
  for (const ErasureRow& row : erasures) {
    PROVISO_TRY_DONE(record("entry_erased", {{"entry", row.entry}, {"reason", row.reason}}));
  }
  PROVISO_TRY_DONE(record("deletion_certified",
                          {{"count", static_cast<std::int64_t>(erasures.size())},
                           {"report", crypto::to_hex(crypto::sha256(certificate.text))}}));
  PROVISO_TRY_DONE(tables.finish_erasures());
  return std::optional(std::move(certificate));
}

Result<std::unique_ptr<Vault>> Vault::create(const watchlist::ListId& list,
                                             const crypto::Secret& master,
                                             Parts parts,
                                             WallTime now) {
  Tables tables(parts.database, list.text());
  PROVISO_TRY(const auto index_key, crypto::new_sealing_key());
  PROVISO_TRY_DONE(tables.create(crypto::seal(master, index_key_context(list), index_key.bytes())));
  PROVISO_TRY_DONE(Keyring::create(list, master, parts.key_files, tables));
  return open(list, master, std::move(parts), now);
}

Result<std::unique_ptr<Vault>> Vault::open(const watchlist::ListId& list,
                                           const crypto::Secret& master,
                                           Parts parts,
                                           WallTime now) {
  auto tables = std::make_unique<Tables>(parts.database, list.text());
  PROVISO_TRY(const auto sealed_key, tables->index_key());
  PROVISO_TRY(auto keyring, Keyring::open(list, master, parts.key_files, *tables));
  PROVISO_TRY(auto index_key, crypto::open(master, index_key_context(list), sealed_key));
  Tables& address = *tables;
  std::unique_ptr<Vault> vault(
      new Vault(std::make_unique<State>(State{.owned_tables = std::move(tables),
                                              .tables = address,
                                              .tombstones = {list.text(), std::move(index_key)},
                                              .keyring = std::move(keyring),
                                              .record = std::move(parts.record)})));
  PROVISO_TRY_DONE(vault->state_->finish(now));
  return vault;
}

Status Vault::store(const Request& request, const Rules& rules) {
  return state_->told(request.note, state_->store(request, rules));
}

Status Vault::activate(std::string_view note, const Rules& rules) {
  return state_->told(note, state_->activate(note, rules));
}

Result<ActiveList> Vault::active(const Rules& rules) {
  PROVISO_TRY_DONE(state_->finish(rules.now));
  PROVISO_TRY(const auto rows, state_->tables.rows());
  ActiveList list;
  for (const WrappedKey& row : rows) {
    PROVISO_TRY(auto reason, state_->look(row, rules, list));
    if (!reason.empty()) list.left_out.push_back({.entry = row.entry, .reason = std::move(reason)});
  }
  return list;
}

Result<std::vector<std::byte>> Vault::image(const EntryId& entry, const crypto::Digest& digest) {
  PROVISO_TRY(const auto stored, state_->find(entry.text()));
  if (!stored) return no_such_entry(entry.text());
  PROVISO_TRY(const auto plain,
              state_->opened(stored->row, stored->key, image_kind(digest), stored->version));
  return std::vector<std::byte>(plain.bytes().begin(), plain.bytes().end());
}

Result<Certificate> Vault::erase(std::span<const EntryId> entries,
                                 std::string_view reason,
                                 WallTime now) {
  PROVISO_CHECK(is_code(reason));
  PROVISO_TRY_DONE(state_->finish(now));
  std::vector<TombstoneRow> tombstones;
  std::vector<ErasureRow> erasures;
  for (const EntryId& id : std::set<EntryId>(entries.begin(), entries.end())) {
    PROVISO_TRY(const auto row, state_->tables.key_of(id.text()));
    if (!row) return no_such_entry(id.text());
    Trace trace{.entry = id.text(),
                .category = "unknown",
                .active_from = {},
                .until = now,
                .reason = std::string(reason)};
    // A damaged entry must go too: then its id alone keeps it out.
    const auto stored = state_->read(*row);
    if (!stored && stored.error().code == ErrorCode::kUnavailable) return stored.error();
    if (stored) {
      trace.category = stored.value().entry.category;
      trace.active_from = stored.value().note.activated_at;
    }
    std::ranges::move(state_->tombstones.of(trace, stored ? &stored.value().entry : nullptr),
                      std::back_inserter(tombstones));
    erasures.push_back({.entry = id.text(), .reason = std::string(reason)});
  }
  if (erasures.empty()) {
    return Error{ErrorCode::kInvalidInput, "an erasure names at least one entry; name one"};
  }
  PROVISO_TRY_DONE(state_->tables.bury(tombstones, erasures));
  PROVISO_TRY(auto certificate, state_->finish(now));
  PROVISO_CHECK(certificate.has_value());
  return *std::move(certificate);
}

Result<std::optional<Certificate>> Vault::expire(WallTime now) {
  PROVISO_TRY(const auto rows, state_->tables.rows());
  std::vector<EntryId> expired;
  for (const WrappedKey& row : rows) {
    const auto stored = state_->read(row);
    if (!stored && stored.error().code == ErrorCode::kUnavailable) return stored.error();
    if (!stored || stored.value().entry.expires_at > now) continue;
    PROVISO_TRY(auto id, EntryId::parse(row.entry));
    expired.push_back(std::move(id));
  }
  if (expired.empty()) return state_->finish(now);
  PROVISO_TRY(auto certificate, erase(expired, "expired", now));
  return std::optional(std::move(certificate));
}

Result<std::optional<Trace>> Vault::trace(const EntryId& entry) {
  return state_->tombstones.find_entry(state_->tables, entry.text());
}

}  // namespace proviso::vault
