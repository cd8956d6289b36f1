#include "safeguards/watchlist/list_format.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/core/concat.h"
#include "base/core/utf8.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/watchlist/byte_reader.h"
#include "safeguards/watchlist/list_header.h"
#include "safeguards/watchlist/reference.h"

namespace proviso::watchlist {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are stored little-endian");

constexpr std::string_view kFirstLine = "proviso/watchlist/v2\n";
constexpr std::string_view kLockedLine = "proviso/locked-list/v1\n";
constexpr double kNormTolerance = 1e-4;
constexpr std::size_t kDigestBytes = sizeof(crypto::Digest);
// A length of one byte, one of four, an id of one character and a digest.
constexpr std::size_t kRecordBytesMin = 1 + sizeof(std::uint32_t) + 1 + kDigestBytes;
constexpr std::size_t kContentBytesMax = sizeof(Salt) + 3 + kLabelBytesMax + kCategoryBytesMax +
                                         kPhotographsMax * kDigestBytes +
                                         kDimensionMax * sizeof(float) + kThumbnailBytesMax;

std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};  // NOLINT(*-reinterpret-cast)
}

Status check_length(const ListHeader& header, bool is_locked, std::size_t found) {
  const std::size_t sealing = is_locked ? header.entries * crypto::kSealedOverheadBytes : 0;
  const std::size_t needed = header.table_bytes + header.contents_bytes + sealing;
  if (found != needed) {
    return damaged_list(concat("the body has ", found, " bytes, the header needs ", needed));
  }
  if (header.table_bytes < header.entries * kRecordBytesMin) {
    return damaged_list("the table is too short for its entries");
  }
  return Done{};
}

Result<ListRecord> read_record(ByteReader& table, std::size_t number) {
  const auto cut_off = [&] {
    return damaged_list(concat("the record of entry number ", number, " is cut off"));
  };
  const auto id_text = table.take_text(table.take_byte());
  if (!id_text) return cut_off();
  auto id = EntryId::parse(*id_text);
  if (!id) return damaged_list(id.error().message);
  const auto content_bytes = table.take_u32();
  const auto digest = table.take(kDigestBytes);
  if (!content_bytes || !digest) return cut_off();
  if (*content_bytes > kContentBytesMax) {
    return damaged_list(concat("the content of entry ",
                               *id_text,
                               " has ",
                               *content_bytes,
                               " bytes, the limit is ",
                               kContentBytesMax));
  }
  ListRecord record{.id = std::move(id).value(), .content_bytes = *content_bytes, .content = {}};
  std::memcpy(record.content.bytes.data(), digest->data(), kDigestBytes);
  return record;
}

Status read_table(std::span<const std::byte> bytes, const ListHeader& header, ListHead& head) {
  head.records.reserve(header.entries);
  std::size_t contents_bytes = 0;
  ByteReader table(bytes);
  while (head.records.size() < header.entries) {
    PROVISO_TRY(auto record, read_record(table, head.records.size()));
    if (!head.records.empty() && !(head.records.back().id < record.id)) {
      return damaged_list(
          concat("entry ", record.id.text(), " does not come after the one before it"));
    }
    contents_bytes += record.content_bytes;
    head.records.push_back(std::move(record));
  }
  if (!table.finished()) return damaged_list("the table goes on after its last entry");
  if (contents_bytes != header.contents_bytes) {
    return damaged_list(concat("the table's contents have ",
                               contents_bytes,
                               " bytes, the header needs ",
                               header.contents_bytes));
  }
  return Done{};
}

bool is_of_norm_1(std::span<const float> row) {
  double squares = 0;
  for (const float value : row) squares += static_cast<double>(value) * value;
  // Not a number fails the comparison, too.
  return std::abs(std::sqrt(squares) - 1) <= kNormTolerance;
}

Status read_texts(ByteReader& content, ListEntry& entry) {
  const auto salt = content.take(entry.salt.size());
  const auto label = content.take_text(content.take_byte());
  const auto category = content.take_text(content.take_byte());
  const auto photographs = content.take_byte();
  if (!salt || !label || !category || !photographs) {
    return damaged_list(concat("the content of entry ", entry.id.text(), " is cut off"));
  }
  if (!is_printable_utf8(*label, kLabelBytesMax)) {
    return damaged_list(concat(
        "the label of entry ", entry.id.text(), " is not printable text of at most 128 bytes"));
  }
  if (!is_printable_utf8(*category, kCategoryBytesMax)) {
    return damaged_list(concat(
        "the category of entry ", entry.id.text(), " is not printable text of at most 64 bytes"));
  }
  if (*photographs == 0 || *photographs > kPhotographsMax) {
    return damaged_list(
        concat("entry ", entry.id.text(), " has ", *photographs, " photographs, needed 1 to 64"));
  }
  std::memcpy(entry.salt.data(), salt->data(), salt->size());
  entry.label = *label;
  entry.category = *category;
  entry.photographs.resize(*photographs);
  return Done{};
}

template <typename Part>
void append(std::vector<std::byte>& bytes, const Part& part) {
  const auto added = std::as_bytes(std::span(part));
  bytes.insert(bytes.end(), added.begin(), added.end());
}

template <typename Number>
void append_number(std::vector<std::byte>& bytes, Number number) {
  append(bytes, std::span(&number, 1));
}

void append_short(std::vector<std::byte>& bytes, std::string_view text) {
  append_number(bytes, static_cast<std::uint8_t>(text.size()));
  append(bytes, text);
}

std::size_t content_length(const ListEntry& entry) {
  return sizeof(Salt) + 3 + entry.label.size() + entry.category.size() +
         entry.photographs.size() * kDigestBytes + entry.values.size() * sizeof(float) +
         entry.thumbnail_jpeg.size();
}

std::size_t record_length(const ListEntry& entry) {
  return 1 + entry.id.text().size() + sizeof(std::uint32_t) + kDigestBytes;
}

std::vector<std::byte> content_of(const ListEntry& entry) {
  PROVISO_CHECK(entry.label.size() <= kLabelBytesMax);
  PROVISO_CHECK(entry.category.size() <= kCategoryBytesMax);
  PROVISO_CHECK(!entry.photographs.empty() && entry.photographs.size() <= kPhotographsMax);
  PROVISO_CHECK(entry.thumbnail_jpeg.size() <= kThumbnailBytesMax);
  std::vector<std::byte> bytes;
  bytes.reserve(content_length(entry));
  append(bytes, entry.salt);
  append_short(bytes, entry.label);
  append_short(bytes, entry.category);
  append_number(bytes, static_cast<std::uint8_t>(entry.photographs.size()));
  for (const crypto::Digest& digest : entry.photographs) append(bytes, digest.bytes);
  append(bytes, entry.values);
  append(bytes, entry.thumbnail_jpeg);
  return bytes;
}

std::vector<std::byte> head_of(const ListContents& list) {
  ListHeader header{.state = list.state,
                    .made_at = list.made_at,
                    .model_pack = list.model_pack,
                    .dimension = list.dimension,
                    .entries = list.entries.size(),
                    .composition = list.composition};
  for (const ListEntry& entry : list.entries) {
    PROVISO_CHECK(entry.values.size() == list.dimension);
    header.table_bytes += record_length(entry);
    header.contents_bytes += content_length(entry);
  }
  const std::string lines = concat(kFirstLine, to_text(header), "\n");
  std::vector<std::byte> bytes;
  bytes.reserve(lines.size() + header.table_bytes);
  append(bytes, lines);
  for (const ListEntry& entry : list.entries) {
    const auto content = content_of(entry);
    append_short(bytes, entry.id.text());
    append_number(bytes, static_cast<std::uint32_t>(content.size()));
    append(bytes, crypto::sha256(content).bytes);
  }
  return bytes;
}

}  // namespace

Result<ListHead> parse_head(const ListSource& source) {
  if (source.size() > kFileBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("watchlist: ",
                        source.size(),
                        " bytes, the limit is ",
                        kFileBytesMax,
                        "; make smaller lists")};
  }
  std::vector<std::byte> bytes(
      std::min(source.size(), kLockedLine.size() + kFirstLine.size() + kHeaderBytesMax + 1));
  PROVISO_TRY_DONE(source.read(0, bytes));
  std::string_view text = as_text(bytes);
  const bool is_locked = text.starts_with(kLockedLine);
  const std::size_t head_at = is_locked ? kLockedLine.size() : 0;
  text.remove_prefix(head_at);
  if (!text.starts_with(kFirstLine)) {
    return damaged_list("the first line is not proviso/watchlist/v2 or proviso/locked-list/v1");
  }
  const std::string_view rest = text.substr(kFirstLine.size(), kHeaderBytesMax + 1);
  const std::size_t header_length = rest.find('\n');
  if (header_length == std::string_view::npos) return damaged_list("the header line is cut off");
  PROVISO_TRY(const auto header, parse_header(rest.substr(0, header_length)));
  const std::size_t lines = kFirstLine.size() + header_length + 1;
  PROVISO_TRY_DONE(check_length(header, is_locked, source.size() - head_at - lines));
  if (is_locked && header.state != ListState::kSealed) return damaged_list("a draft is not locked");

  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head_at));
  bytes.resize(lines + header.table_bytes);
  const auto table = std::span(bytes).subspan(lines);
  PROVISO_TRY_DONE(source.read(head_at + lines, table));
  ListHead head{.state = header.state,
                .is_locked = is_locked,
                .made_at = header.made_at,
                .model_pack = header.model_pack,
                .dimension = header.dimension,
                .composition = header.composition,
                .records = {},
                .digest = crypto::sha256(bytes),
                .contents_at = head_at + bytes.size()};
  PROVISO_TRY_DONE(read_table(table, header, head));
  return head;
}

Result<ListEntry> parse_content(const ListRecord& record,
                                std::size_t dimension,
                                std::span<const std::byte> content) {
  const auto refused = [&](std::string_view what) {
    return damaged_list(concat("the content of entry ", record.id.text(), what));
  };
  if (crypto::sha256(content) != record.content) return refused(" has another digest than listed");
  ListEntry entry{.id = record.id,
                  .label = {},
                  .category = {},
                  .photographs = {},
                  .values = {},
                  .thumbnail_jpeg = {}};
  ByteReader reader(content);
  PROVISO_TRY_DONE(read_texts(reader, entry));
  const auto digests = reader.take(entry.photographs.size() * kDigestBytes);
  const auto row = reader.take(dimension * sizeof(float));
  if (!digests || !row) return refused(" is cut off");
  std::memcpy(entry.photographs.data(), digests->data(), digests->size());
  entry.values.resize(dimension);
  std::memcpy(entry.values.data(), row->data(), row->size());
  if (!is_of_norm_1(entry.values)) {
    return damaged_list(concat("the template of entry ", record.id.text(), " is not of norm 1"));
  }
  const auto thumbnail = reader.rest();
  if (thumbnail.size() > kThumbnailBytesMax) {
    return damaged_list(concat("the thumbnail of entry ", record.id.text(), " is over 64 KiB"));
  }
  const auto* const first = reinterpret_cast<const std::uint8_t*>(thumbnail.data());  // NOLINT
  entry.thumbnail_jpeg.assign(first, first + thumbnail.size());
  return entry;
}

Result<ListContents> parse_list(std::span<const std::byte> bytes) {
  PROVISO_TRY(auto head, parse_head(ListSource(bytes)));
  if (head.is_locked) {
    return Error{ErrorCode::kInvalidInput,
                 "watchlist: the list is locked, needed one in the clear; `proviso vault` looks "
                 "after its entries"};
  }
  ListContents list{.state = head.state,
                    .made_at = head.made_at,
                    .model_pack = head.model_pack,
                    .dimension = head.dimension,
                    .composition = head.composition,
                    .entries = {}};
  list.entries.reserve(head.records.size());
  auto contents = bytes.subspan(head.contents_at);
  for (const ListRecord& record : head.records) {
    PROVISO_TRY(auto entry,
                parse_content(record, head.dimension, contents.first(record.content_bytes)));
    list.entries.push_back(std::move(entry));
    contents = contents.subspan(record.content_bytes);
  }
  return list;
}

std::vector<std::byte> to_bytes(const ListContents& list) {
  auto bytes = head_of(list);
  std::size_t contents = 0;
  for (const ListEntry& entry : list.entries) contents += content_length(entry);
  bytes.reserve(bytes.size() + contents);
  for (const ListEntry& entry : list.entries) append(bytes, content_of(entry));
  return bytes;
}

Result<LockedBytes> to_locked_bytes(const ListContents& list, const Sealing& sealing) {
  PROVISO_CHECK(list.state == ListState::kSealed);
  const auto head = head_of(list);
  std::size_t length = kLockedLine.size() + head.size();
  for (const ListEntry& entry : list.entries) {
    length += content_length(entry) + crypto::kSealedOverheadBytes;
  }
  LockedBytes locked{.digest = crypto::sha256(head), .bytes = {}};
  locked.bytes.reserve(length);
  append(locked.bytes, kLockedLine);
  append(locked.bytes, head);
  for (const ListEntry& entry : list.entries) {
    const auto content = content_of(entry);
    PROVISO_TRY(const auto sealed, sealing(locked.digest, entry.id, content));
    PROVISO_CHECK(sealed.size() == content.size() + crypto::kSealedOverheadBytes);
    append(locked.bytes, sealed);
  }
  return locked;
}

std::size_t file_bytes(const ListEntry& entry) {
  return record_length(entry) + content_length(entry);
}

}  // namespace proviso::watchlist
