#include <algorithm>

#include "base/core/concat.h"
#include "base/core/id.h"
#include "safeguards/policy/policy_reader.h"

namespace proviso::policy {
namespace {

constexpr std::array<std::string_view, 3> kEvidenceWords{"text", "reference", "date"};
constexpr std::array<std::string_view, 4> kPlaceWords{"protest", "worship", "school", "health"};
constexpr std::string_view kNotCatchAll =
    "a closed description: no \"other\", \"any\", \"of interest\" or the like, which could hold "
    "anybody";

bool is_evidence_name(std::string_view text) {
  return !text.empty() && text.size() <= kEvidenceNameBytesMax &&
         std::all_of(text.begin(), text.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                  letter == '_';
         });
}

// Whether `items` has none whose `member` is `text` yet.
template <typename Item>
bool is_new(const std::vector<Item>& items, std::string Item::* member, const std::string& text) {
  return std::none_of(
      items.begin(), items.end(), [&](const Item& item) { return item.*member == text; });
}

Result<Evidence> evidence_of(FieldReader& reader) {
  Evidence evidence;
  PROVISO_TRY(evidence.name, reader.string("name", kTextBytesMax));
  if (!is_evidence_name(evidence.name)) {
    return reader.refused("name", concat("1 to ", kEvidenceNameBytesMax, " of a-z 0-9 _"));
  }
  PROVISO_TRY(evidence.kind, word_of<EvidenceKind>(reader, "kind", kEvidenceWords));
  if (evidence.kind == EvidenceKind::kDate) {
    PROVISO_TRY(evidence.age_days_max,
                whole_of(reader, limit_of("use_cases[].evidence[].age_days_max")));
  }
  PROVISO_TRY_DONE(reader.finish());
  return evidence;
}

Result<UseCase> use_case_of(FieldReader& reader, std::span<const Category> known) {
  UseCase use_case;
  PROVISO_TRY(use_case.name, text_of(reader, "name"));
  if (is_catch_all(use_case.name)) return reader.refused("name", kNotCatchAll);
  PROVISO_TRY(use_case.categories,
              reader.strings("categories", {.min = 1, .max = kCategoriesMax}, kTextBytesMax));
  for (const std::string& id : use_case.categories) {
    const auto count = std::count(use_case.categories.begin(), use_case.categories.end(), id);
    const bool exists = std::any_of(
        known.begin(), known.end(), [&](const Category& category) { return category.id == id; });
    if (!exists || count > 1) {
      return Error{ErrorCode::kInvalidInput,
                   concat(reader.place(),
                          ".categories must name categories of this policy, each once; found ",
                          in_quotes(id),
                          exists ? " twice" : ", which is none",
                          "; correct it")};
    }
  }
  PROVISO_TRY(auto evidences, reader.objects("evidence", {.min = 1, .max = kEvidenceMax}));
  for (FieldReader& one : evidences) {
    PROVISO_TRY(auto evidence, evidence_of(one));
    if (!is_new(use_case.evidence, &Evidence::name, evidence.name)) {
      return one.refused("name", "a name that no other evidence of the use case has");
    }
    use_case.evidence.push_back(std::move(evidence));
  }
  PROVISO_TRY_DONE(reader.finish());
  return use_case;
}

Result<Category> category_of(FieldReader& reader) {
  Category category;
  PROVISO_TRY(category.id, read_id(reader, "id"));
  if (is_catch_all(category.id)) return reader.refused("id", kNotCatchAll);
  PROVISO_TRY(category.title, text_of(reader, "title"));
  if (is_catch_all(category.title)) return reader.refused("title", kNotCatchAll);
  PROVISO_TRY(category.response, text_of(reader, "response"));
  PROVISO_TRY(category.is_wanted_for_arrest, reader.boolean("wanted_for_arrest"));
  PROVISO_TRY(category.under_18, reader.boolean("under_18"));
  PROVISO_TRY(category.needs_offence, reader.boolean("needs_offence"));
  PROVISO_TRY(category.imprisonment_years_min,
              whole_of(reader, limit_of("categories[].imprisonment_years_min")));
  if (!category.needs_offence && category.imprisonment_years_min != 0) {
    return reader.refused("imprisonment_years_min", "0 where needs_offence is false");
  }
  PROVISO_TRY_DONE(reader.finish());
  return category;
}

Result<PlacePolygon> polygon_of(FieldReader& reader) {
  PROVISO_TRY(const auto corners,
              reader.elements("polygon", {PlacePolygon::kCornersMin, PlacePolygon::kCornersMax}));
  constexpr std::int64_t kDegreesE7Max = 180 * kDegreeE7;
  const auto in_range = [](const std::int64_t* value) {
    return value != nullptr && *value >= -kDegreesE7Max && *value <= kDegreesE7Max;
  };
  PlacePolygon polygon;
  for (const Value& corner : corners) {
    const Value::Array* pair = corner.array();
    if (pair == nullptr || pair->size() != 2 || !in_range((*pair)[0].integer()) ||
        !in_range((*pair)[1].integer())) {
      return reader.refused(
          "polygon", "corners [latitude, longitude] in ten-millionths of a degree, whole numbers");
    }
    polygon.corners.push_back(
        {.latitude_e7 = *(*pair)[0].integer(), .longitude_e7 = *(*pair)[1].integer()});
  }
  PROVISO_TRY_DONE(check_place(polygon, concat(reader.place(), ".polygon")));
  return polygon;
}

Result<SensitivePlace> place_of(FieldReader& reader) {
  SensitivePlace place;
  PROVISO_TRY(place.id, read_id(reader, "id"));
  PROVISO_TRY(place.name, text_of(reader, "name"));
  PROVISO_TRY(place.kind, word_of<PlaceKind>(reader, "kind", kPlaceWords));
  PROVISO_TRY(place.polygon, polygon_of(reader));
  PROVISO_TRY_DONE(reader.finish());
  return place;
}

// What no two items share, and what the file calls it.
template <typename Item>
struct Unique {
  std::string Item::* member;
  std::string_view key;
};

// A list of tables, each read by `read`.
template <typename Item, typename Read>
Result<std::vector<Item>> items_of(FieldReader& reader,
                                   std::string_view name,
                                   FieldReader::Count count,
                                   const Unique<Item>& unique,
                                   const Read& read) {
  PROVISO_TRY(auto readers, reader.objects(name, count));
  std::vector<Item> items;
  for (FieldReader& one : readers) {
    PROVISO_TRY(auto item, read(one));
    if (!is_new(items, unique.member, item.*unique.member)) {
      return one.refused(unique.key, concat("one that nothing else of ", name, " has"));
    }
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

std::string_view to_text(PlaceKind kind) {
  return word_of(kPlaceWords, kind);
}

std::string_view to_text(EvidenceKind kind) {
  return word_of(kEvidenceWords, kind);
}

Result<std::vector<Category>> categories_of(FieldReader& reader) {
  return items_of<Category>(
      reader, "categories", {.min = 1, .max = kCategoriesMax}, {&Category::id, "id"}, category_of);
}

Result<std::vector<std::string>> image_sources_of(FieldReader& reader) {
  PROVISO_TRY(auto sources,
              reader.strings("image_sources", {.min = 1, .max = kImageSourcesMax}, kTextBytesMax));
  for (const std::string& source : sources) {
    const bool is_twice = std::count(sources.begin(), sources.end(), source) > 1;
    if (is_twice || is_catch_all(source) || !checked_id(source, "image source")) {
      return Error{ErrorCode::kInvalidInput,
                   concat(reader.place(),
                          ".image_sources must be ids, each once, and each ",
                          kNotCatchAll,
                          "; found ",
                          in_quotes(source),
                          "; correct it")};
    }
  }
  return sources;
}

Result<std::vector<UseCase>> use_cases_of(FieldReader& reader, std::span<const Category> known) {
  return items_of<UseCase>(reader,
                           "use_cases",
                           {.min = 1, .max = kUseCasesMax},
                           {&UseCase::name, "name"},
                           [&](FieldReader& one) { return use_case_of(one, known); });
}

Result<std::vector<DocumentNeeded>> documents_of(FieldReader& reader) {
  const auto document_of = [](FieldReader& one) -> Result<DocumentNeeded> {
    DocumentNeeded document;
    PROVISO_TRY(document.id, read_id(one, "id"));
    PROVISO_TRY(document.age_days_max, whole_of(one, limit_of("documents[].age_days_max")));
    PROVISO_TRY_DONE(one.finish());
    return document;
  };
  PROVISO_TRY(auto documents,
              items_of<DocumentNeeded>(reader,
                                       "documents",
                                       {.min = 1, .max = kDocumentsMax},
                                       {&DocumentNeeded::id, "id"},
                                       document_of));
  // Without these two no authority is to be had (rows A8, A9), whatever a policy says.
  for (const std::string_view needed : {"dpia", "eia"}) {
    if (std::ranges::find(documents, needed, &DocumentNeeded::id) == documents.end()) {
      return reader.refused("documents", concat("a document ", needed, " among them"));
    }
  }
  return documents;
}

Result<std::vector<SensitivePlace>> places_of(FieldReader& reader) {
  if (!reader.has("places")) return std::vector<SensitivePlace>{};
  return items_of<SensitivePlace>(
      reader, "places", {.min = 0, .max = kPlacesMax}, {&SensitivePlace::id, "id"}, place_of);
}

}  // namespace proviso::policy
