#include "safeguards/watchlist/list_format.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/utf8.h"
#include "base/json/json.h"
#include "safeguards/watchlist/byte_reader.h"
#include "safeguards/watchlist/reference.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::watchlist {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored little-endian");

constexpr std::string_view kFirstLine = "proviso/watchlist/v1\n";
constexpr std::size_t kTextBytesMax = 128;
constexpr double kNormTolerance = 1e-4;
constexpr std::size_t kDigestBytes = sizeof(crypto::Digest);
// Three lengths of one byte, one of four, an id of one character and one photograph.
constexpr std::size_t kRecordBytesMin = 3 + sizeof(std::uint32_t) + 1 + kDigestBytes;

struct Head {
  ListContents contents;  // Without entries.
  std::size_t entries = 0;
  std::size_t table_bytes = 0;
  std::size_t thumbnail_bytes = 0;
};

Error corrupt(std::string_view what) {
  return {ErrorCode::kCorrupt,
          concat("watchlist: ", what, "; restore the file, or make the list again")};
}

Error over_limit(std::string_view what, std::size_t found, std::size_t limit) {
  return {
      ErrorCode::kOverLimit,
      concat("watchlist: ", found, " ", what, ", the limit is ", limit, "; make smaller lists")};
}

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT(*-reinterpret-cast)
}

Value head_value(const Head& head) {
  const ListContents& list = head.contents;
  return Value::Object{{"state", list.state == ListState::kSealed ? "sealed" : "draft"},
                       {"made_at", to_rfc3339(list.made_at)},
                       {"model_pack_sha256", crypto::to_hex(list.model_pack)},
                       {"dimension", static_cast<std::int64_t>(list.dimension)},
                       {"entries", static_cast<std::int64_t>(head.entries)},
                       {"table_bytes", static_cast<std::int64_t>(head.table_bytes)},
                       {"thumbnail_bytes", static_cast<std::int64_t>(head.thumbnail_bytes)}};
}

Result<std::size_t> count_of(FieldReader& reader, std::string_view name, std::size_t max) {
  PROVISO_TRY(const auto count, reader.integer(name, 0, json::kIntegerMax));
  if (static_cast<std::size_t>(count) > max) {
    return over_limit(name, static_cast<std::size_t>(count), max);
  }
  return static_cast<std::size_t>(count);
}

Result<Head> read_head(const Value& value) {
  Head head;
  ListContents& list = head.contents;
  PROVISO_TRY(auto reader, FieldReader::of(value, "header"));
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
              reader.integer("dimension",
                             static_cast<std::int64_t>(kDimensionMin),
                             static_cast<std::int64_t>(kDimensionMax)));
  list.dimension = static_cast<std::size_t>(dimension);
  PROVISO_TRY(head.entries, count_of(reader, "entries", kEntriesMax));
  PROVISO_TRY(head.table_bytes, count_of(reader, "table_bytes", kFileBytesMax));
  PROVISO_TRY(head.thumbnail_bytes, count_of(reader, "thumbnail_bytes", kFileBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  return head;
}

Result<Head> parse_head(std::string_view line) {
  constexpr std::size_t kFieldsMax = 16;
  const auto value =
      json::parse(line, {.bytes_max = kHeaderBytesMax, .depth_max = 2, .members_max = kFieldsMax});
  if (!value) return corrupt(value.error().message);
  auto head = read_head(value.value());
  if (!head) {
    if (head.error().code == ErrorCode::kOverLimit) return head;
    return corrupt(head.error().message);
  }
  if (json::to_canonical(head_value(head.value())) != line) {
    return corrupt("the header is not canonical JSON");
  }
  return head;
}

Result<std::size_t> read_record(ByteReader& table, std::vector<ListEntry>& entries) {
  const auto cut_off = [&] {
    return corrupt(concat("the record of entry number ", entries.size(), " is cut off"));
  };
  const auto id_text = table.take_text(table.take_byte());
  if (!id_text) return cut_off();
  auto id = EntryId::parse(*id_text);
  if (!id) return corrupt(id.error().message);
  if (!entries.empty() && !(entries.back().id < id.value())) {
    return corrupt(concat("entry ", *id_text, " does not come after the one before it"));
  }
  const auto label = table.take_text(table.take_byte());
  if (!label) return cut_off();
  if (!is_printable_utf8(*label, kLabelBytesMax)) {
    return corrupt(
        concat("the label of entry ", *id_text, " is not printable text of at most 128 bytes"));
  }
  const auto photographs = table.take_byte();
  if (!photographs) return cut_off();
  if (*photographs == 0 || *photographs > kPhotographsMax) {
    return corrupt(
        concat("entry ", *id_text, " has ", *photographs, " photographs, needed 1 to 64"));
  }
  std::vector<crypto::Digest> digests(*photographs);
  const auto digest_bytes = table.take(digests.size() * kDigestBytes);
  const auto thumbnail_bytes = table.take_u32();
  if (!digest_bytes || !thumbnail_bytes) return cut_off();
  if (*thumbnail_bytes > kThumbnailBytesMax) {
    return corrupt(concat("the thumbnail of entry ", *id_text, " is over 64 KiB"));
  }
  std::memcpy(digests.data(), digest_bytes->data(), digest_bytes->size());
  entries.push_back({.id = std::move(id).value(),
                     .label = std::string(*label),
                     .photographs = std::move(digests),
                     .values = {},
                     .thumbnail_jpeg = {}});
  return std::size_t{*thumbnail_bytes};
}

Status check_row(std::span<const std::byte> row, const EntryId& id) {
  std::array<float, kDimensionMax> values{};
  std::memcpy(values.data(), row.data(), row.size());
  double squares = 0;
  for (const float value : std::span(values).first(row.size() / sizeof(float))) {
    squares += static_cast<double>(value) * value;
  }
  // Not a number fails the comparison, too.
  if (!(std::abs(std::sqrt(squares) - 1) <= kNormTolerance)) {
    return corrupt(concat("the template of entry ", id.text(), " is not of norm 1"));
  }
  return Done{};
}

Status check_length(const Head& head, std::size_t found) {
  const std::size_t row_bytes = head.contents.dimension * sizeof(float);
  const std::size_t needed = head.table_bytes + head.entries * row_bytes + head.thumbnail_bytes;
  if (found != needed) {
    return corrupt(concat("the body has ", found, " bytes, the header needs ", needed));
  }
  if (head.table_bytes < head.entries * kRecordBytesMin) {
    return corrupt("the table is too short for its entries");
  }
  return Done{};
}

Status take_thumbnails(std::span<const std::size_t> lengths,
                       std::span<const std::byte> bytes,
                       std::vector<ListEntry>& entries) {
  std::size_t needed = 0;
  for (const std::size_t length : lengths) needed += length;
  if (needed != bytes.size()) {
    return corrupt(
        concat("the thumbnails have ", bytes.size(), " bytes, the table needs ", needed));
  }
  for (std::size_t n = 0; n < entries.size(); ++n) {
    const auto* const first = reinterpret_cast<const std::uint8_t*>(bytes.data());  // NOLINT
    entries[n].thumbnail_jpeg.assign(first, first + lengths[n]);
    bytes = bytes.subspan(lengths[n]);
  }
  return Done{};
}

template <typename Number>
void append_number(std::vector<std::byte>& bytes, Number number) {
  const auto part = std::as_bytes(std::span(&number, 1));
  bytes.insert(bytes.end(), part.begin(), part.end());
}

template <typename Part>
void append(std::vector<std::byte>& bytes, const Part& part) {
  const auto added = std::as_bytes(std::span(part));
  bytes.insert(bytes.end(), added.begin(), added.end());
}

std::size_t record_bytes(const ListEntry& entry) {
  return 3 + sizeof(std::uint32_t) + entry.id.text().size() + entry.label.size() +
         entry.photographs.size() * kDigestBytes;
}

void append_record(std::vector<std::byte>& bytes, const ListEntry& entry) {
  append_number(bytes, static_cast<std::uint8_t>(entry.id.text().size()));
  append(bytes, entry.id.text());
  append_number(bytes, static_cast<std::uint8_t>(entry.label.size()));
  append(bytes, entry.label);
  append_number(bytes, static_cast<std::uint8_t>(entry.photographs.size()));
  for (const crypto::Digest& digest : entry.photographs) append(bytes, digest.bytes);
  append_number(bytes, static_cast<std::uint32_t>(entry.thumbnail_jpeg.size()));
}

}  // namespace

Result<ListParts> parse_parts(std::span<const std::byte> bytes) {
  if (bytes.size() > kFileBytesMax) return over_limit("bytes", bytes.size(), kFileBytesMax);
  const std::string_view text = as_text(bytes);
  if (!text.starts_with(kFirstLine)) {
    return corrupt("the first line is not proviso/watchlist/v1");
  }
  const std::string_view rest = text.substr(kFirstLine.size(), kHeaderBytesMax + 1);
  const std::size_t header_length = rest.find('\n');
  if (header_length == std::string_view::npos) return corrupt("the header line is cut off");
  PROVISO_TRY(auto head, parse_head(rest.substr(0, header_length)));
  auto body = bytes.subspan(kFirstLine.size() + header_length + 1);
  PROVISO_TRY_DONE(check_length(head, body.size()));

  ListParts parts{.contents = std::move(head.contents), .rows = {}};
  std::vector<ListEntry>& entries = parts.contents.entries;
  entries.reserve(head.entries);
  std::vector<std::size_t> thumbnail_bytes;
  thumbnail_bytes.reserve(head.entries);
  ByteReader table(body.first(head.table_bytes));
  while (entries.size() < head.entries) {
    PROVISO_TRY(const auto length, read_record(table, entries));
    thumbnail_bytes.push_back(length);
  }
  if (!table.finished()) return corrupt("the table goes on after its last entry");

  const std::size_t row_bytes = parts.contents.dimension * sizeof(float);
  parts.rows = body.subspan(head.table_bytes, entries.size() * row_bytes);
  for (std::size_t n = 0; n < entries.size(); ++n) {
    PROVISO_TRY_DONE(check_row(parts.rows.subspan(n * row_bytes, row_bytes), entries[n].id));
  }
  PROVISO_TRY_DONE(take_thumbnails(thumbnail_bytes, body.last(head.thumbnail_bytes), entries));
  return parts;
}

Result<ListContents> parse_list(std::span<const std::byte> bytes) {
  PROVISO_TRY(auto parts, parse_parts(bytes));
  const std::size_t row_bytes = parts.contents.dimension * sizeof(float);
  for (ListEntry& entry : parts.contents.entries) {
    entry.values.resize(parts.contents.dimension);
    std::memcpy(entry.values.data(), parts.rows.data(), row_bytes);
    parts.rows = parts.rows.subspan(row_bytes);
  }
  return std::move(parts.contents);
}

std::vector<std::byte> to_bytes(const ListContents& list) {
  Head head{.contents = {.state = list.state,
                         .made_at = list.made_at,
                         .model_pack = list.model_pack,
                         .dimension = list.dimension,
                         .entries = {}},
            .entries = list.entries.size()};
  std::size_t body_bytes = 0;
  for (const ListEntry& entry : list.entries) {
    PROVISO_CHECK(entry.values.size() == list.dimension);
    PROVISO_CHECK(entry.label.size() <= kLabelBytesMax);
    PROVISO_CHECK(!entry.photographs.empty() && entry.photographs.size() <= kPhotographsMax);
    PROVISO_CHECK(entry.thumbnail_jpeg.size() <= kThumbnailBytesMax);
    head.table_bytes += record_bytes(entry);
    head.thumbnail_bytes += entry.thumbnail_jpeg.size();
    body_bytes += file_bytes(entry);
  }
  const std::string lines = concat(kFirstLine, json::to_canonical(head_value(head)), "\n");
  std::vector<std::byte> bytes;
  bytes.reserve(lines.size() + body_bytes);
  append(bytes, lines);
  for (const ListEntry& entry : list.entries) append_record(bytes, entry);
  for (const ListEntry& entry : list.entries) append(bytes, entry.values);
  for (const ListEntry& entry : list.entries) append(bytes, entry.thumbnail_jpeg);
  return bytes;
}

std::size_t file_bytes(const ListEntry& entry) {
  return record_bytes(entry) + entry.values.size() * sizeof(float) + entry.thumbnail_jpeg.size();
}

}  // namespace proviso::watchlist
