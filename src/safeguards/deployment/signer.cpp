#include "safeguards/deployment/signer.h"

#include <array>
#include <span>

#include "base/core/concat.h"

namespace proviso::deployment {
namespace {

using policy::Role;

constexpr std::array kOperators{Role::kOperator};
constexpr std::array kOnTheGround{Role::kOperator, Role::kEngagementOfficer};
constexpr std::array kStoppers{Role::kOperator, Role::kAuthorisingOfficer};
// Whoever serves in a deployment may halt it.
constexpr std::array kAnybody{Role::kOperator,
                              Role::kEngagementOfficer,
                              Role::kAuthorisingOfficer,
                              Role::kAuthor,
                              Role::kIndependentAuthority,
                              Role::kReviewer,
                              Role::kWatchlistManager,
                              Role::kSystemAdministrator};

std::span<const Role> roles_for(EventKind kind) {
  switch (kind) {
    case EventKind::kOpened:
    case EventKind::kStarted: return kOperators;
    case EventKind::kSignAttested:
    case EventKind::kNoticeAttested:
    case EventKind::kPresenceAttested:
    case EventKind::kOutcome: return kOnTheGround;
    case EventKind::kStopped: return kStoppers;
    case EventKind::kSuspended: return kAnybody;
    case EventKind::kResumed:
    case EventKind::kReviewed:  // The policy says who.
    case EventKind::kRunStarted:
    case EventKind::kCounted:
    case EventKind::kRunEnded:
    case EventKind::kHalted: return {};  // Nobody signs what the engine says.
  }
  PROVISO_CHECK(false);
}

Status check_role_and_rank(const officers::Officer& signer,
                           const Event& event,
                           const policy::SignatureNeeded& needed,
                           const officers::Register& officers) {
  PROVISO_TRY_DONE(officers.may_act(signer, needed.role, event.at));
  if (!policy::reaches(signer.rank, needed.rank_min)) {
    return Error{ErrorCode::kNotAuthorised,
                 concat("deployment: ",
                        signer.id,
                        " is ",
                        policy::to_text(signer.rank),
                        ", the policy asks for ",
                        policy::to_text(needed.rank_min),
                        " for ",
                        to_text(event.kind),
                        "; have it signed by somebody of that rank")};
  }
  return Done{};
}

}  // namespace

const officers::Officer* signer_of(const RecordedEvent& recorded,
                                   const officers::Register& officers) {
  PROVISO_CHECK(recorded.signature.has_value());
  const note::Note note{.text = recorded.event.to_text(), .signatures = {*recorded.signature}};
  // Of the name that it claims alone: verifying against each key of a force is slow.
  for (const officers::Officer& officer : officers.officers()) {
    if (officer.key.name != recorded.signature->name) continue;
    if (officer.key.id() != recorded.signature->id) continue;
    const std::array known{officer.key};
    return note::verify(note, known).has_value() ? &officer : nullptr;
  }
  return nullptr;
}

Status check_signer(const officers::Officer& signer, const Event& event, const Terms& terms) {
  if (event.kind == EventKind::kResumed) {
    return check_role_and_rank(signer, event, terms.policy.false_alerts.resumed_by, terms.officers);
  }
  if (event.kind == EventKind::kReviewed) {
    return check_role_and_rank(signer, event, terms.policy.review.signed_by, terms.officers);
  }
  const std::span<const Role> roles = roles_for(event.kind);
  PROVISO_CHECK(!roles.empty());
  Status first = terms.officers.may_act(signer, roles.front(), event.at);
  if (first) return first;
  for (const Role role : roles.subspan(1)) {
    if (terms.officers.may_act(signer, role, event.at)) return Done{};
  }
  return first;  // It names the role that is usual.
}

bool gives_leave(EventKind kind) {
  switch (kind) {
    case EventKind::kSignAttested:
    case EventKind::kNoticeAttested:
    case EventKind::kPresenceAttested:
    case EventKind::kStarted:
    case EventKind::kResumed:
    case EventKind::kReviewed: return true;
    default: return false;
  }
}

}  // namespace proviso::deployment
