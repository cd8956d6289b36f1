#pragma once

// What stays of an erased entry: enough to keep it out and to answer whether, when and why it was
// on the list; no image, template, name or reason of the request. A tombstone is found by a mark,
// the keyed digest of the entry's id or of one of its images, and opens with the index key alone.
//
// forgotten() takes all from it but its time: it keeps out, and answers nothing any more.
//
// Errors: kCorrupt for one that does not open. Threads: thread-bound.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "app/vault/tables.h"
#include "app/vault/vault.h"
#include "base/crypto/secret.h"

namespace proviso::vault {

class Tombstones {
 public:
  Tombstones(std::string list, crypto::Secret index_key)
      : list_(std::move(list)), index_key_(std::move(index_key)) {}

  // Of the id, and of each image where the entry could still be read.
  std::vector<TombstoneRow> of(const Trace& trace, const watchlist::Entry* entry) const;

  bool opens(const TombstoneRow& row) const;
  // Those of them that went before that time and say more than they must, as they are to be.
  Result<std::vector<TombstoneRow>> forgotten(std::span<const TombstoneRow> rows,
                                              WallTime before) const;
  Result<std::optional<Trace>> find_entry(const Tables& tables, std::string_view entry) const;
  Result<std::optional<Trace>> find_image(const Tables& tables, const crypto::Digest& image) const;

 private:
  TombstoneRow row(std::string_view what, const Trace& trace) const;
  TombstoneRow sealed(std::string mark, const Trace& trace) const;
  Result<std::optional<Trace>> find(const Tables& tables, std::string_view what) const;

  std::string list_;
  crypto::Secret index_key_;
};

}  // namespace proviso::vault
