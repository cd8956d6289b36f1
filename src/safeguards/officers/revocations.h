#pragma once

// The keys that a site no longer trusts: one signed note of the root (`proviso/revocations/v1`,
// docs/formats/officer.md), replaced as a whole by one with a higher number. A site has one from
// its first day, so that a lost list cannot pass for an empty one.
//
// Errors: parse_revocations() gives kInvalidInput naming the field, the value found and needed.
// Threads: values.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/note/signed_note.h"

namespace proviso::officers {

inline constexpr std::size_t kRevocationsMax = 500;
inline constexpr std::size_t kReasonBytesMax = 200;

struct Revocation {
  std::string officer;  // An OfficerId.
  note::VerifierKey key;
  WallTime at;
  std::string reason;  // 1 to kReasonBytesMax bytes.
  friend bool operator==(const Revocation&, const Revocation&) = default;
};

struct Revocations {
  std::string site;
  std::int64_t number = 0;  // One higher with each new list.
  WallTime issued_at;
  std::vector<Revocation> revoked;  // At most kRevocationsMax, no key twice, oldest first.
  friend bool operator==(const Revocations&, const Revocations&) = default;
};

// The text that is signed. Errors: as parse_revocations(), which accepts what this gives.
Result<std::string> to_text(const Revocations& revocations);
Result<Revocations> parse_revocations(std::string_view text);

}  // namespace proviso::officers
