#include <algorithm>

#include "fuzz_input.h"
#include "safeguards/watchlist/list_format.h"
#include "safeguards/watchlist/sealed_list.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const auto file = std::as_bytes(std::span(fuzz::text_of(bytes, size)));
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
