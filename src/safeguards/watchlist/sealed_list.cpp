#include "safeguards/watchlist/sealed_list.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/core/check.h"
#include "base/core/file.h"
#include "base/crypto/guarded_arena.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kAlignmentBytes = 64;

float* aligned_floats(std::size_t count) {
  const std::size_t bytes = std::max<std::size_t>(count * sizeof(float), 1);
  const std::size_t rounded = (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  void* block = std::aligned_alloc(kAlignmentBytes, rounded);
  if (block == nullptr) throw std::bad_alloc();
  return static_cast<float*>(block);
}

}  // namespace

void SealedList::AlignedFree::operator()(float* block) const noexcept {
  std::free(block);
}

std::optional<std::size_t> SealedList::index_of(const EntryId& entry) const {
  const auto found = std::ranges::lower_bound(entries_, entry, {}, &SealedEntry::id);
  if (found == entries_.end() || found->id != entry) return std::nullopt;
  return static_cast<std::size_t>(found - entries_.begin());
}

std::span<const float> SealedList::templates() const {
  return {templates_.get(), entries_.size() * dimension_};
}

void SealedList::wipe_template(std::size_t entry) const {
  PROVISO_CHECK(entry < entries_.size());
  crypto::wipe(
      std::as_writable_bytes(std::span(templates_.get() + entry * dimension_, dimension_)));
}

Result<std::shared_ptr<const SealedList>> SealedList::load(const std::filesystem::path& path) {
  PROVISO_TRY(const auto bytes, read_file(path, kFileBytesMax));
  return parse(bytes);
}

Result<std::shared_ptr<const SealedList>> SealedList::parse(std::span<const std::byte> bytes) {
  PROVISO_TRY(auto parts, parse_parts(bytes));
  ListContents& contents = parts.contents;
  if (contents.state != ListState::kSealed) {
    return Error{ErrorCode::kInvalidInput,
                 "watchlist: a draft, needed a sealed list; seal it with `proviso watchlist seal`"};
  }
  auto list = std::shared_ptr<SealedList>(new SealedList());
  list->digest_ = crypto::sha256(bytes);
  list->model_pack_ = contents.model_pack;
  list->sealed_at_ = contents.made_at;
  list->dimension_ = contents.dimension;
  list->templates_.reset(aligned_floats(contents.entries.size() * contents.dimension));
  if (!parts.rows.empty()) {
    std::memcpy(list->templates_.get(), parts.rows.data(), parts.rows.size());
  }
  list->entries_.reserve(contents.entries.size());
  for (ListEntry& entry : contents.entries) {
    list->entries_.push_back({.id = std::move(entry.id),
                              .label = std::move(entry.label),
                              .photographs = static_cast<std::uint32_t>(entry.photographs.size()),
                              .thumbnail_jpeg = std::move(entry.thumbnail_jpeg)});
  }
  return std::shared_ptr<const SealedList>(std::move(list));
}

}  // namespace proviso::watchlist
