#include "safeguards/watchlist/approved_entry.h"

#include <array>
#include <span>
#include <vector>

#include "base/core/concat.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/watchlist/entry_rules.h"

namespace proviso::watchlist {
namespace {

using officers::Officer;
using policy::Role;

constexpr std::array kAskingRoles{Role::kAuthor, Role::kWatchlistManager};
constexpr std::array kApprovingRoles{Role::kWatchlistManager, Role::kAuthorisingOfficer};

Error refused(const Entry& entry, std::string_view why, std::string_view next) {
  return Error{ErrorCode::kNotAuthorised,
               concat("entry ", in_quotes(entry.id), ": ", why, "; ", next)};
}

// The signer with that id, or why there is none.
Result<const Officer*> signer_of(const Entry& entry,
                                 std::string_view id,
                                 std::string_view act,
                                 const officers::Register& officers,
                                 std::span<const note::VerifierKey> signers) {
  for (const note::VerifierKey& key : signers) {
    const Officer* officer = officers.find(key);
    if (officer != nullptr && officer->id == id) return officer;
  }
  return refused(entry,
                 concat(act, " must be signed by ", id, " over these very bytes, and is not"),
                 "have it signed, or asked and approved again");
}

Status may_in_one_of(const Entry& entry,
                     const Officer& officer,
                     std::span<const Role> roles,
                     const officers::Register& officers,
                     WallTime at) {
  std::string why;
  for (const Role role : roles) {
    const Status may = officers.may_act(officer, role, at);
    if (may) return Done{};
    why += concat(why.empty() ? "" : "; ", may.error().message);
  }
  return refused(entry, why, "have another officer sign a new request");
}

Status may_approve(const Entry& entry,
                   const Officer& officer,
                   const officers::Register& officers,
                   const policy::Policy& policy,
                   const ApprovedEntry::Times& times) {
  if (!is_under_18(entry, times.now)) {
    return may_in_one_of(entry, officer, kApprovingRoles, officers, times.signed_at);
  }
  const policy::SignatureNeeded& needed = policy.watchlist.under_18;
  const std::array roles{needed.role};
  PROVISO_TRY_DONE(may_in_one_of(entry, officer, roles, officers, times.signed_at));
  if (policy::reaches(officer.rank, needed.rank_min)) return Done{};
  return refused(entry,
                 concat("somebody under 18 is approved by the rank ",
                        policy::to_text(needed.rank_min),
                        " or above; ",
                        officer.id,
                        "'s is ",
                        policy::to_text(officer.rank)),
                 "have a higher officer approve a new request");
}

// The officer of that id, or why there is none.
Result<const Officer*> officer_of(const Entry& entry,
                                  std::string_view id,
                                  std::string_view field,
                                  const officers::Register& officers) {
  if (const Officer* officer = officers.find(id)) return officer;
  return refused(entry,
                 concat(field, " names ", in_quotes(id), ", who is not certified here"),
                 "name an officer of `proviso officer list`");
}

}  // namespace

Status check_asking(const Entry& entry, const officers::Register& officers, WallTime now) {
  PROVISO_TRY(const Officer* asking, officer_of(entry, entry.asked_by, "asked_by", officers));
  return may_in_one_of(entry, *asking, kAskingRoles, officers, now);
}

Status check_named(const Entry& entry,
                   const officers::Register& officers,
                   const policy::Policy& policy,
                   WallTime now) {
  PROVISO_TRY_DONE(check_asking(entry, officers, now));
  PROVISO_TRY(const Officer* named, officer_of(entry, entry.approved_by, "approved_by", officers));
  return may_approve(entry, *named, officers, policy, {.signed_at = now, .now = now});
}

Result<ApprovedEntry> ApprovedEntry::verify(std::string_view note_bytes,
                                            const officers::Register& officers,
                                            const policy::Policy& policy,
                                            const Times& times) {
  PROVISO_TRY(const auto note, note::Note::parse(note_bytes));
  PROVISO_TRY(const auto signers, note::verify(note, officers.keys()));
  PROVISO_TRY(auto entry, parse_entry(note.text));
  PROVISO_TRY(const Officer* asking,
              signer_of(entry, entry.asked_by, "the request", officers, signers));
  PROVISO_TRY(const Officer* approving,
              signer_of(entry, entry.approved_by, "the approval", officers, signers));
  PROVISO_TRY_DONE(may_in_one_of(entry, *asking, kAskingRoles, officers, times.signed_at));
  PROVISO_TRY_DONE(may_approve(entry, *approving, officers, policy, times));
  PROVISO_TRY_DONE(check(entry, policy, times.now));
  const crypto::Digest digest = crypto::sha256(note.text);
  return ApprovedEntry(std::move(entry), note_bytes, digest);
}

}  // namespace proviso::watchlist
