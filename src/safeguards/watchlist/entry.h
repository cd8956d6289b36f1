#pragma once

// A watchlist entry as two officers sign it: who is sought, why, on which basis, from which images,
// until when, and what is to happen (docs/formats/entry.md). The text is the first line
// `proviso/watchlist-entry/v1` and one line of canonical JSON; request and approval are lines of
// one signed note over these very bytes.
//
//   errors  parse_entry(), to_text(): kInvalidInput naming the field, the value found and the value
//           needed: unknown, missing, empty or doubled fields, values outside their range, bytes
//           that are not the canonical ones. What the policy asks for is entry_rules.h; whether two
//           people have signed is approved_entry.h
//   threads values

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::watchlist {

inline constexpr std::size_t kEntryTextBytesMax = 2000;  // Basis, reason, response, nexus, ...
inline constexpr std::size_t kEntryShortTextBytesMax = 256;
inline constexpr int kImprisonmentYearsMax = 99;  // 99 stands for life.
inline constexpr int kAdultYears = 18;

// A day as YYYY-MM-DD, 1900-01-01 to 2105-12-31. Errors: kInvalidInput for any other form.
std::string to_day_text(std::chrono::sys_days day);
Result<std::chrono::sys_days> parse_day(std::string_view text);

// A photograph, without its bytes.
struct EntryImage {
  crypto::Digest digest;  // SHA-256 of the file.
  std::string source;     // The policy's word: "custody".
  std::chrono::sys_days taken_on;
  std::string provenance;  // By whom and under which reference it came.
  friend bool operator==(const EntryImage&, const EntryImage&) = default;
};

struct Offence {
  std::string code;
  int imprisonment_years_max = 0;  // The most that the law gives for it.
  friend bool operator==(const Offence&, const Offence&) = default;
};

struct Entry {
  static constexpr std::string_view kTypeLine = "proviso/watchlist-entry/v1";
  static constexpr std::int64_t kRevisionMax = 1'000'000;

  std::string id;             // An EntryId.
  std::int64_t revision = 1;  // A changed entry has a higher one, and is signed again.
  std::string label;          // What the operator sees.
  std::string category;       // An id of the policy.
  std::string legal_basis;
  std::string reason;
  std::string requested_response;
  std::string nexus;        // To the place; may be empty.
  std::string asked_by;     // Ids of officers; two different people.
  std::string approved_by;  // Named before signing, so that both sign the same bytes.
  WallTime asked_at;
  WallTime expires_at;             // No longer an entry from here on.
  std::vector<EntryImage> images;  // 1 to kPhotographsMax, no digest twice.
  std::optional<Offence> offence;
  std::optional<std::chrono::sys_days> born_on;
  std::string under_18_reason;  // Of this very person; may be empty.
  bool is_on_blue_list = false;

  friend bool operator==(const Entry&, const Entry&) = default;
};

// Younger than 18 on that day, or, with no date of birth, given a reason for being so. Whoever was
// born on 29 February comes of age on 1 March.
bool is_under_18(const Entry& entry, WallTime at);

Result<Entry> parse_entry(std::string_view text);
Result<std::string> to_text(const Entry& entry);

}  // namespace proviso::watchlist
