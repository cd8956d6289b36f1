#pragma once

// What a vault is made of, for vault.cpp, erasure.cpp, backup.cpp and merge.cpp alone: rows,
// tombstones and keys, and how a record is sealed and opened.
//
// Errors and threads: as vault.h.

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/vault/stored_note.h"
#include "app/vault/tables.h"
#include "app/vault/tombstones.h"
#include "app/vault/vault.h"
#include "base/core/concat.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/note/signed_note.h"

namespace proviso::vault {

inline constexpr std::string_view kNote = "note";
inline constexpr std::string_view kTemplate = "template";
inline constexpr std::string_view kThumbnail = "thumbnail";

inline std::string image_kind(const crypto::Digest& digest) {
  return concat("image.", crypto::to_hex(digest));
}

inline std::string index_key_context(const watchlist::ListId& list) {
  return concat("proviso/index-key/v1 ", list.text());
}

inline Error refused(std::string_view entry, std::string_view why, std::string_view next) {
  return Error{ErrorCode::kNotAuthorised,
               concat("entry ", in_quotes(entry), ": ", why, "; ", next)};
}

inline Error no_such_entry(std::string_view entry) {
  return Error{ErrorCode::kNotFound,
               concat("the vault has no entry ",
                      in_quotes(entry),
                      "; check its id; whether it was erased, `proviso vault trace` says")};
}

struct Vault::State {
  // What stands of an entry: its key, the version of its records and the note.
  struct Stored {
    watchlist::WrappedKey row;
    crypto::Secret key;
    std::int64_t version = 0;
    StoredNote note;
    watchlist::Entry entry;
  };

  std::unique_ptr<Tables> owned_tables;  // The keyring has its address.
  Tables& tables;
  Tombstones tombstones;
  watchlist::Keyring keyring;
  Record record;
  Withdraw withdraw;
  Keep keep;

  static Result<std::unique_ptr<State>> unlock(const watchlist::ListId& list,
                                               const crypto::Secret& master,
                                               Parts parts);

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
  Result<crypto::Secret> opened(const watchlist::WrappedKey& row,
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

  Result<Stored> read(const watchlist::WrappedKey& row);
  Result<std::optional<Stored>> find(std::string_view entry) {
    PROVISO_TRY(const auto row, tables.key_of(entry));
    if (!row) return std::optional<Stored>();
    PROVISO_TRY(auto stored, read(*row));
    return std::optional(std::move(stored));
  }

  Status check_not_erased(const watchlist::Entry& entry) const;
  struct Template {
    crypto::Digest model_pack;
    std::vector<float> values;
  };
  // Errors: kCorrupt also where its bytes have another form.
  Result<Template> template_of(const Stored& stored) const;
  Result<std::vector<std::byte>> bytes_of(const Stored& stored, std::string_view kind) const {
    PROVISO_TRY(const auto plain, opened(stored.row, stored.key, kind, stored.version));
    return std::vector<std::byte>(plain.bytes().begin(), plain.bytes().end());
  }

  // Whether every record of it opens. Errors: kUnavailable.
  Result<bool> is_whole(const watchlist::WrappedKey& row);

  // All that stands, or without the records: what a restore needs besides an older backup.
  enum class Extent : std::uint8_t { kAll, kKeys };
  Result<BackedUp> write_rows(const Sink& sink, Extent extent, WallTime now);
  Status keep_keys(WallTime now);

  // A request that may be stored, sealed; its act is recorded first.
  struct Prepared {
    NewRows rows;
    audit::Act act;
  };
  // Empty where the same bytes stand there already.
  Result<std::optional<Prepared>> prepare(const Request& request, const Rules& rules);
  Status activate(std::string_view note, const Rules& rules);
  Status act(std::string_view kind, Value::Object body) {
    std::vector<audit::Act> acts;
    acts.push_back({.kind = std::string(kind), .body = std::move(body)});
    return record(std::move(acts));
  }
  Result<std::optional<Certificate>> finish(WallTime at);
  static std::string why_stale(const Stored& stored, const Rules& rules);
  Result<std::string> look(const watchlist::WrappedKey& row, const Rules& rules, ActiveList& list);
};

}  // namespace proviso::vault
