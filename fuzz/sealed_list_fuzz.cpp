#include <algorithm>

#include "fuzz_input.h"
#include "safeguards/watchlist/list_format.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::watchlist {
namespace {

// As if the head had named these very bytes, which no mutation of a whole file gets past.
void read_content(std::span<const std::byte> content) {
  constexpr std::size_t kDimension = 4;
  const ListRecord record{.id = EntryId::parse("somebody").value(),
                          .content_bytes = content.size(),
                          .content = crypto::sha256(content)};
  auto entry = parse_content(record, kDimension, content);
  if (!entry) return;
  ListContents list{.state = ListState::kSealed,
                    .made_at = {},
                    .model_pack = {},
                    .dimension = kDimension,
                    .entries = {}};
  list.entries.push_back(std::move(entry).value());
  const auto bytes = to_bytes(list);
  PROVISO_CHECK(std::ranges::equal(std::span(bytes).last(content.size()), content));
  PROVISO_CHECK(SealedList::parse(bytes).has_value());
}

void read_locked(std::span<const std::byte> file) {
  const ListSource source(file);
  const auto head = parse_head(source);
  if (!head) return;
  const auto list = SealedList::load_locked(
      source,
      head.value(),
      [](const LockedContent& locked, std::span<std::byte> content) -> Result<bool> {
        std::ranges::copy(locked.sealed.first(content.size()), content.begin());
        return true;
      });
  if (list) PROVISO_CHECK(list.value()->is_of_vault());
}

}  // namespace
}  // namespace proviso::watchlist

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const auto file = std::as_bytes(std::span(fuzz::text_of(bytes, size)));
  watchlist::read_content(file);
  watchlist::read_locked(file);
  const auto list = watchlist::parse_list(file);
  const auto sealed = watchlist::SealedList::parse(file);
  if (!list) {
    PROVISO_CHECK(!sealed);
    return 0;
  }
  PROVISO_CHECK(std::ranges::equal(watchlist::to_bytes(list.value()), file));
  const bool is_sealed = list.value().state == watchlist::ListState::kSealed;
  PROVISO_CHECK(sealed.has_value() == is_sealed);
  if (!is_sealed) return 0;
  PROVISO_CHECK(sealed.value()->entries().size() == list.value().entries.size());
  for (std::size_t n = 0; n < list.value().entries.size(); ++n) {
    const watchlist::ListEntry& entry = list.value().entries[n];
    PROVISO_CHECK(sealed.value()->index_of(entry.id) == n);
    PROVISO_CHECK(std::ranges::equal(
        sealed.value()->templates().subspan(n * list.value().dimension, entry.values.size()),
        entry.values));
  }
  return 0;
}
