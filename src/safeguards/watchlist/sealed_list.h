#pragma once

// A watchlist frozen for one deployment: the only list that search takes. Its hash stands in the
// authority; it is the SHA-256 of the very bytes that were parsed, taken at load.
//
//   shape   entries sorted by id, ids unique; row i of templates() is entry i, float32 of norm 1,
//           `dimension` values, rows contiguous, block 64-byte aligned
//   format  docs/formats/watchlist.md
//   errors  load(): kNotFound if the file is absent, kCorrupt with the place in the file for
//           anything that is not exactly a list, kInvalidInput for a draft, kOverLimit over
//           kEntriesMax or kFileBytesMax
//   threads immutable once loaded, but for wipe_template(): thread-safe
//
// In this version the list is one file; encryption and life of the list come with their own part.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::watchlist {

inline constexpr std::size_t kEntriesMax = 1'000'000;

struct SealedEntry {
  EntryId id;
  std::string label;              // What the operator sees: printable UTF-8, at most 128 bytes.
  std::uint32_t photographs = 0;  // How many made the template.
  std::vector<std::uint8_t> thumbnail_jpeg;  // For the side-by-side view; may be empty.
};

class SealedList {
 public:
  static Result<std::shared_ptr<const SealedList>> load(const std::filesystem::path& path);
  // The same from memory. `bytes` are hashed and parsed; nothing is read a second time.
  static Result<std::shared_ptr<const SealedList>> parse(std::span<const std::byte> bytes);

  std::span<const SealedEntry> entries() const { return entries_; }
  std::optional<std::size_t> index_of(const EntryId& entry) const;  // Nothing if it is not here.
  std::span<const float> templates() const;  // entries().size() * dimension()
  // Of an entry that was erased while the list is searched: its row becomes zeros. Only the one who
  // searches calls it, and only between searches; nobody else reads templates().
  void wipe_template(std::size_t entry) const;
  std::size_t dimension() const { return dimension_; }
  const crypto::Digest& digest() const { return digest_; }
  const crypto::Digest& model_pack() const { return model_pack_; }  // Made by this pack's embedder.
  WallTime sealed_at() const { return sealed_at_; }

 private:
  SealedList() = default;
  struct AlignedFree {
    void operator()(float* block) const noexcept;
  };
  std::vector<SealedEntry> entries_;
  std::unique_ptr<float[], AlignedFree> templates_;
  std::size_t dimension_ = 0;
  crypto::Digest digest_;
  crypto::Digest model_pack_;
  WallTime sealed_at_;
};

}  // namespace proviso::watchlist
