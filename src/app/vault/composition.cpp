#include "app/vault/composition.h"

#include <algorithm>
#include <vector>

namespace proviso::vault {

watchlist::Composition composition_of(std::span<const ActiveEntry> entries, WallTime now) {
  watchlist::Composition composition;
  std::vector<std::int64_t> ages_days;
  const auto today = std::chrono::floor<std::chrono::days>(now);
  for (const ActiveEntry& active : entries) {
    const watchlist::Entry& entry = active.entry;
    ++composition.entries;
    ++composition.categories[entry.category];
    if (watchlist::is_under_18(entry, now)) ++composition.under_18;
    if (entry.is_on_blue_list) ++composition.blue_list;
    for (const watchlist::EntryImage& image : entry.images) {
      ++composition.images;
      ++composition.image_sources[image.source];
      ages_days.push_back((today - image.taken_on).count());
    }
  }
  if (!ages_days.empty()) {
    std::ranges::sort(ages_days);
    composition.image_age_days_median = ages_days[(ages_days.size() - 1) / 2];
  }
  return composition;
}

}  // namespace proviso::vault
