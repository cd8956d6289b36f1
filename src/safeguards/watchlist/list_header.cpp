#include "safeguards/watchlist/list_header.h"

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/json/json.h"
#include "safeguards/watchlist/reference.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kTextBytesMax = 128;

Result<std::size_t> count_of(FieldReader& reader, std::string_view name, std::size_t max) {
  PROVISO_TRY(const auto count, reader.integer(name, 0, json::kIntegerMax));
  if (static_cast<std::size_t>(count) <= max) return static_cast<std::size_t>(count);
  return Error{
      ErrorCode::kOverLimit,
      concat("watchlist: ", count, ' ', name, ", the limit is ", max, "; make smaller lists")};
}

Result<ListHeader> read_header(const Value& value) {
  ListHeader header;
  PROVISO_TRY(auto reader, FieldReader::of(value, "header"));
  PROVISO_TRY(const auto state, reader.string("state", kTextBytesMax));
  if (state != "draft" && state != "sealed") {
    return reader.refused("state", "\"draft\" or \"sealed\"");
  }
  header.state = state == "sealed" ? ListState::kSealed : ListState::kDraft;
  PROVISO_TRY(const auto made_at, reader.string("made_at", kTextBytesMax));
  PROVISO_TRY(header.made_at, parse_rfc3339(made_at));
  PROVISO_TRY(const auto pack, reader.string("model_pack_sha256", kTextBytesMax));
  PROVISO_TRY(header.model_pack, crypto::parse_digest(pack));
  PROVISO_TRY(const auto dimension,
              reader.integer("dimension",
                             static_cast<std::int64_t>(kDimensionMin),
                             static_cast<std::int64_t>(kDimensionMax)));
  header.dimension = static_cast<std::size_t>(dimension);
  PROVISO_TRY(header.entries, count_of(reader, "entries", kEntriesMax));
  PROVISO_TRY(header.table_bytes, count_of(reader, "table_bytes", kFileBytesMax));
  PROVISO_TRY(header.contents_bytes, count_of(reader, "contents_bytes", kFileBytesMax));
  if (reader.has("composition")) {
    PROVISO_TRY(auto composition, reader.object("composition"));
    PROVISO_TRY(header.composition, read_composition(std::move(composition), header.entries));
  }
  PROVISO_TRY_DONE(reader.finish());
  return header;
}

}  // namespace

Error damaged_list(std::string_view what) {
  return {ErrorCode::kCorrupt,
          concat("watchlist: ", what, "; restore the file, or make the list again")};
}

std::string to_text(const ListHeader& header) {
  Value::Object fields{{"contents_bytes", static_cast<std::int64_t>(header.contents_bytes)},
                       {"dimension", static_cast<std::int64_t>(header.dimension)},
                       {"entries", static_cast<std::int64_t>(header.entries)},
                       {"made_at", to_rfc3339(header.made_at)},
                       {"model_pack_sha256", crypto::to_hex(header.model_pack)},
                       {"state", header.state == ListState::kSealed ? "sealed" : "draft"},
                       {"table_bytes", static_cast<std::int64_t>(header.table_bytes)}};
  if (header.composition) fields.emplace("composition", to_value(*header.composition));
  return json::to_canonical(fields);
}

Result<ListHeader> parse_header(std::string_view line) {
  const auto value = json::parse(
      line, {.bytes_max = kHeaderBytesMax, .depth_max = 4, .members_max = kCompositionNamesMax});
  if (!value) return damaged_list(value.error().message);
  auto header = read_header(value.value());
  if (!header) {
    if (header.error().code == ErrorCode::kOverLimit) return header;
    return damaged_list(header.error().message);
  }
  if (to_text(header.value()) != line) return damaged_list("the header is not canonical JSON");
  return header;
}

}  // namespace proviso::watchlist
