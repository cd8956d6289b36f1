#pragma once

// One act of the system as a leaf of the log: when, what kind, and the ids and hashes that name
// what took part. Never personal data: a leaf is public and nothing of it can be taken back.
//
//   form    canonical JSON (base/json/json.h) of {"at","body","kind","version"}, one line without
//           its LF, at most kLeafBytesMax bytes: docs/formats/journal.md
//   body    the fields that the kind must have, and any other field of the dictionary; every field
//           has one meaning and one form in all kinds. Free text has no form, so it cannot stand
//           here
//
// Threads: reentrant.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/core/value.h"

namespace proviso::audit {

inline constexpr std::size_t kLeafBytesMax = 4096;
inline constexpr std::size_t kLeafListMax = 64;  // Elements of one field.
inline constexpr std::int64_t kLeafVersion = 1;
// What `at` can say: 1970 to 2105, as every time that is read.
inline constexpr WallTime kLeafAtMin{};
inline constexpr WallTime kLeafAtMax =
    WallTime{std::chrono::sys_days{std::chrono::year{2106} / 1 / 1}} - std::chrono::microseconds{1};

struct Entry {
  std::string kind;
  Value::Object body;
  WallTime at;
};

// Errors: kInvalidInput if the schema does not have the kind or a field, a value has another form,
//         or `at` is outside its range; kOverLimit if the leaf would be too long.
Result<std::string> to_leaf(const Entry& entry);

// What a leaf says, whether or not this version knows its kind.
// Errors: kCorrupt unless the bytes are canonical and have the four fields; kOverLimit.
Result<Entry> parse_leaf(std::string_view bytes);

// Errors: kInvalidInput naming the field. kNotFound for a kind that this version does not know.
Status check_schema(const Entry& entry);

// The forms of values in a body.
enum class FieldForm : std::uint8_t {
  kId,       // proviso::checked_id
  kDigest,   // 64 lower-case hexadecimal digits
  kCode,     // 1 to 64 of a-z 0-9 _ . -: a word of ours, such as a rule
  kKey,      // a verifier key: NAME+8HEX+BASE64, at most 256 bytes
  kCount,    // 0 to 2^53 - 1
  kTime,     // RFC 3339 in UTC
  kFlag,     // true or false
  kIds,      // an array of ids, at most kLeafListMax
  kDigests,  // an array of digests
  kCodes,    // an array of codes
};

struct FieldRule {
  std::string_view name;
  FieldForm form;
};
struct KindRule {
  std::string_view name;
  std::span<const std::string_view> needed;
};
// The dictionary and the kinds of this version, each sorted by name.
std::span<const FieldRule> field_rules();
std::span<const KindRule> kind_rules();

}  // namespace proviso::audit
