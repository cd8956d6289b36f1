#pragma once

// Who may act at a site: a person with a rank, roles that end, and one key. The site's root key
// certifies each (docs/formats/officer.md): a signed note whose text is the first line
// `proviso/officer/v1`, then one line of canonical JSON.
//
// An officer asks for it with the same text under `proviso/officer-request/v1`, signed by the
// officer's own key: proof that the key is held by who asks.
//
// Errors: parse functions give kInvalidInput naming the field, the value found and the value
//         needed, and refuse text that is not the one canonical form.
// Threads: values.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/policy/role.h"

namespace proviso::officers {

inline constexpr std::size_t kNameBytesMax = 128;  // Of a person's name.
inline constexpr std::size_t kRolesMax = policy::kRoles;
inline constexpr std::chrono::days kRoleLifeMax{1096};  // Three years, one of them a leap year.

struct SiteTag {
  static constexpr std::string_view kName = "site name";
};
struct OfficerTag {
  static constexpr std::string_view kName = "officer id";
};
using SiteName = Id<SiteTag>;
using OfficerId = Id<OfficerTag>;

struct RoleGrant {
  policy::Role role;
  WallTime not_before;  // The window, [not_before, not_after).
  WallTime not_after;
  friend bool operator==(const RoleGrant&, const RoleGrant&) = default;
};

struct Officer {
  std::string id;    // An OfficerId.
  std::string name;  // As colleagues tell this person from all others at the site.
  policy::Rank rank;
  std::vector<RoleGrant> roles;  // 1 to kRolesMax, no role twice, in the order of their texts.
  note::VerifierKey key;         // Its name is SITE/ID.
  friend bool operator==(const Officer&, const Officer&) = default;
};

struct Certificate {
  std::string site;  // A SiteName.
  Officer officer;
  WallTime issued_at;
  friend bool operator==(const Certificate&, const Certificate&) = default;
};

enum class CertificateKind : std::uint8_t { kRequest, kCertificate };

std::string key_name(const SiteName& site, const OfficerId& officer);

// The text that is signed. Errors: as parse_certificate(), which accepts what this gives.
Result<std::string> to_text(const Certificate& certificate, CertificateKind kind);
Result<Certificate> parse_certificate(std::string_view text, CertificateKind kind);

// A request's certificate, its own signature verified.
// Errors: also kNotAuthorised if the key in it has not signed it.
Result<Certificate> open_request(std::string_view note);

}  // namespace proviso::officers
