#pragma once

// For tests of this folder: a root key, officers with keys, and the notes that the root signs.
//
// Threads: values. crypto::start() must have run.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto/digest.h"
#include "safeguards/officers/register.h"

namespace proviso::officers {

inline constexpr std::string_view kSite = "northgate";
inline const WallTime kNow = parse_rfc3339("2026-11-24T08:30:00Z").value();

// The same name, the same key.
inline crypto::SecretKey secret_of(std::string_view name) {
  const crypto::Digest seed = crypto::sha256(name);
  return crypto::SecretKey::from_seed(
             std::as_bytes(std::span(seed.bytes)).first<crypto::SecretKey::kSeedBytes>())
      .value();
}

inline note::VerifierKey key_of(std::string_view id, std::string_view secret) {
  return {.name = std::string(kSite) + "/" + std::string(id),
          .key = secret_of(secret).public_key()};
}

inline note::VerifierKey root_key() {
  return {.name = std::string(kSite), .key = secret_of("root").public_key()};
}

inline std::string signed_by(std::string text,
                             const note::VerifierKey& key,
                             const crypto::SecretKey& secret) {
  std::vector<note::NoteSignature> signatures{note::sign(text, key, secret)};
  return note::Note{.text = std::move(text), .signatures = std::move(signatures)}.to_text();
}

inline std::string signed_by_root(std::string text) {
  return signed_by(std::move(text), root_key(), secret_of("root"));
}

// A superintendent who authorises from a day before kNow to a year after it.
inline Certificate certificate_of(std::string_view id) {
  return {.site = std::string(kSite),
          .officer = {.id = std::string(id),
                      .name = "Officer " + std::string(id),
                      .rank = policy::Rank::kSuperintendent,
                      .roles = {{.role = policy::Role::kAuthorisingOfficer,
                                 .not_before = kNow - std::chrono::days(1),
                                 .not_after = kNow + std::chrono::days(365)}},
                      .key = key_of(id, id)},
          .issued_at = kNow};
}

inline std::string note_of(const Certificate& certificate) {
  return signed_by_root(to_text(certificate, CertificateKind::kCertificate).value());
}

inline Revocations revocations_of(std::vector<Revocation> revoked) {
  return {.site = std::string(kSite),
          .number = static_cast<std::int64_t>(revoked.size()),
          .issued_at = kNow,
          .revoked = std::move(revoked)};
}

inline std::string note_of(const Revocations& revocations) {
  return signed_by_root(to_text(revocations).value());
}

}  // namespace proviso::officers
