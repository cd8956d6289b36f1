#include "safeguards/watchlist/entry.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/crypto/digest_field.h"
#include "safeguards/officers/document.h"

namespace proviso::watchlist {
namespace {

using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

constexpr int kYearMin = 1900;
constexpr int kYearMax = 2105;

Result<sys_days> day_of(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto text, reader.string(name, kEntryShortTextBytesMax));
  auto day = parse_day(text);
  if (!day) return reader.refused(name, "a day such as 1990-02-28, from 1900 to 2105");
  return day;
}

// A field that may be left out, and is not empty where it stands.
Result<std::string> optional_words(FieldReader& reader, std::string_view name) {
  if (!reader.has(name)) return std::string();
  return officers::words_of(reader, name, kEntryTextBytesMax);
}

Result<EntryImage> image_of(FieldReader& reader) {
  EntryImage image;
  PROVISO_TRY(image.digest, crypto::read_digest(reader, "sha256"));
  PROVISO_TRY(image.source, read_id(reader, "source"));
  PROVISO_TRY(image.taken_on, day_of(reader, "taken_on"));
  PROVISO_TRY(image.provenance, officers::words_of(reader, "provenance", kEntryShortTextBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  return image;
}

Result<std::vector<EntryImage>> images_of(FieldReader& reader) {
  PROVISO_TRY(auto readers, reader.objects("images", {.min = 1, .max = kPhotographsMax}));
  std::vector<EntryImage> images;
  std::set<crypto::Digest> seen;
  for (FieldReader& one : readers) {
    PROVISO_TRY(auto image, image_of(one));
    if (!seen.insert(image.digest).second) {
      return one.refused("sha256", "another image than those before it");
    }
    images.push_back(std::move(image));
  }
  return images;
}

Result<Offence> offence_of(FieldReader reader) {
  Offence offence;
  PROVISO_TRY(offence.code, officers::words_of(reader, "code", kEntryShortTextBytesMax));
  PROVISO_TRY(const auto years, reader.integer("imprisonment_years_max", 0, kImprisonmentYearsMax));
  offence.imprisonment_years_max = static_cast<int>(years);
  PROVISO_TRY_DONE(reader.finish());
  return offence;
}

Status read_people(FieldReader& reader, Entry& entry) {
  PROVISO_TRY(entry.asked_by, read_id(reader, "asked_by"));
  PROVISO_TRY(entry.approved_by, read_id(reader, "approved_by"));
  PROVISO_TRY(entry.asked_at, read_time(reader, "asked_at"));
  PROVISO_TRY(entry.expires_at, read_time(reader, "expires_at"));
  if (entry.asked_by == entry.approved_by) {
    return reader.refused("approved_by", "somebody else than asked_by");
  }
  if (entry.expires_at <= entry.asked_at) {
    return reader.refused("expires_at", "later than asked_at");
  }
  return Done{};
}

Result<Entry> read(FieldReader& reader) {
  Entry entry;
  PROVISO_TRY(entry.id, read_id(reader, "id"));
  PROVISO_TRY(entry.revision, reader.integer("revision", 1, Entry::kRevisionMax));
  PROVISO_TRY(entry.label, officers::words_of(reader, "label", kLabelBytesMax));
  PROVISO_TRY(entry.category, read_id(reader, "category"));
  PROVISO_TRY(entry.legal_basis, officers::words_of(reader, "legal_basis", kEntryTextBytesMax));
  PROVISO_TRY(entry.reason, officers::words_of(reader, "reason", kEntryTextBytesMax));
  PROVISO_TRY(entry.requested_response,
              officers::words_of(reader, "requested_response", kEntryTextBytesMax));
  PROVISO_TRY(entry.nexus, optional_words(reader, "nexus"));
  PROVISO_TRY_DONE(read_people(reader, entry));
  PROVISO_TRY(entry.images, images_of(reader));
  if (reader.has("offence")) {
    PROVISO_TRY(auto offence, reader.object("offence"));
    PROVISO_TRY(entry.offence, offence_of(std::move(offence)));
  }
  if (reader.has("born_on")) {
    PROVISO_TRY(entry.born_on, day_of(reader, "born_on"));
  }
  PROVISO_TRY(entry.under_18_reason, optional_words(reader, "under_18_reason"));
  PROVISO_TRY(entry.is_on_blue_list, reader.boolean("blue_list"));
  PROVISO_TRY_DONE(reader.finish());
  return entry;
}

Value to_value(const EntryImage& image) {
  return Value::Object{{"provenance", image.provenance},
                       {"sha256", crypto::to_hex(image.digest)},
                       {"source", image.source},
                       {"taken_on", to_day_text(image.taken_on)}};
}

std::string written(const Entry& entry) {
  Value::Array images;
  for (const EntryImage& image : entry.images) images.push_back(to_value(image));
  Value::Object body{{"approved_by", entry.approved_by},
                     {"asked_at", to_rfc3339(entry.asked_at)},
                     {"asked_by", entry.asked_by},
                     {"blue_list", entry.is_on_blue_list},
                     {"category", entry.category},
                     {"expires_at", to_rfc3339(entry.expires_at)},
                     {"id", entry.id},
                     {"images", std::move(images)},
                     {"label", entry.label},
                     {"legal_basis", entry.legal_basis},
                     {"reason", entry.reason},
                     {"requested_response", entry.requested_response},
                     {"revision", entry.revision}};
  if (entry.born_on) body.emplace("born_on", to_day_text(*entry.born_on));
  if (!entry.nexus.empty()) body.emplace("nexus", entry.nexus);
  if (!entry.under_18_reason.empty()) body.emplace("under_18_reason", entry.under_18_reason);
  if (entry.offence) {
    body.emplace("offence",
                 Value::Object{{"code", entry.offence->code},
                               {"imprisonment_years_max", entry.offence->imprisonment_years_max}});
  }
  return officers::document_of(Entry::kTypeLine, body);
}

// Foreign text must not reach the JSON writer, which takes it for a bug of ours.
Status check_texts(const Entry& entry) {
  const auto check = [](std::string_view name, std::string_view text, std::size_t max) -> Status {
    if (text.empty() || officers::is_words(text, max)) return Done{};
    return Error{ErrorCode::kInvalidInput,
                 concat("entry.",
                        name,
                        " must be printable text of at most ",
                        max,
                        " bytes with single spaces inside; found ",
                        in_quotes(text),
                        "; correct it")};
  };
  PROVISO_TRY_DONE(check("id", entry.id, kIdLengthMax));
  PROVISO_TRY_DONE(check("label", entry.label, kLabelBytesMax));
  PROVISO_TRY_DONE(check("category", entry.category, kIdLengthMax));
  PROVISO_TRY_DONE(check("legal_basis", entry.legal_basis, kEntryTextBytesMax));
  PROVISO_TRY_DONE(check("reason", entry.reason, kEntryTextBytesMax));
  PROVISO_TRY_DONE(check("requested_response", entry.requested_response, kEntryTextBytesMax));
  PROVISO_TRY_DONE(check("nexus", entry.nexus, kEntryTextBytesMax));
  PROVISO_TRY_DONE(check("asked_by", entry.asked_by, kIdLengthMax));
  PROVISO_TRY_DONE(check("approved_by", entry.approved_by, kIdLengthMax));
  PROVISO_TRY_DONE(check("under_18_reason", entry.under_18_reason, kEntryTextBytesMax));
  if (entry.offence) {
    PROVISO_TRY_DONE(check("offence.code", entry.offence->code, kEntryShortTextBytesMax));
  }
  for (const EntryImage& image : entry.images) {
    PROVISO_TRY_DONE(check("images.source", image.source, kIdLengthMax));
    PROVISO_TRY_DONE(check("images.provenance", image.provenance, kEntryShortTextBytesMax));
  }
  return Done{};
}

}  // namespace

std::string to_day_text(sys_days day) {
  const year_month_day date(day);
  const auto padded = [](const std::string& digits, std::size_t width) {
    return std::string(width - std::min(width, digits.size()), '0') + digits;
  };
  return concat(padded(std::to_string(static_cast<int>(date.year())), 4),
                '-',
                padded(std::to_string(static_cast<unsigned>(date.month())), 2),
                '-',
                padded(std::to_string(static_cast<unsigned>(date.day())), 2));
}

Result<sys_days> parse_day(std::string_view text) {
  const auto refused = [&] {
    return Error{ErrorCode::kInvalidInput,
                 concat("a day is written YYYY-MM-DD, from ",
                        kYearMin,
                        " to ",
                        kYearMax,
                        "; found ",
                        in_quotes(text),
                        "; correct it")};
  };
  constexpr std::size_t kDayBytes = 10;
  if (text.size() != kDayBytes || text[4] != '-' || text[7] != '-') return refused();
  const auto number = [&](std::size_t at, std::size_t count) {
    const std::string_view digits = text.substr(at, count);
    int value = -1;
    if (std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; })) {
      std::from_chars(digits.data(), digits.data() + digits.size(), value);
    }
    return value;
  };
  const int year_number = number(0, 4);
  const int month_number = number(5, 2);
  const int day_number = number(8, 2);
  if (year_number < kYearMin || year_number > kYearMax || month_number < 1 || day_number < 1) {
    return refused();
  }
  const year_month_day date(year(year_number),
                            std::chrono::month(static_cast<unsigned>(month_number)),
                            std::chrono::day(static_cast<unsigned>(day_number)));
  if (!date.ok()) return refused();
  return sys_days(date);
}

bool is_under_18(const Entry& entry, WallTime at) {
  if (!entry.born_on) return !entry.under_18_reason.empty();
  const year_month_day born(*entry.born_on);
  const year_month_day birthday(
      born.year() + std::chrono::years(kAdultYears), born.month(), born.day());
  return std::chrono::floor<std::chrono::days>(at) < sys_days(birthday);
}

Result<Entry> parse_entry(std::string_view text) {
  PROVISO_TRY(const auto body, officers::body_of(text, Entry::kTypeLine));
  PROVISO_TRY(auto reader, FieldReader::of(body, "entry"));
  PROVISO_TRY(auto entry, read(reader));
  if (written(entry) != text) return officers::not_canonical(Entry::kTypeLine);
  return entry;
}

Result<std::string> to_text(const Entry& entry) {
  PROVISO_TRY_DONE(check_texts(entry));
  std::string text = written(entry);
  PROVISO_TRY_DONE(parse_entry(text));
  return text;
}

}  // namespace proviso::watchlist
