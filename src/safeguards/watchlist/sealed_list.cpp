#include "safeguards/watchlist/sealed_list.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <new>
#include <string>
#include <thread>
#include <utility>

#include "base/core/check.h"
#include "base/core/worker_pool.h"
#include "base/crypto/guarded_arena.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/watchlist/list_header.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kAlignmentBytes = 64;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20U;  // Read at once.
constexpr std::size_t kEntriesPerLaneMin = 1'000;

float* aligned_floats(std::size_t count) {
  const std::size_t bytes = std::max<std::size_t>(count * sizeof(float), 1);
  const std::size_t rounded = (bytes + kAlignmentBytes - 1) / kAlignmentBytes * kAlignmentBytes;
  void* block = std::aligned_alloc(kAlignmentBytes, rounded);
  if (block == nullptr) throw std::bad_alloc();
  return static_cast<float*>(block);
}

// What was shown to who signed, held to what is on the list; of who was erased since, the category
// is not known any more.
Status check_categories(const Composition& composition, std::span<const SealedEntry> entries) {
  std::map<std::string, std::size_t> counts;
  std::size_t erased = 0;
  for (const SealedEntry& entry : entries) {
    if (entry.is_erased) {
      ++erased;
    } else {
      ++counts[entry.category];
    }
  }
  std::size_t missing = 0;
  for (const auto& [category, count] : composition.categories) {
    const std::size_t found = counts[category];
    missing += std::max(count, found) - found;
    if (found > count) missing = entries.size() + 1;
  }
  if (missing == erased && counts.size() == composition.categories.size()) return Done{};
  return damaged_list("its entries are of other categories than its header counts");
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

void SealedList::wipe(std::size_t entry) const {
  PROVISO_CHECK(entry < entries_.size());
  SealedEntry& erased = entries_[entry];
  erased.is_erased = true;
  crypto::wipe(std::as_writable_bytes(std::span(erased.label)));
  crypto::wipe(std::as_writable_bytes(std::span(erased.thumbnail_jpeg)));
  erased.label.clear();
  erased.category.clear();
  erased.thumbnail_jpeg.clear();
  crypto::wipe(
      std::as_writable_bytes(std::span(templates_.get() + entry * dimension_, dimension_)));
}

// Fills a list from its source: the entries shared out among lanes, each reading pieces of the file.
class SealedList::Loading {
 public:
  Loading(SealedList& list, const ListSource& source, const ListHead& head, const Unlock* unlock)
      : list_(list),
        source_(source),
        head_(head),
        unlock_(unlock),
        overhead_(unlock == nullptr ? 0 : crypto::kSealedOverheadBytes) {}

  Status run();

 private:
  struct Lane {
    std::size_t number = 0;
    std::size_t begin = 0;  // Of the entries.
    std::size_t end = 0;
    std::size_t at = 0;  // In the file.
    Status status = Done{};
  };
  std::vector<Lane> lanes() const;
  Status fill(const Lane& lane);
  Status take(const Lane& lane, std::size_t entry, std::span<const std::byte> stored);
  std::size_t stored_bytes(std::size_t entry) const {
    return head_.records[entry].content_bytes + overhead_;
  }

  SealedList& list_;
  const ListSource& source_;
  const ListHead& head_;
  const Unlock* unlock_;  // None: the contents are in the clear.
  std::size_t overhead_;
};

std::vector<SealedList::Loading::Lane> SealedList::Loading::lanes() const {
  const std::size_t entries = head_.records.size();
  const std::size_t wanted = std::max<std::size_t>(entries / kEntriesPerLaneMin, 1);
  const std::size_t count = std::min(
      {wanted, kLoadLanesMax, std::max<std::size_t>(std::thread::hardware_concurrency(), 1)});
  std::vector<Lane> lanes(count);
  std::size_t at = head_.contents_at;
  std::size_t entry = 0;
  for (std::size_t n = 0; n < count; ++n) {
    lanes[n].number = n;
    lanes[n].begin = entry;
    lanes[n].end = entries * (n + 1) / count;
    lanes[n].at = at;
    for (; entry < lanes[n].end; ++entry) at += stored_bytes(entry);
  }
  return lanes;
}

Status SealedList::Loading::run() {
  auto parts = lanes();
  WorkerPool pool(parts.size());
  pool.parallel_for(parts.size(), [&](std::size_t n) { parts[n].status = fill(parts[n]); });
  for (const Lane& lane : parts) PROVISO_TRY_DONE(lane.status);
  return Done{};
}

Status SealedList::Loading::fill(const Lane& lane) {
  std::vector<std::byte> piece;
  std::size_t at = lane.at;
  for (std::size_t first = lane.begin; first < lane.end;) {
    std::size_t end = first;
    std::size_t bytes = 0;
    for (; end < lane.end && bytes < kPieceBytes; ++end) bytes += stored_bytes(end);
    piece.resize(bytes);
    PROVISO_TRY_DONE(source_.read(at, piece));
    std::span<const std::byte> rest(piece);
    for (; first < end; ++first) {
      PROVISO_TRY_DONE(take(lane, first, rest.first(stored_bytes(first))));
      rest = rest.subspan(stored_bytes(first));
    }
    at += bytes;
  }
  return Done{};
}

Status SealedList::Loading::take(const Lane& lane,
                                 std::size_t entry,
                                 std::span<const std::byte> stored) {
  const ListRecord& record = head_.records[entry];
  std::vector<std::byte> opened;
  std::span<const std::byte> content = stored;
  if (unlock_ != nullptr) {
    opened.resize(record.content_bytes);
    const LockedContent locked{
        .watchlist = head_.digest, .entry = record.id, .sealed = stored, .lane = lane.number};
    PROVISO_TRY(const bool has_key, (*unlock_)(locked, opened));
    if (!has_key) {
      list_.wipe(entry);
      return Done{};
    }
    content = opened;
  }
  auto parsed = parse_content(record, head_.dimension, content);
  crypto::wipe(opened);
  if (!parsed) return parsed.error();
  ListEntry& from = parsed.value();
  std::ranges::copy(from.values, list_.templates_.get() + entry * head_.dimension);
  crypto::wipe(std::as_writable_bytes(std::span(from.values)));
  SealedEntry& to = list_.entries_[entry];
  to.label = std::move(from.label);
  to.category = std::move(from.category);
  to.photographs = static_cast<std::uint32_t>(from.photographs.size());
  to.thumbnail_jpeg = std::move(from.thumbnail_jpeg);
  return Done{};
}

Result<std::shared_ptr<const SealedList>> SealedList::load_from(const ListSource& source,
                                                                const ListHead& head,
                                                                const Unlock* unlock) {
  if (head.is_locked != (unlock != nullptr)) {
    return Error{ErrorCode::kInvalidInput,
                 head.is_locked
                     ? "watchlist: the list is locked, and no vault was unlocked for it; name the "
                       "site whose vault sealed it, and the file with the vault's passphrase: "
                       "--unlock FILE"
                     : "watchlist: the list is in the clear, needed one that a vault locked; seal "
                       "it with `proviso vault seal`"};
  }
  if (head.state != ListState::kSealed) {
    return Error{ErrorCode::kInvalidInput,
                 "watchlist: a draft, needed a sealed list; seal it with `proviso watchlist seal`"};
  }
  auto list = std::shared_ptr<SealedList>(new SealedList());
  list->digest_ = head.digest;
  list->model_pack_ = head.model_pack;
  list->sealed_at_ = head.made_at;
  list->is_of_vault_ = head.is_locked;
  list->dimension_ = head.dimension;
  list->templates_.reset(aligned_floats(head.records.size() * head.dimension));
  list->entries_.reserve(head.records.size());
  for (const ListRecord& record : head.records) {
    list->entries_.push_back(
        {.id = record.id, .label = {}, .category = {}, .photographs = 0, .thumbnail_jpeg = {}});
  }
  PROVISO_TRY_DONE(Loading(*list, source, head, unlock).run());
  if (head.composition) PROVISO_TRY_DONE(check_categories(*head.composition, list->entries_));
  return std::shared_ptr<const SealedList>(std::move(list));
}

Result<std::shared_ptr<const SealedList>> SealedList::load(const std::filesystem::path& path) {
  PROVISO_TRY(const auto source, ListSource::open(path));
  return load(source);
}

Result<std::shared_ptr<const SealedList>> SealedList::load(const ListSource& source) {
  PROVISO_TRY(const auto head, parse_head(source));
  return load_from(source, head, nullptr);
}

Result<std::shared_ptr<const SealedList>> SealedList::parse(std::span<const std::byte> bytes) {
  return load(ListSource(bytes));
}

Result<std::shared_ptr<const SealedList>> SealedList::load_locked(const ListSource& source,
                                                                  const ListHead& head,
                                                                  const Unlock& unlock) {
  return load_from(source, head, &unlock);
}

}  // namespace proviso::watchlist
