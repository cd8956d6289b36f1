#pragma once

// For tests: an entry that meets the shipped policy `uk`, officers who may ask and approve, and the
// note that both have signed.
//
// Threads: values. crypto::start() must have run.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "safeguards/note/signed_note.h"
#include "safeguards/officers/register.h"
#include "safeguards/officers/site_tool.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::watchlist {

inline const WallTime kEntryNow = officers::kNow;

inline Entry whole_entry(std::string_view id = "w-1001") {
  return {.id = std::string(id),
          .revision = 1,
          .label = "Alex Example",
          .category = "wanted-by-court",
          .legal_basis = "Warrant of Northgate Magistrates' Court",
          .reason = "Failed to appear on 2026-10-02",
          .requested_response = "Speak to the person; check the warrant; arrest",
          .nexus = "Lives two streets away",
          .asked_by = "manager-1",
          .approved_by = "manager-2",
          .asked_at = kEntryNow - std::chrono::hours(1),
          .expires_at = kEntryNow + std::chrono::days(30),
          .images = {{.digest = crypto::sha256("photograph"),
                      .source = "custody",
                      .taken_on = parse_day("2025-03-14").value(),
                      .provenance = "Custody record 25/1234"}},
          .offence = {},
          .born_on = parse_day("1990-02-28").value(),
          .under_18_reason = {},
          .is_on_blue_list = false};
}

inline officers::Certificate certificate_with(std::string_view id,
                                              policy::Rank rank,
                                              policy::Role role) {
  officers::Certificate certificate = officers::certificate_of(id);
  certificate.officer.rank = rank;
  certificate.officer.roles.front().role = role;
  return certificate;
}

// Two watchlist managers, a constable who writes, a superintendent and an operator.
inline std::vector<officers::Certificate> entry_officers() {
  using policy::Rank;
  using policy::Role;
  return {certificate_with("manager-1", Rank::kSergeant, Role::kWatchlistManager),
          certificate_with("manager-2", Rank::kInspector, Role::kWatchlistManager),
          certificate_with("author-1", Rank::kConstable, Role::kAuthor),
          certificate_with("super-1", Rank::kSuperintendent, Role::kAuthorisingOfficer),
          certificate_with("operator-1", Rank::kConstable, Role::kOperator)};
}

inline officers::Register register_of(const std::vector<officers::Certificate>& certificates,
                                      std::vector<officers::Revocation> revoked = {}) {
  std::vector<std::string> notes;
  for (const auto& certificate : certificates) notes.push_back(officers::note_of(certificate));
  return officers::Register::open(officers::root_key(),
                                  notes,
                                  officers::note_of(officers::revocations_of(std::move(revoked))),
                                  officers::kNow)
      .value();
}

// The text signed by each; the secret is that of the officer's id.
inline std::string signed_by_all(const std::string& text, const std::vector<std::string>& ids) {
  note::Note note{.text = text, .signatures = {}};
  for (const std::string& id : ids) {
    note.signatures.push_back(note::sign(text, officers::key_of(id, id), officers::secret_of(id)));
  }
  return note.to_text();
}

// By the two people whom it names.
inline std::string note_of(const Entry& entry) {
  return signed_by_all(to_text(entry).value(), {entry.asked_by, entry.approved_by});
}

}  // namespace proviso::watchlist
