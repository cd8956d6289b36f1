#include "safeguards/audit/leaf.h"

#include <algorithm>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/id.h"
#include "base/json/json.h"

namespace proviso::audit {
namespace {

constexpr std::size_t kDigestDigits = 64;
constexpr std::size_t kCodeBytesMax = 64;
constexpr std::size_t kKeyBytesMax = 256;
constexpr json::Limits kLimits{.bytes_max = kLeafBytesMax, .depth_max = 4, .members_max = 512};

bool is_among(std::string_view text, std::string_view extra, bool capitals) {
  return std::ranges::all_of(text, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (capitals && c >= 'A' && c <= 'Z') ||
           extra.find(c) != std::string_view::npos;
  });
}

bool is_digest(std::string_view text) {
  return text.size() == kDigestDigits && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= kCodeBytesMax && is_among(text, "_.-", false);
}

bool is_key(std::string_view text) {
  return !text.empty() && text.size() <= kKeyBytesMax && is_among(text, "+/=._-:", true) &&
         std::ranges::count(text, '+') >= 2;
}

bool has_text_form(std::string_view text, FieldForm form) {
  switch (form) {
    case FieldForm::kId:
    case FieldForm::kIds: return checked_id(text, "id").has_value();
    case FieldForm::kDigest:
    case FieldForm::kDigests: return is_digest(text);
    case FieldForm::kCode:
    case FieldForm::kCodes: return is_code(text);
    case FieldForm::kKey: return is_key(text);
    case FieldForm::kTime: return parse_rfc3339(text).has_value();
    case FieldForm::kCount:
    case FieldForm::kFlag: return false;
  }
  return false;
}

bool has_form(const Value& value, FieldForm form) {
  switch (form) {
    case FieldForm::kIds:
    case FieldForm::kDigests:
    case FieldForm::kCodes: {
      const Value::Array* array = value.array();
      return array != nullptr && array->size() <= kLeafListMax &&
             std::ranges::all_of(*array, [&](const Value& element) {
               return element.string() != nullptr && has_text_form(*element.string(), form);
             });
    }
    case FieldForm::kCount: {
      const std::int64_t* count = value.integer();
      return count != nullptr && *count >= 0 && *count <= json::kIntegerMax;
    }
    case FieldForm::kFlag: return value.boolean() != nullptr;
    default: return value.string() != nullptr && has_text_form(*value.string(), form);
  }
}

std::string_view described_form(FieldForm form) {
  switch (form) {
    case FieldForm::kId: return "an id (1 to 64 of a-z 0-9 . _ -)";
    case FieldForm::kDigest: return "64 lower-case hexadecimal digits";
    case FieldForm::kCode: return "a code (1 to 64 of a-z 0-9 _ . -)";
    case FieldForm::kKey: return "a verifier key NAME+8HEX+BASE64";
    case FieldForm::kCount: return "a whole number from 0 to 2^53 - 1";
    case FieldForm::kTime: return "a UTC time such as 2026-11-24T08:30:00Z";
    case FieldForm::kFlag: return "true or false";
    case FieldForm::kIds: return "an array of at most 64 ids";
    case FieldForm::kDigests: return "an array of at most 64 digests";
    case FieldForm::kCodes: return "an array of at most 64 codes";
  }
  return "";
}

Error refused(const Entry& entry, std::string_view field, std::string_view needed) {
  return Error{ErrorCode::kInvalidInput,
               concat("a leaf carries ids and hashes in their forms; ",
                      in_quotes(entry.kind),
                      " with the field ",
                      in_quotes(field),
                      " needs ",
                      needed,
                      "; see docs/formats/journal.md")};
}

template <typename Rule>
const Rule* find_rule(std::span<const Rule> rules, std::string_view name) {
  const auto found = std::ranges::lower_bound(rules, name, {}, &Rule::name);
  return found != rules.end() && found->name == name ? &*found : nullptr;
}

Error corrupt(std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("a leaf is canonical JSON of at, body, kind and version; ",
                      what,
                      "; find out who changed the file")};
}

}  // namespace

Status check_schema(const Entry& entry) {
  const KindRule* const kind = find_rule(kind_rules(), entry.kind);
  if (kind == nullptr) {
    return Error{ErrorCode::kNotFound,
                 concat("a leaf has a kind of docs/formats/journal.md; found ",
                        in_quotes(entry.kind),
                        ", which this version does not know")};
  }
  for (const std::string_view name : kind->needed) {
    if (!entry.body.contains(name)) return refused(entry, name, "that field, which is missing");
  }
  for (const auto& [name, value] : entry.body) {
    const FieldRule* const field = find_rule(field_rules(), name);
    if (field == nullptr) return refused(entry, name, "a field of the dictionary");
    if (!has_form(value, field->form)) return refused(entry, name, described_form(field->form));
  }
  return Done{};
}

Result<std::string> to_leaf(const Entry& entry) {
  if (Status known = check_schema(entry); !known) {
    return Error{ErrorCode::kInvalidInput, known.error().message};
  }
  if (entry.at < kLeafAtMin || entry.at > kLeafAtMax) {
    return Error{ErrorCode::kInvalidInput,
                 concat("the time of a leaf is from ",
                        to_rfc3339(kLeafAtMin),
                        " to ",
                        to_rfc3339(kLeafAtMax),
                        "; found ",
                        to_rfc3339(entry.at),
                        "; set the clock")};
  }
  std::string bytes = json::to_canonical(Value::Object{{"at", to_rfc3339(entry.at)},
                                                       {"body", entry.body},
                                                       {"kind", entry.kind},
                                                       {"version", kLeafVersion}});
  if (bytes.size() > kLeafBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("a leaf has at most ",
                        kLeafBytesMax,
                        " bytes; this one of kind ",
                        in_quotes(entry.kind),
                        " has ",
                        bytes.size(),
                        "; put the hash of a document into it")};
  }
  return bytes;
}

Result<Entry> parse_leaf(std::string_view bytes) {
  if (bytes.size() > kLeafBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("a leaf has at most ", kLeafBytesMax, " bytes; found ", bytes.size())};
  }
  auto parsed = json::parse(bytes, kLimits);
  if (!parsed) return corrupt(parsed.error().message);
  if (json::to_canonical(parsed.value()) != bytes) return corrupt("these bytes are not canonical");
  const Value::Object* const fields = parsed.value().object();
  if (fields == nullptr || fields->size() != 4) return corrupt("found another shape");
  const auto field = [&](std::string_view name) {
    const auto found = fields->find(name);
    return found == fields->end() ? nullptr : &found->second;
  };
  const Value* const at = field("at");
  const Value* const body = field("body");
  const Value* const kind = field("kind");
  const Value* const version = field("version");
  if (at == nullptr || at->string() == nullptr || body == nullptr || body->object() == nullptr ||
      kind == nullptr || kind->string() == nullptr || !is_code(*kind->string()) ||
      version == nullptr || version->integer() == nullptr) {
    return corrupt("a field is missing or of another kind");
  }
  if (*version->integer() != kLeafVersion) return corrupt("found another version");
  auto time = parse_rfc3339(*at->string());
  if (!time || to_rfc3339(time.value()) != *at->string()) return corrupt("found another time form");
  return Entry{.kind = *kind->string(), .body = *body->object(), .at = time.value()};
}

}  // namespace proviso::audit
