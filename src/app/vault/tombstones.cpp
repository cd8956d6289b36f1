#include "app/vault/tombstones.h"

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/crypto/sealed_bytes.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

constexpr std::size_t kTextBytesMax = 256;

std::string context_of(std::string_view list, std::string_view mark) {
  return concat("proviso/tombstone/v1 ", list, ' ', mark);
}

std::string entry_text(std::string_view entry) {
  return concat("entry ", entry);
}

std::string image_text(const crypto::Digest& image) {
  return concat("image ", crypto::to_hex(image));
}

std::string to_text(const Trace& trace) {
  Value::Object fields{{"category", trace.category},
                       {"entry", trace.entry},
                       {"reason", trace.reason},
                       {"until", to_rfc3339(trace.until)}};
  if (trace.active_from) fields.emplace("active_from", to_rfc3339(*trace.active_from));
  return json::to_canonical(fields);
}

Result<Trace> parse(std::string_view text) {
  PROVISO_TRY(const auto value, json::parse(text, {}));
  PROVISO_TRY(auto reader, FieldReader::of(value, "tombstone"));
  Trace trace;
  PROVISO_TRY(trace.category, reader.string("category", kTextBytesMax));
  PROVISO_TRY(trace.entry, reader.string("entry", kTextBytesMax));
  PROVISO_TRY(trace.reason, reader.string("reason", kTextBytesMax));
  PROVISO_TRY(trace.until, read_time(reader, "until"));
  if (reader.has("active_from")) {
    PROVISO_TRY(trace.active_from, read_time(reader, "active_from"));
  }
  PROVISO_TRY_DONE(reader.finish());
  return trace;
}

}  // namespace

TombstoneRow Tombstones::row(std::string_view what, const Trace& trace) const {
  return sealed(crypto::to_hex(crypto::keyed_digest(index_key_, what)), trace);
}

Result<std::vector<TombstoneRow>> Tombstones::forgotten(std::span<const TombstoneRow> rows,
                                                        WallTime before) const {
  std::vector<TombstoneRow> changed;
  for (const TombstoneRow& row : rows) {
    PROVISO_TRY(const auto plain,
                crypto::open(index_key_, context_of(list_, row.mark), row.sealed));
    PROVISO_TRY(const auto trace, parse(plain.text()));
    if (trace.until >= before || trace.entry.empty()) continue;
    changed.push_back(sealed(row.mark,
                             {.entry = {},
                              .category = {},
                              .active_from = {},
                              .until = trace.until,
                              .reason = "forgotten"}));
  }
  return changed;
}

TombstoneRow Tombstones::sealed(std::string mark, const Trace& trace) const {
  const std::string text = to_text(trace);
  auto bytes = crypto::seal(index_key_, context_of(list_, mark), std::as_bytes(std::span(text)));
  return {.mark = std::move(mark), .sealed = std::move(bytes)};
}

std::vector<TombstoneRow> Tombstones::of(const Trace& trace, const watchlist::Entry* entry) const {
  std::vector<TombstoneRow> rows{row(entry_text(trace.entry), trace)};
  if (entry == nullptr) return rows;
  for (const auto& image : entry->images) rows.push_back(row(image_text(image.digest), trace));
  return rows;
}

bool Tombstones::opens(const TombstoneRow& row) const {
  return crypto::open(index_key_, context_of(list_, row.mark), row.sealed).has_value();
}

Result<std::optional<Trace>> Tombstones::find(const Tables& tables, std::string_view what) const {
  const std::string mark = crypto::to_hex(crypto::keyed_digest(index_key_, what));
  PROVISO_TRY(const auto sealed, tables.tombstone(mark));
  if (!sealed) return std::optional<Trace>();
  PROVISO_TRY(const auto plain, crypto::open(index_key_, context_of(list_, mark), *sealed));
  PROVISO_TRY(auto trace, parse(plain.text()));
  return std::optional(std::move(trace));
}

Result<std::optional<Trace>> Tombstones::find_entry(const Tables& tables,
                                                    std::string_view entry) const {
  return find(tables, entry_text(entry));
}

Result<std::optional<Trace>> Tombstones::find_image(const Tables& tables,
                                                    const crypto::Digest& image) const {
  return find(tables, image_text(image));
}

}  // namespace proviso::vault
