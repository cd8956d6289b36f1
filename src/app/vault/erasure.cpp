// How entries go: tombstones first, then the keys, then the count, the acts and the certificate.

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "app/vault/vault_state.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

using watchlist::WrappedKey;

constexpr std::size_t kReasonBytesMax = 64;

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kReasonBytesMax &&
         std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; });
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

// As many as become leaves together.
std::vector<std::span<const ErasureRow>> parts_of(std::span<const ErasureRow> erasures) {
  constexpr std::size_t kTogether = 1'024;
  std::vector<std::span<const ErasureRow>> parts;
  for (std::size_t begin = 0; begin < erasures.size(); begin += kTogether) {
    parts.push_back(erasures.subspan(begin, std::min(kTogether, erasures.size() - begin)));
  }
  return parts;
}

}  // namespace

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
  PROVISO_TRY_DONE(withdraw(ids));
  PROVISO_TRY_DONE(keyring.destroy(ids));
  PROVISO_TRY_DONE(keep_keys(at));
  PROVISO_TRY_DONE(tables.scrub());
  PROVISO_TRY(const auto left, tables.rows_under_erasure());
  if (left != 0) {
    return Error{ErrorCode::kCorrupt,
                 concat("an erasure leaves no row; found ", left, "; check the database")};
  }
  certificate.epoch = keyring.epoch();
  certificate.text = certificate_text(keyring.list().text(), erasures, certificate.epoch, at);
  for (const auto& part : parts_of(erasures)) {
    std::vector<audit::Act> acts;
    for (const ErasureRow& row : part) {
      acts.push_back(
          {.kind = "entry_erased", .body = {{"entry", row.entry}, {"reason", row.reason}}});
    }
    PROVISO_TRY_DONE(record(std::move(acts)));
  }
  PROVISO_TRY_DONE(act("deletion_certified",
                       {{"count", static_cast<std::int64_t>(erasures.size())},
                        {"report", crypto::to_hex(crypto::sha256(certificate.text))}}));
  PROVISO_TRY_DONE(tables.finish_erasures());
  return std::optional(std::move(certificate));
}

Status check_erasure_reason(std::string_view reason) {
  if (is_code(reason)) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("an erasure's reason is a code of a-z and '-', at most ",
                      kReasonBytesMax,
                      " bytes; found ",
                      in_quotes(reason),
                      "; give one such as cleared")};
}

Result<Certificate> Vault::erase(std::span<const EntryId> entries,
                                 std::string_view reason,
                                 WallTime now) {
  PROVISO_TRY_DONE(check_erasure_reason(reason));
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
  PROVISO_TRY(auto found, state_->tombstones.find_entry(state_->tables, entry.text()));
  if (found && found->entry.empty()) return std::optional<Trace>();
  return found;
}

Result<std::size_t> Vault::forget(WallTime before, WallTime now) {
  PROVISO_TRY_DONE(state_->finish(now));
  PROVISO_TRY(const auto all, state_->tables.tombstones());
  PROVISO_TRY(const auto changed, state_->tombstones.forgotten(all, before));
  if (changed.empty()) return std::size_t{0};
  PROVISO_TRY_DONE(state_->tables.bury(changed, {}));
  PROVISO_TRY_DONE(state_->tables.scrub());
  PROVISO_TRY_DONE(
      state_->act("traces_forgotten", {{"count", static_cast<std::int64_t>(changed.size())}}));
  return changed.size();
}

}  // namespace proviso::vault
