#include "safeguards/watchlist/list_format.h"

#include <bit>
#include <cmath>
#include <cstring>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/utf8.h"
#include "base/json/json.h"
#include "safeguards/watchlist/reference.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::watchlist {
namespace {

static_assert(std::endian::native == std::endian::little, "rows are stored little-endian");

constexpr std::string_view kFirstLine = "proviso/watchlist/v1\n";
constexpr std::size_t kHeaderBytesMax = std::size_t{1} << 30U;
constexpr std::size_t kTextBytesMax = 128;
constexpr double kNormTolerance = 1e-4;

Error corrupt(std::string what) {
  return {ErrorCode::kCorrupt,
          concat("watchlist: ", what, "; restore the file, or make the list again")};
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT(*-reinterpret-cast)
}

struct Counted {
  ListEntry entry;
  std::size_t thumbnail_bytes = 0;
};

Result<Counted> read_entry(FieldReader& reader) {
  PROVISO_TRY(const auto id_text, reader.string("id", kIdLengthMax));
  PROVISO_TRY(auto id, EntryId::parse(id_text));
  PROVISO_TRY(auto label, reader.string("label", kLabelBytesMax));
  if (!is_printable_utf8(label, kLabelBytesMax)) {
    return reader.refused("label", "printable text of at most 128 bytes");
  }
  PROVISO_TRY(const auto hexes,
              reader.strings("photographs", {.min = 1, .max = kPhotographsMax}, kTextBytesMax));
  std::vector<crypto::Digest> photographs;
  for (const std::string& hex : hexes) {
    PROVISO_TRY(const auto digest, crypto::parse_digest(hex));
    photographs.push_back(digest);
  }
  PROVISO_TRY(const auto thumbnail_bytes, reader.integer("thumbnail_bytes", 0, kThumbnailBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  return Counted{.entry = {.id = std::move(id),
                           .label = std::move(label),
                           .photographs = std::move(photographs),
                           .values = {},
                           .thumbnail_jpeg = {}},
                 .thumbnail_bytes = static_cast<std::size_t>(thumbnail_bytes)};
}

Status read_head(FieldReader& reader, ListContents& list) {
  PROVISO_TRY(const auto state, reader.string("state", kTextBytesMax));
  if (state != "draft" && state != "sealed") {
    return reader.refused("state", "\"draft\" or \"sealed\"");
  }
  list.state = state == "sealed" ? ListState::kSealed : ListState::kDraft;
  PROVISO_TRY(const auto made_at, reader.string("made_at", kTextBytesMax));
  PROVISO_TRY(list.made_at, parse_rfc3339(made_at));
  PROVISO_TRY(const auto pack, reader.string("model_pack_sha256", kTextBytesMax));
  PROVISO_TRY(list.model_pack, crypto::parse_digest(pack));
  PROVISO_TRY(const auto dimension,
              reader.integer("dimension", 2, static_cast<std::int64_t>(kDimensionMax)));
  list.dimension = static_cast<std::size_t>(dimension);
  return Done{};
}

Result<std::vector<std::size_t>> read_header(std::string_view json, ListContents& list) {
  const json::Limits limits{
      .bytes_max = kHeaderBytesMax, .depth_max = 4, .members_max = kEntriesMax * 8};
  PROVISO_TRY(const auto value, json::parse(json, limits));
  PROVISO_TRY(auto reader, FieldReader::of(value, "header"));
  PROVISO_TRY_DONE(read_head(reader, list));
  PROVISO_TRY(auto entries, reader.objects("entries", {.min = 0, .max = kEntriesMax}));
  std::vector<std::size_t> thumbnail_bytes;
  for (FieldReader& entry_reader : entries) {
    PROVISO_TRY(auto counted, read_entry(entry_reader));
    if (!list.entries.empty() && !(list.entries.back().id < counted.entry.id)) {
      return entry_reader.refused("id", "entries in order of their ids, each id once");
    }
    list.entries.push_back(std::move(counted.entry));
    thumbnail_bytes.push_back(counted.thumbnail_bytes);
  }
  PROVISO_TRY_DONE(reader.finish());
  return thumbnail_bytes;
}

Status read_row(std::span<const std::byte> bytes, std::size_t dimension, ListEntry& entry) {
  entry.values.resize(dimension);
  std::memcpy(entry.values.data(), bytes.data(), bytes.size());
  double squares = 0;
  for (const float value : entry.values) squares += static_cast<double>(value) * value;
  if (!std::isfinite(squares) || std::abs(std::sqrt(squares) - 1) > kNormTolerance) {
    return corrupt(concat("the template of entry ", entry.id.text(), " is not of norm 1"));
  }
  return Done{};
}

}  // namespace

Result<ListContents> parse_list(std::span<const std::byte> bytes) {
  if (bytes.size() > kFileBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: ", bytes.size(), " bytes, the limit is ", kFileBytesMax)};
  }
  const std::string_view text = as_text(bytes);
  if (!text.starts_with(kFirstLine)) {
    return corrupt("the first line is not proviso/watchlist/v1");
  }
  const std::size_t header_end = text.find('\n', kFirstLine.size());
  if (header_end == std::string_view::npos) return corrupt("the header line is cut off");

  ListContents list;
  const auto thumbnails =
      read_header(text.substr(kFirstLine.size(), header_end - kFirstLine.size()), list);
  if (!thumbnails) {
    if (thumbnails.error().code == ErrorCode::kOverLimit) return thumbnails.error();
    return corrupt(thumbnails.error().message);
  }
  const std::size_t row_bytes = list.dimension * sizeof(float);
  std::size_t needed = list.entries.size() * row_bytes;
  for (const std::size_t count : thumbnails.value()) needed += count;
  auto body = bytes.subspan(header_end + 1);
  if (body.size() != needed) {
    return corrupt(concat("the body has ", body.size(), " bytes, the header needs ", needed));
  }
  for (ListEntry& entry : list.entries) {
    PROVISO_TRY_DONE(read_row(body.first(row_bytes), list.dimension, entry));
    body = body.subspan(row_bytes);
  }
  for (std::size_t n = 0; n < list.entries.size(); ++n) {
    const std::string_view jpeg = as_text(body.first(thumbnails.value()[n]));
    list.entries[n].thumbnail_jpeg.assign(jpeg.begin(), jpeg.end());
    body = body.subspan(thumbnails.value()[n]);
  }
  return list;
}

std::vector<std::byte> to_bytes(const ListContents& list) {
  Value::Array entries;
  std::size_t body_bytes = 0;
  for (const ListEntry& entry : list.entries) {
    PROVISO_CHECK(entry.values.size() == list.dimension);
    PROVISO_CHECK(entry.thumbnail_jpeg.size() <= kThumbnailBytesMax);
    Value::Array photographs;
    for (const auto& digest : entry.photographs) photographs.emplace_back(crypto::to_hex(digest));
    entries.push_back(
        Value::Object{{"id", entry.id.text()},
                      {"label", entry.label},
                      {"photographs", std::move(photographs)},
                      {"thumbnail_bytes", static_cast<std::int64_t>(entry.thumbnail_jpeg.size())}});
    body_bytes += list.dimension * sizeof(float) + entry.thumbnail_jpeg.size();
  }
  const Value::Object header{{"state", list.state == ListState::kSealed ? "sealed" : "draft"},
                             {"made_at", to_rfc3339(list.made_at)},
                             {"model_pack_sha256", crypto::to_hex(list.model_pack)},
                             {"dimension", static_cast<std::int64_t>(list.dimension)},
                             {"entries", std::move(entries)}};
  const std::string head = concat(kFirstLine, json::to_canonical(header), "\n");

  std::vector<std::byte> bytes;
  bytes.reserve(head.size() + body_bytes);
  const auto append = [&bytes](std::span<const std::byte> part) {
    bytes.insert(bytes.end(), part.begin(), part.end());
  };
  append(std::as_bytes(std::span(head)));
  for (const ListEntry& entry : list.entries) append(std::as_bytes(std::span(entry.values)));
  for (const ListEntry& entry : list.entries) {
    append(std::as_bytes(std::span(entry.thumbnail_jpeg)));
  }
  return bytes;
}

}  // namespace proviso::watchlist
