#pragma once

// A watchlist frozen for one deployment: the only list that search takes. Its digest stands in the
// authority; it is that of the very bytes that were parsed, taken at load (list_format.h).
//
//   shape   entries sorted by id, ids unique; row i of templates() is entry i, float32 of norm 1,
//           `dimension` values, rows contiguous, block 64-byte aligned. Of an entry that has been
//           erased since: zeros, without label and picture
//   format  docs/formats/watchlist.md
//   errors  load(): kNotFound if the file is absent, kCorrupt with the place in the file for
//           anything that is not exactly a list, kInvalidInput for a draft, and for a locked list
//           without its keys, kOverLimit over kEntriesMax or kFileBytesMax; those of Unlock
//   threads immutable once loaded, but for wipe(): thread-safe. Loading uses the threads
//           of a WorkerPool of its own, which end with it

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::watchlist {

struct SealedEntry {
  EntryId id;
  std::string label;              // What the operator sees: printable UTF-8, at most 128 bytes.
  std::string category;           // Of the policy; empty in a list that comes from no vault.
  std::uint32_t photographs = 0;  // How many made the template.
  std::vector<std::uint8_t> thumbnail_jpeg;  // For the side-by-side view; may be empty.
  bool is_erased = false;
};

struct LockedContent {
  const crypto::Digest& watchlist;
  const EntryId& entry;
  std::span<const std::byte> sealed;
  std::size_t lane = 0;  // Of the thread that asks, below kLoadLanesMax.
};
// Opens a content of a locked list into `content`; false where its key is gone, for the entry was
// erased. Called from several threads at once, each with a lane of its own.
using Unlock =
    std::function<Result<bool>(const LockedContent& locked, std::span<std::byte> content)>;
inline constexpr std::size_t kLoadLanesMax = 16;

class SealedList {
 public:
  // One in the clear.
  static Result<std::shared_ptr<const SealedList>> load(const std::filesystem::path& path);
  static Result<std::shared_ptr<const SealedList>> load(const ListSource& source);
  static Result<std::shared_ptr<const SealedList>> parse(std::span<const std::byte> bytes);
  // A locked one, of which `head` was read. Errors: kInvalidInput for one in the clear.
  static Result<std::shared_ptr<const SealedList>> load_locked(const ListSource& source,
                                                               const ListHead& head,
                                                               const Unlock& unlock);

  std::span<const SealedEntry> entries() const { return entries_; }
  std::optional<std::size_t> index_of(const EntryId& entry) const;  // Nothing if it is not here.
  std::span<const float> templates() const;  // entries().size() * dimension()
  // Of an entry that was erased while the list is searched: its row becomes zeros, its label and
  // picture go. Only the thread that searches calls it, and only between searches; nobody else reads
  // templates(), labels and pictures.
  void wipe(std::size_t entry) const;
  std::size_t dimension() const { return dimension_; }
  const crypto::Digest& digest() const { return digest_; }
  const crypto::Digest& model_pack() const { return model_pack_; }  // Made by this pack's embedder.
  WallTime sealed_at() const { return sealed_at_; }
  // Whether it was locked under a vault's keys: only that vault can have made it.
  bool is_of_vault() const { return is_of_vault_; }

 private:
  SealedList() = default;
  class Loading;
  static Result<std::shared_ptr<const SealedList>> load_from(const ListSource& source,
                                                             const ListHead& head,
                                                             const Unlock* unlock);
  struct AlignedFree {
    void operator()(float* block) const noexcept;
  };
  mutable std::vector<SealedEntry> entries_;  // For wipe().
  std::unique_ptr<float[], AlignedFree> templates_;
  std::size_t dimension_ = 0;
  crypto::Digest digest_;
  crypto::Digest model_pack_;
  WallTime sealed_at_;
  bool is_of_vault_ = false;
};

}  // namespace proviso::watchlist
