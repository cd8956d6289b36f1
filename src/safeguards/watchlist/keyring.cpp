#include "safeguards/watchlist/keyring.h"

#include <algorithm>
#include <set>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "safeguards/watchlist/list_key_file.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kWrappedBytes = crypto::kSealingKeyBytes + crypto::kSealedOverheadBytes;

std::string wrapping_context(std::string_view list, std::string_view entry, std::uint64_t epoch) {
  return concat("proviso/wrapped-key/v1 ", list, ' ', entry, ' ', epoch);
}

Error put_back(const ListId& list, std::uint64_t epoch, std::string_view found) {
  return Error{ErrorCode::kCorrupt,
               concat("the database of the list ",
                      list.text(),
                      " is under the list key ",
                      epoch,
                      ", and ",
                      found,
                      "; a copy of the database was put back, or key files were: put back what "
                      "belongs together, or restore the site from a backup")};
}

Status check_wrapped(const WrappedKey& row) {
  if (row.wrapped.size() == kWrappedBytes) return Done{};
  return Error{ErrorCode::kCorrupt,
               concat("the wrapped key of entry ",
                      in_quotes(row.entry),
                      " has ",
                      row.wrapped.size(),
                      " bytes, needed ",
                      kWrappedBytes,
                      "; restore the site from a backup")};
}

}  // namespace

Result<Keyring> Keyring::create(const ListId& list,
                                const crypto::Secret& master,
                                KeyFiles& files,
                                KeyTable& table) {
  PROVISO_TRY(const auto epochs, files.epochs());
  PROVISO_TRY(const auto rows, table.rows());
  if (!epochs.empty() || !rows.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a list is made where there is none; found ",
                        epochs.size(),
                        " key files and ",
                        rows.size(),
                        " wrapped keys of ",
                        list.text(),
                        "; open it, or choose another place")};
  }
  // The table first: without rows a key is nothing that could be lost.
  PROVISO_TRY_DONE(table.replace({}, 1));
  PROVISO_TRY(auto own_master, crypto::Secret::copy_of(master.bytes()));
  PROVISO_TRY(const auto key, crypto::new_sealing_key());
  PROVISO_TRY_DONE(
      files.write(1, to_list_key_file({.list = list.text(), .epoch = 1}, key, master)));
  Keyring keyring(list, std::move(own_master), files, table);
  PROVISO_TRY_DONE(keyring.settle());
  return keyring;
}

Result<Keyring> Keyring::open(const ListId& list,
                              const crypto::Secret& master,
                              KeyFiles& files,
                              KeyTable& table) {
  PROVISO_TRY(auto own_master, crypto::Secret::copy_of(master.bytes()));
  Keyring keyring(list, std::move(own_master), files, table);
  PROVISO_TRY_DONE(keyring.settle());
  return keyring;
}

Result<crypto::Secret> Keyring::read_list_key(std::uint64_t epoch) const {
  const auto text = files_->read(epoch);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return put_back(list_, epoch, "there is no file of that one");
  }
  if (!text) return text.error();
  return read_list_key_file(text.value(), {.list = list_.text(), .epoch = epoch}, master_);
}

// Which of the files counts is the table's to say. Nothing is destroyed before that one has opened.
Status Keyring::settle() {
  list_key_.reset();
  PROVISO_TRY(const auto epoch, table_->epoch());
  if (epoch == 0) {
    return Error{ErrorCode::kNotFound,
                 concat("the database has no list ", list_.text(), "; make one first")};
  }
  PROVISO_TRY(auto key, read_list_key(epoch));
  PROVISO_TRY(const auto epochs, files_->epochs());
  for (const std::uint64_t other : epochs) {
    if (other > epoch + 1) return put_back(list_, epoch, concat("there is a file of ", other));
  }
  for (const std::uint64_t other : epochs) {
    if (other != epoch) PROVISO_TRY_DONE(files_->destroy(other));
  }
  list_key_ = std::move(key);
  epoch_ = epoch;
  return Done{};
}

Result<const crypto::Secret*> Keyring::settled_key() {
  if (!list_key_) PROVISO_TRY_DONE(settle());
  PROVISO_CHECK(list_key_.has_value());
  return &*list_key_;
}

Result<Keyring::EntryKey> Keyring::new_key(const EntryId& entry) {
  PROVISO_TRY(const crypto::Secret* const list_key, settled_key());
  PROVISO_TRY(auto key, crypto::new_sealing_key());
  auto wrapped =
      crypto::seal(*list_key, wrapping_context(list_.text(), entry.text(), epoch_), key.bytes());
  return EntryKey{.key = std::move(key),
                  .row = {.entry = entry.text(), .wrapped = std::move(wrapped)}};
}

Result<crypto::Secret> Keyring::unwrap(const WrappedKey& row) {
  PROVISO_TRY_DONE(settled_key());
  PROVISO_TRY(auto key, crypto::Secret::create(crypto::kSealingKeyBytes));
  PROVISO_TRY_DONE(unwrap_into(row, key));
  return key;
}

Status Keyring::unwrap_into(const WrappedKey& row, crypto::Secret& key) const {
  PROVISO_CHECK(list_key_.has_value());
  PROVISO_TRY_DONE(check_wrapped(row));
  return crypto::open_into(
      *list_key_, wrapping_context(list_.text(), row.entry, epoch_), row.wrapped, key.bytes());
}

Result<std::vector<WrappedKey>> Keyring::rewrapped(std::span<const WrappedKey> rows,
                                                   const crypto::Secret& next_key) const {
  PROVISO_CHECK(list_key_.has_value());
  PROVISO_TRY(auto key, crypto::Secret::create(crypto::kSealingKeyBytes));
  std::vector<WrappedKey> next;
  next.reserve(rows.size());
  for (const WrappedKey& row : rows) {
    PROVISO_TRY_DONE(unwrap_into(row, key));
    next.push_back(
        {.entry = row.entry,
         .wrapped = crypto::seal(
             next_key, wrapping_context(list_.text(), row.entry, epoch_ + 1), key.bytes())});
  }
  return next;
}

Status Keyring::destroy(std::span<const EntryId> entries) {
  if (!list_key_) PROVISO_TRY_DONE(settle());
  std::set<std::string_view> gone;
  for (const EntryId& entry : entries) gone.insert(entry.text());
  PROVISO_TRY(auto rows, table_->rows());
  const auto count =
      std::erase_if(rows, [&](const WrappedKey& row) { return gone.contains(row.entry); });
  if (count == 0) return Done{};

  PROVISO_TRY(const auto next_key, crypto::new_sealing_key());
  PROVISO_TRY(const auto next, rewrapped(rows, next_key));
  const ListKeyPlace place{.list = list_.text(), .epoch = epoch_ + 1};
  const std::string text = to_list_key_file(place, next_key, master_);
  // From here on an error leaves it open which key counts: settle() asks the table.
  list_key_.reset();
  PROVISO_TRY_DONE(files_->write(place.epoch, text));
  PROVISO_TRY_DONE(table_->replace(next, place.epoch));
  return settle();
}

}  // namespace proviso::watchlist
