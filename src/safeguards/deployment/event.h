#pragma once

// One event in the life of a deployment: what somebody attested or decided, or what the engine
// counted. A deployment's record is these, one a line (docs/formats/deployment.md).
//
//   line      canonical JSON {"event":{...}} or {"event":{...},"signature":"— NAME BASE64"}; the
//             signature line is of the signed note whose text is kTypeLine, LF, the event, LF
//   chain     each event carries the SHA-256 of the line before it, so that a signature answers for
//             all that went before, and no line can be taken out of the middle
//   errors    kInvalidInput naming the field, the value found and the value needed
//   threads   values; reentrant

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/note/signed_note.h"

namespace proviso::deployment {

inline constexpr std::string_view kTypeLine = "proviso/deployment/v1";
inline constexpr std::size_t kLineBytesMax = 4096;
inline constexpr std::size_t kReasonBytesMax = 512;
inline constexpr std::int64_t kOfficersPresentMax = 1000;
inline constexpr std::int64_t kCountMax = 1'000'000'000;

enum class EventKind : std::uint8_t {
  // Signed by the officer who answers for it.
  kOpened,
  kSignAttested,
  kNoticeAttested,
  kPresenceAttested,
  kStarted,
  kSuspended,
  kResumed,
  kOutcome,
  kStopped,
  kReviewed,
  // The engine's own.
  kRunStarted,
  kCounted,  // Faces seen and alerts so far.
  kRunEnded,
  kHalted,  // Suspended by the engine: a rule that only a signed decision lifts.
};
inline constexpr std::size_t kEventKinds = 14;

std::string_view to_text(EventKind kind);
bool is_signed(EventKind kind);

// Field's words (field/safeguards.md, section d). Confirmed: established after an engagement.
enum class Outcome : std::uint8_t {
  kTrueConfirmed,
  kTrueUnconfirmed,
  kFalseConfirmed,
  kFalseUnconfirmed,
};
inline constexpr std::size_t kOutcomes = 4;
std::string_view to_text(Outcome outcome);  // "true-alert-confirmed"
Result<Outcome> parse_outcome(std::string_view text);
bool is_false(Outcome outcome);

// The fields that a kind does not have are at their defaults.
struct Event {
  EventKind kind = EventKind::kOpened;
  WallTime at;
  std::string deployment;   // The authority's reference.
  crypto::Digest previous;  // Of the line before, without its LF; zero for the first.

  std::optional<crypto::Digest> document;  // opened: the authority's text. Notice: as published.
                                           // Sign: its photograph, if any. reviewed: the report.
  std::string sign;                        // sign attested: its id in the authority.
  WallTime until;                          // presence: the attestation's end.
  std::int64_t officers = 0;               // presence: how many are there.
  std::string alert;                       // outcome
  Outcome outcome = Outcome::kTrueConfirmed;
  std::string reason;           // suspended, resumed, stopped, reviewed. halted: the rule.
  std::int64_t faces_seen = 0;  // counted, run ended: of the whole deployment.
  std::int64_t alerts = 0;      // The same.

  // The text that is signed. PROVISO_CHECK: parse_text() would accept it.
  std::string to_text() const;
  static Result<Event> parse_text(std::string_view text);
  friend bool operator==(const Event&, const Event&) = default;
};

struct RecordedEvent {
  Event event;
  std::optional<note::NoteSignature> signature;

  std::string to_line() const;  // Without LF.
  // Errors: also kOverLimit over kLineBytesMax, kInvalidInput for bytes that are not canonical.
  static Result<RecordedEvent> parse_line(std::string_view line);
};

}  // namespace proviso::deployment
