#include "app/vault/locked_list.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "app/vault/tables.h"
#include "base/core/concat.h"
#include "base/crypto/sealed_bytes.h"

namespace proviso::vault {
namespace {

using watchlist::Keyring;
using watchlist::WrappedKey;

constexpr std::string_view kContentKey = "proviso/locked-list-key/v1";

// Makes the key of a content, of the entry's and the list's: buffers of one lane.
class ContentKey {
 public:
  static Result<ContentKey> create() {
    PROVISO_TRY(auto entry, crypto::Secret::create(crypto::kSealingKeyBytes));
    PROVISO_TRY(auto content, crypto::Secret::create(crypto::kSealingKeyBytes));
    return ContentKey(std::move(entry), std::move(content));
  }

  Status make(const Keyring& keyring, const WrappedKey& row, const crypto::Secret& list_key) {
    PROVISO_TRY_DONE(keyring.unwrap_into(row, entry_));
    crypto::derive_key(entry_, list_key, kContentKey, content_);
    return Done{};
  }
  const crypto::Secret& secret() const { return content_; }

 private:
  ContentKey(crypto::Secret entry, crypto::Secret content)
      : entry_(std::move(entry)), content_(std::move(content)) {}
  crypto::Secret entry_;
  crypto::Secret content_;
};

std::string content_context(const crypto::Digest& watchlist, const EntryId& entry) {
  return concat("proviso/locked-list/v1 ", crypto::to_hex(watchlist), ' ', entry.text());
}

// The wrapped keys of a vault, by entry.
class KeyRows {
 public:
  explicit KeyRows(std::vector<WrappedKey> rows) : rows_(std::move(rows)) {
    if (std::ranges::is_sorted(rows_, {}, &WrappedKey::entry)) return;
    std::ranges::sort(rows_, {}, &WrappedKey::entry);  // A database may have an order of its own.
  }
  const WrappedKey* find(const EntryId& entry) const {
    const auto found = std::ranges::lower_bound(rows_, entry.text(), {}, &WrappedKey::entry);
    return found == rows_.end() || found->entry != entry.text() ? nullptr : &*found;
  }

 private:
  std::vector<WrappedKey> rows_;
};

}  // namespace

Result<watchlist::LockedBytes> lock(const watchlist::ListContents& contents,
                                    const crypto::Secret& list_key,
                                    const EntryKeys& keys) {
  Tables tables(keys.database, keys.list.text());
  PROVISO_TRY(const auto keyring, Keyring::open(keys.list, keys.master, keys.files, tables));
  PROVISO_TRY(auto found, tables.rows());
  const KeyRows rows(std::move(found));
  PROVISO_TRY(auto key, ContentKey::create());
  const auto seal = [&](const crypto::Digest& digest,
                        const EntryId& entry,
                        std::span<const std::byte> content) -> Result<std::vector<std::byte>> {
    const WrappedKey* const row = rows.find(entry);
    if (row == nullptr) {
      return Error{
          ErrorCode::kInvalidInput,
          concat("the vault has no entry ", entry.text(), " to lock; seal the list again")};
    }
    PROVISO_TRY_DONE(key.make(keyring, *row, list_key));
    return crypto::seal(key.secret(), content_context(digest, entry), content);
  };
  return watchlist::to_locked_bytes(contents, seal);
}

Result<std::shared_ptr<const watchlist::SealedList>> open_locked(
    const watchlist::ListSource& source,
    const watchlist::ListHead& head,
    const crypto::Secret& list_key,
    const EntryKeys& keys) {
  Tables tables(keys.database, keys.list.text());
  PROVISO_TRY(const auto keyring, Keyring::open(keys.list, keys.master, keys.files, tables));
  PROVISO_TRY(auto found, tables.rows());
  const KeyRows rows(std::move(found));
  std::vector<ContentKey> lanes;
  while (lanes.size() < watchlist::kLoadLanesMax) {
    PROVISO_TRY(auto lane, ContentKey::create());
    lanes.push_back(std::move(lane));
  }
  const auto open = [&](const watchlist::LockedContent& locked,
                        std::span<std::byte> content) -> Result<bool> {
    const WrappedKey* const row = rows.find(locked.entry);
    if (row == nullptr) return false;
    ContentKey& key = lanes[locked.lane];
    PROVISO_TRY_DONE(key.make(keyring, *row, list_key));
    PROVISO_TRY_DONE(crypto::open_into(
        key.secret(), content_context(locked.watchlist, locked.entry), locked.sealed, content));
    return true;
  };
  return watchlist::SealedList::load_locked(source, head, open);
}

}  // namespace proviso::vault
