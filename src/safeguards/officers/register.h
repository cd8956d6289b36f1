#pragma once

// The register of a site's officers: every certificate and the revocation list, verified under the
// site's root key. Only open() makes one; who is in it was certified.
//
// It refuses what would let one person pass for two: an id with two keys, one person's name under
// two ids, one key under two ids. Officers whose key is revoked stay in it, so that their
// signatures are told from a stranger's; they no longer count for the first two.
//
// Threads: immutable; thread-safe.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/officers/officer.h"
#include "safeguards/officers/revocations.h"
#include "safeguards/policy/role.h"

namespace proviso::officers {

inline constexpr std::size_t kOfficersMax = 1000;          // Certificates of one register.
inline constexpr std::chrono::minutes kIssuedAheadMax{5};  // Clocks of two machines may differ.

class Register {
 public:
  // Errors: kNotAuthorised if a note is not signed by the root, is for another site, or was issued
  //                        later than `now`;
  //         kInvalidInput  if a note is malformed, or two certificates contradict each other;
  //         kOverLimit     for more than kOfficersMax certificates.
  static Result<Register> open(const note::VerifierKey& root,
                               std::span<const std::string> certificate_notes,
                               std::string_view revocation_note,
                               WallTime now);

  // Null if nobody was certified with it.
  const Officer* find(const note::VerifierKey& key) const;
  // The officer of this id whose key is not revoked; else one whose key is; null if there is none.
  const Officer* find(std::string_view id) const;
  // Null if the key is not revoked.
  const Revocation* revocation_of(const Officer& officer) const;

  // Errors: kNotAuthorised if the officer's key is revoked (whenever that was), the role was not
  //         given, has not begun or has ended. PROVISO_CHECK: `officer` is of this register.
  Status may_act(const Officer& officer, policy::Role role, WallTime at) const;

  const std::string& site() const { return root_.name; }
  const note::VerifierKey& root() const { return root_; }
  std::span<const Officer> officers() const { return officers_; }
  const Revocations& revocations() const { return revocations_; }
  // Of the text of the revocation list.
  const crypto::Digest& revocations_digest() const { return revocations_digest_; }
  // Of every officer, revoked or not: what note::verify() is asked with.
  std::vector<note::VerifierKey> keys() const;

 private:
  Register(note::VerifierKey root, Revocations revocations, const crypto::Digest& digest);
  Status add(Officer officer);

  note::VerifierKey root_;
  std::vector<Officer> officers_;  // By id, of one id those with a revoked key last.
  Revocations revocations_;
  crypto::Digest revocations_digest_;
};

}  // namespace proviso::officers
