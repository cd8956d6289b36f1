#include "app/vault/vault.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <set>
#include <utility>

#include "app/vault/vault_state.h"
#include "base/core/concat.h"
#include "safeguards/watchlist/approved_entry.h"
#include "safeguards/watchlist/entry_rules.h"

namespace proviso::vault {
namespace {

using watchlist::ApprovedEntry;
using watchlist::Entry;
using watchlist::Keyring;
using watchlist::WrappedKey;

static_assert(std::endian::native == std::endian::little, "templates are stored little-endian");

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
  if (request.thumbnail_jpeg.empty() ||
      request.thumbnail_jpeg.size() > watchlist::kThumbnailBytesMax) {
    return refuse(concat("a thumbnail has 1 to ",
                         watchlist::kThumbnailBytesMax,
                         " bytes, found ",
                         request.thumbnail_jpeg.size()));
  }
  return Done{};
}

// What a template is worth nothing without: the pack that made it.
std::vector<std::byte> template_bytes(const Request& request) {
  const auto pack = std::as_bytes(std::span(request.model_pack.bytes));
  const auto values = std::as_bytes(request.reference.values());
  std::vector<std::byte> bytes(pack.begin(), pack.end());
  bytes.insert(bytes.end(), values.begin(), values.end());
  return bytes;
}

bool is_refusal(const Error& error) {
  return error.code == ErrorCode::kNotAuthorised || error.code == ErrorCode::kInvalidInput;
}

audit::Act refusal(std::string_view note, const Error& error) {
  Value::Object body{
      {"reason", error.code == ErrorCode::kNotAuthorised ? "not-authorised" : "invalid"}};
  // Only what reads as an entry names one; anything else could be words of somebody's.
  if (const auto parsed = note::Note::parse(note)) {
    if (const auto entry = watchlist::parse_entry(parsed.value().text)) {
      body.emplace("entry", entry.value().id);
    }
  }
  return {.kind = "entry_refused", .body = std::move(body)};
}

// Whenever it was asked for.
bool is_same(Entry asked, const Entry& stored) {
  asked.asked_at = stored.asked_at;
  return asked == stored;
}

Error too_many(std::size_t found) {
  return Error{ErrorCode::kOverLimit,
               concat("at most ",
                      kStoredTogetherMax,
                      " requests are stored at once; found ",
                      found,
                      "; store them in parts")};
}

}  // namespace

Vault::Vault(std::unique_ptr<State> state) : state_(std::move(state)) {}
Vault::~Vault() = default;

Result<Vault::State::Stored> Vault::State::read(const WrappedKey& row) {
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

Status Vault::State::check_not_erased(const Entry& entry) const {
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

Result<Vault::State::Template> Vault::State::template_of(const Stored& stored) const {
  PROVISO_TRY(const auto bytes, bytes_of(stored, kTemplate));
  Template read;
  const std::size_t pack_bytes = read.model_pack.bytes.size();
  if (bytes.size() <= pack_bytes || (bytes.size() - pack_bytes) % sizeof(float) != 0) {
    return Error{
        ErrorCode::kCorrupt,
        concat("entry ",
               in_quotes(stored.row.entry),
               ": its template has another form; ask for it again with a higher revision")};
  }
  read.values.resize((bytes.size() - pack_bytes) / sizeof(float));
  std::memcpy(read.model_pack.bytes.data(), bytes.data(), pack_bytes);
  std::memcpy(read.values.data(), bytes.data() + pack_bytes, bytes.size() - pack_bytes);
  return read;
}

Result<std::optional<Vault::State::Prepared>> Vault::State::prepare(const Request& request,
                                                                    const Rules& rules) {
  PROVISO_TRY(const auto note, note::Note::parse(request.note));
  PROVISO_TRY(const auto signers, note::verify(note, rules.officers.keys()));
  PROVISO_TRY(auto entry, watchlist::parse_entry(note.text));
  const auto has_asked = [&](const note::VerifierKey& key) {
    return rules.officers.find(key)->id == entry.asked_by;
  };
  if (!std::ranges::any_of(signers, has_asked)) {
    return refused(entry.id, concat(entry.asked_by, " has not signed it"), "have it signed");
  }
  PROVISO_TRY_DONE(watchlist::check_asking(entry, rules.officers, rules.now));
  PROVISO_TRY_DONE(watchlist::check(entry, rules.policy, rules.now));
  PROVISO_TRY_DONE(check_images(entry, request));
  PROVISO_TRY_DONE(check_not_erased(entry));
  PROVISO_TRY(const auto before, find(entry.id));
  if (before) {
    PROVISO_TRY(const auto old_note, note::Note::parse(before->note.note));
    if (old_note.text == note.text) return std::optional<Prepared>();
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
  records.push_back(sealed(stored, kTemplate, template_bytes(request)));
  records.push_back(sealed(stored, kThumbnail, request.thumbnail_jpeg));
  for (std::size_t i = 0; i < request.images.size(); ++i) {
    records.push_back(sealed(stored, image_kind(entry.images[i].digest), request.images[i]));
  }
  return std::optional(
      Prepared{.rows = {.key = stored.row, .records = std::move(records)},
               .act = {.kind = "entry_requested",
                       .body = {{"decision", crypto::to_hex(crypto::sha256(note.text))},
                                {"entry", entry.id},
                                {"officer", entry.asked_by}}}});
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
  PROVISO_TRY_DONE(act("entry_activated",
                       {{"decision", crypto::to_hex(approved.digest())},
                        {"entry", entry.id},
                        {"officers", Value::Array{entry.asked_by, entry.approved_by}}}));
  stored->note.note = approved.note();
  stored->note.activated_at = rules.now;
  return tables.put_record(entry.id, sealed_note(*stored));
}

// Empty where it was compared with its source as lately as the policy asks.
std::string Vault::State::why_stale(const Stored& stored, const Rules& rules) {
  const WallTime compared_at =
      std::max(stored.entry.asked_at, stored.note.compared_at.value_or(stored.entry.asked_at));
  const std::chrono::days age_max(rules.policy.watchlist.entry_age_days_max);
  if (rules.now - compared_at <= age_max) return {};
  return concat("it was last compared with its source at ",
                to_rfc3339(compared_at),
                ", at most ",
                age_max.count(),
                " days before are allowed; compare it: `proviso vault compare SOURCE`");
}

// Empty where the row is on the list; else why it is not.
Result<std::string> Vault::State::look(const WrappedKey& row,
                                       const Rules& rules,
                                       ActiveList& list) {
  const auto damaged = [&](const Error& error) -> Result<std::string> {
    if (error.code == ErrorCode::kUnavailable) return error;
    Value::Object body{{"reason", "damaged"}};
    if (EntryId::parse(row.entry)) body.emplace("entry", row.entry);
    PROVISO_TRY_DONE(act("entry_refused", std::move(body)));
    return error.message;
  };
  auto stored = read(row);
  if (!stored) return damaged(stored.error());
  const StoredNote& note = stored.value().note;
  if (!note.activated_at) return std::string("nobody has approved it");
  if (stored.value().entry.id != row.entry) {
    return damaged({ErrorCode::kCorrupt, "its row is another entry's"});
  }
  auto approved = ApprovedEntry::verify(
      note.note, rules.officers, rules.policy, {.signed_at = *note.activated_at, .now = rules.now});
  if (!approved) return approved.error().message;
  if (std::string stale = why_stale(stored.value(), rules); !stale.empty()) return stale;
  auto face = template_of(stored.value());
  auto thumbnail = bytes_of(stored.value(), kThumbnail);
  if (!face || !thumbnail) return damaged(face ? thumbnail.error() : face.error());
  list.entries.push_back({.entry = approved.value().entry(),
                          .digest = approved.value().digest(),
                          .model_pack = face.value().model_pack,
                          .values = std::move(face.value().values),
                          .thumbnail_jpeg = std::move(thumbnail).value()});
  return std::string();
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

Result<std::unique_ptr<Vault::State>> Vault::State::unlock(const watchlist::ListId& list,
                                                           const crypto::Secret& master,
                                                           Parts parts) {
  auto tables = std::make_unique<Tables>(parts.database, list.text());
  const auto sealed_key = tables->index_key();
  if (!sealed_key) {
    PROVISO_TRY(const bool has_list, tables->has_list());
    if (has_list) return sealed_key.error();
    return Error{ErrorCode::kNotFound,
                 concat("the database has no rows of the list ",
                        list.text(),
                        "; check its place, or where they are lost bring them back from a backup: "
                        "`proviso vault restore`")};
  }
  PROVISO_TRY(auto keyring, Keyring::open(list, master, parts.key_files, *tables));
  PROVISO_TRY(auto index_key, crypto::open(master, index_key_context(list), sealed_key.value()));
  Tables& address = *tables;
  return std::make_unique<State>(State{.owned_tables = std::move(tables),
                                       .tables = address,
                                       .tombstones = {list.text(), std::move(index_key)},
                                       .keyring = std::move(keyring),
                                       .record = std::move(parts.record),
                                       .withdraw = std::move(parts.withdraw),
                                       .keep = std::move(parts.keep)});
}

Result<std::unique_ptr<Vault>> Vault::open(const watchlist::ListId& list,
                                           const crypto::Secret& master,
                                           Parts parts,
                                           WallTime now) {
  PROVISO_TRY(auto state, State::unlock(list, master, std::move(parts)));
  std::unique_ptr<Vault> vault(new Vault(std::move(state)));
  PROVISO_TRY_DONE(vault->state_->finish(now));
  return vault;
}

Status Vault::store(const Request& request, const Rules& rules) {
  PROVISO_TRY(const auto stored, store_all(std::span(&request, 1), rules));
  return stored.front();
}

Result<std::vector<Status>> Vault::store_all(std::span<const Request> requests,
                                             const Rules& rules) {
  if (requests.size() > kStoredTogetherMax) return too_many(requests.size());
  std::vector<Status> ended;
  std::vector<audit::Act> acts;
  std::vector<NewRows> rows;
  std::set<std::string> ids;
  for (const Request& request : requests) {
    auto one = state_->prepare(request, rules);
    if (!one && !is_refusal(one.error())) return one.error();
    Status status = one ? Status(Done{}) : Status(one.error());
    std::optional<State::Prepared> prepared;
    if (one) prepared = std::move(one).value();
    if (prepared && !ids.insert(prepared->rows.key.entry).second) {
      status = Error{
          ErrorCode::kInvalidInput,
          concat("entry ", in_quotes(prepared->rows.key.entry), " comes twice; give it once")};
    }
    if (!status) {
      acts.push_back(refusal(request.note, status.error()));
    } else if (prepared) {
      acts.push_back(std::move(prepared->act));
      rows.push_back(std::move(prepared->rows));
    }
    ended.push_back(std::move(status));
  }
  if (!acts.empty()) PROVISO_TRY_DONE(state_->record(std::move(acts)));
  PROVISO_TRY_DONE(state_->tables.put(rows));
  return ended;
}

Status Vault::activate(std::string_view note, const Rules& rules) {
  Status status = state_->activate(note, rules);
  if (status || !is_refusal(status.error())) return status;
  std::vector<audit::Act> acts;
  acts.push_back(refusal(note, status.error()));
  PROVISO_TRY_DONE(state_->record(std::move(acts)));
  return status;
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

Status Vault::compared(std::span<const EntryId> entries, std::string_view officer, WallTime now) {
  if (entries.size() > kStoredTogetherMax) return too_many(entries.size());
  std::vector<State::Stored> found;
  std::vector<audit::Act> acts;
  for (const EntryId& id : entries) {
    PROVISO_TRY(auto stored, state_->find(id.text()));
    if (!stored) return no_such_entry(id.text());
    stored->note.compared_at = now;
    acts.push_back({.kind = "entry_compared",
                    .body = {{"entry", id.text()}, {"officer", std::string(officer)}}});
    found.push_back(*std::move(stored));
  }
  if (acts.empty()) return Done{};
  PROVISO_TRY_DONE(state_->record(std::move(acts)));
  for (const State::Stored& stored : found) {
    PROVISO_TRY_DONE(state_->tables.put_record(stored.row.entry, state_->sealed_note(stored)));
  }
  return Done{};
}

Result<std::vector<Known>> Vault::known() {
  PROVISO_TRY(const auto rows, state_->tables.rows());
  std::vector<Known> all;
  for (const WrappedKey& row : rows) {
    const auto stored = state_->read(row);
    auto face =
        stored ? state_->template_of(stored.value()) : Result<State::Template>(stored.error());
    if (!face && face.error().code == ErrorCode::kUnavailable) return face.error();
    if (!face) continue;
    all.push_back({.entry = row.entry,
                   .model_pack = face.value().model_pack,
                   .values = std::move(face.value().values)});
  }
  return all;
}

Result<bool> Vault::holds(const Entry& entry) {
  PROVISO_TRY(const auto stored, state_->find(entry.id));
  return stored && is_same(entry, stored->entry);
}

Result<Comparison> Vault::compare(const Entry& source) {
  PROVISO_TRY(const auto stored, state_->find(source.id));
  if (!stored) return Comparison::kAbsent;
  Entry asked = source;
  asked.asked_by = stored->entry.asked_by;
  return is_same(asked, stored->entry) ? Comparison::kSame : Comparison::kChanged;
}

Result<std::vector<std::string>> Vault::ids() {
  PROVISO_TRY(const auto rows, state_->tables.rows());
  std::vector<std::string> ids;
  for (const WrappedKey& row : rows) ids.push_back(row.entry);
  std::ranges::sort(ids);
  return ids;
}

Result<View> Vault::view(const EntryId& entry, std::string_view officer) {
  PROVISO_TRY(const auto stored, state_->find(entry.text()));
  if (!stored) return no_such_entry(entry.text());
  PROVISO_TRY_DONE(
      state_->act("entry_viewed", {{"entry", entry.text()}, {"officer", std::string(officer)}}));
  View view{.entry = stored->entry,
            .note = stored->note.note,
            .active_from = stored->note.activated_at,
            .images = {},
            .thumbnail_jpeg = {},
            .known = {.entry = entry.text(), .model_pack = {}, .values = {}}};
  for (const auto& image : stored->entry.images) {
    PROVISO_TRY(auto bytes, state_->bytes_of(*stored, image_kind(image.digest)));
    view.images.push_back(std::move(bytes));
  }
  PROVISO_TRY(view.thumbnail_jpeg, state_->bytes_of(*stored, kThumbnail));
  PROVISO_TRY(auto face, state_->template_of(*stored));
  view.known.model_pack = face.model_pack;
  view.known.values = std::move(face.values);
  return view;
}

}  // namespace proviso::vault
