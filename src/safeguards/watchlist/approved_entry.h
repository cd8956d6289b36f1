#pragma once

// An entry that two different people have signed, over the same bytes, and that meets the policy.
// Only verify() makes one; the vault takes nothing else.
//
//   asks      the officer in asked_by, who holds `author` or `watchlist-manager`
//   approves  the officer in approved_by, who holds `watchlist-manager` or `authorising-officer`;
//             of somebody under 18, the role and rank of the policy's watchlist.under_18
//
// Who signed is looked up in the register by key; one key is one person there, and one person has
// one id. Roles are looked at `signed_at`, revocations and all else now: the vault keeps the time
// at which it first saw the two signatures.
//
//   errors   kInvalidInput   malformed bytes, not the canonical ones, or what the policy refuses
//            kNotAuthorised  a signature or a signer; the message says which
//            kOverLimit      over the limits of note::Note
//   threads  immutable

#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::watchlist {

class ApprovedEntry {
 public:
  struct Times {
    WallTime signed_at;
    WallTime now;
  };
  static Result<ApprovedEntry> verify(std::string_view note_bytes,
                                      const officers::Register& officers,
                                      const policy::Policy& policy,
                                      const Times& times);

  const Entry& entry() const { return entry_; }
  const std::string& note() const { return note_; }  // As it was verified.
  // SHA-256 of the note's text: what both signed.
  const crypto::Digest& digest() const { return digest_; }

 private:
  ApprovedEntry(Entry entry, std::string_view note, const crypto::Digest& digest)
      : entry_(std::move(entry)), note_(note), digest_(digest) {}

  Entry entry_;
  std::string note_;
  crypto::Digest digest_;
};

// What verify() will ask of who asks, of a request that nobody has approved yet: without it anybody
// could take an active entry off the list by asking for a change of it.
Status check_asking(const Entry& entry, const officers::Register& officers, WallTime now);
// The same of both whom the request names, so that it is not made in vain.
Status check_named(const Entry& entry,
                   const officers::Register& officers,
                   const policy::Policy& policy,
                   WallTime now);

}  // namespace proviso::watchlist
