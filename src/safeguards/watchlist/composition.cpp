#include "safeguards/watchlist/composition.h"

#include <string_view>
#include <utility>

#include "base/core/concat.h"
#include "base/json/json.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kNameBytesMax = 64;

using Counts = std::map<std::string, std::size_t>;

Value counts_value(const Counts& counts) {
  Value::Array values;
  for (const auto& [name, count] : counts) {
    values.push_back(
        Value::Object{{"count", static_cast<std::int64_t>(count)}, {"name", std::string(name)}});
  }
  return values;
}

Result<std::size_t> read_count(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto count, reader.integer(name, 0, json::kIntegerMax));
  return static_cast<std::size_t>(count);
}

Result<Counts> read_counts(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(auto values, reader.objects(name, {.min = 0, .max = kCompositionNamesMax}));
  Counts counts;
  for (FieldReader& value : values) {
    PROVISO_TRY(auto key, value.string("name", kNameBytesMax));
    PROVISO_TRY(const auto count, read_count(value, "count"));
    PROVISO_TRY_DONE(value.finish());
    if (!counts.emplace(std::move(key), count).second) {
      return value.refused("name", "another than those before it");
    }
  }
  return counts;
}

}  // namespace

std::string to_text(const Composition& composition) {
  std::string text = concat("entries        ", composition.entries, '\n');
  for (const auto& [category, count] : composition.categories) {
    text += concat("  ", category, "  ", count, '\n');
  }
  text += concat("under 18       ",
                 composition.under_18,
                 "\nblue list      ",
                 composition.blue_list,
                 "\nimages         ",
                 composition.images,
                 ", median age ",
                 composition.image_age_days_median,
                 " days\n");
  for (const auto& [source, count] : composition.image_sources) {
    text += concat("  ", source, "  ", count, '\n');
  }
  return text;
}

Value to_value(const Composition& composition) {
  return Value::Object{{"blue_list", static_cast<std::int64_t>(composition.blue_list)},
                       {"categories", counts_value(composition.categories)},
                       {"image_age_days_median", composition.image_age_days_median},
                       {"image_sources", counts_value(composition.image_sources)},
                       {"images", static_cast<std::int64_t>(composition.images)},
                       {"under_18", static_cast<std::int64_t>(composition.under_18)}};
}

Result<Composition> read_composition(FieldReader reader, std::size_t entries) {
  Composition composition{.entries = entries, .categories = {}, .image_sources = {}};
  PROVISO_TRY(composition.blue_list, read_count(reader, "blue_list"));
  PROVISO_TRY(composition.categories, read_counts(reader, "categories"));
  PROVISO_TRY(composition.image_age_days_median,
              reader.integer("image_age_days_median", 0, json::kIntegerMax));
  PROVISO_TRY(composition.image_sources, read_counts(reader, "image_sources"));
  PROVISO_TRY(composition.images, read_count(reader, "images"));
  PROVISO_TRY(composition.under_18, read_count(reader, "under_18"));
  PROVISO_TRY_DONE(reader.finish());
  return composition;
}

}  // namespace proviso::watchlist
