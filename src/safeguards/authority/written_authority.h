#pragma once

// A written authority: a statement whose exact bytes were signed by the people that the policy asks
// for. Only verify() makes one; the gate takes nothing else (docs/formats/authority.md).
//
//   verify   the signatures first, over the bytes as they came; then the bytes are parsed, and must
//            be the canonical ones; then every rule of rules.h at `now`
//   time     the window is the gate's to watch: an authority may be verified before its start and
//            after its end
//   errors   kInvalidInput   malformed bytes, or bytes that are not the canonical ones
//            kNotAuthorised  a signature, a signer or a rule: the message names the rule, the value
//                            found, the value needed and the next step
//            kOverLimit      over kNoteBytesMax
//   threads  immutable; thread-safe

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/operating_point.h"
#include "safeguards/authority/statement.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"

namespace proviso::authority {

// Somebody whose signature counts.
struct Signatory {
  std::string officer;  // The officer's id.
  policy::Role role;    // In which they signed.
  policy::Rank rank;
  note::VerifierKey key;
  friend bool operator==(const Signatory&, const Signatory&) = default;
};

class WrittenAuthority {
 public:
  static constexpr std::size_t kNoteBytesMax = note::kNoteBytesMax;

  static Result<std::shared_ptr<const WrittenAuthority>> verify(
      std::string_view note_bytes,
      const officers::Register& officers,
      std::shared_ptr<const policy::Policy> policy,
      WallTime now);

  const Statement& statement() const { return statement_; }
  const policy::Policy& policy() const { return *policy_; }
  std::shared_ptr<const policy::Policy> shared_policy() const { return policy_; }
  // SHA-256 of the note's text: the same however many have signed it.
  const crypto::Digest& digest() const { return digest_; }
  const std::string& note_bytes() const { return note_bytes_; }  // As they were verified.

  // In the order of the policy's needs; the countersigner, if any, last.
  std::span<const Signatory> signatories() const { return signatories_; }
  bool is_countersigned() const { return countersigned_; }
  // When an urgent authority ends that is not countersigned; empty for every other authority.
  std::optional<WallTime> countersign_deadline() const;
  // The end of the window, or the countersignature's deadline where that comes first.
  WallTime ends_at() const;

  OperatingPoint operating_point() const;

 private:
  WrittenAuthority() = default;

  Statement statement_;
  std::shared_ptr<const policy::Policy> policy_;
  crypto::Digest digest_;
  std::string note_bytes_;
  std::vector<Signatory> signatories_;
  bool countersigned_ = false;
};

// The path's figures under a policy at a threshold.
OperatingPoint operating_point(const policy::Policy& policy, int threshold_millionths);

}  // namespace proviso::authority
