#include "safeguards/deployment/event.h"

#include <algorithm>
#include <array>

#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/core/id.h"
#include "base/core/utf8.h"
#include "base/crypto/digest_field.h"
#include "base/json/json.h"

namespace proviso::deployment {
namespace {

constexpr std::size_t kTextBytesMax = 128;
constexpr json::Limits kLimits{.bytes_max = kLineBytesMax, .depth_max = 4, .members_max = 64};

enum class Field : std::uint8_t {
  kDocument,
  kDocumentIfAny,
  kSign,
  kUntil,
  kOfficers,
  kAlert,
  kOutcome,
  kReason,
  kRule,
  kFacesSeen,
  kAlerts,
};

struct KindForm {
  std::string_view name;
  bool is_signed;
  std::array<Field, 2> fields;
  std::size_t field_count;
};

// In the order of EventKind.
constexpr std::array<KindForm, kEventKinds> kKinds{{
    {"opened", true, {Field::kDocument}, 1},
    {"sign_attested", true, {Field::kSign, Field::kDocumentIfAny}, 2},
    {"notice_attested", true, {Field::kDocumentIfAny}, 1},
    {"presence_attested", true, {Field::kUntil, Field::kOfficers}, 2},
    {"started", true, {}, 0},
    {"suspended", true, {Field::kReason}, 1},
    {"resumed", true, {Field::kReason}, 1},
    {"outcome", true, {Field::kAlert, Field::kOutcome}, 2},
    {"stopped", true, {Field::kReason}, 1},
    {"reviewed", true, {Field::kDocument, Field::kReason}, 2},
    {"run_started", false, {}, 0},
    {"counted", false, {Field::kFacesSeen, Field::kAlerts}, 2},
    {"run_ended", false, {Field::kFacesSeen, Field::kAlerts}, 2},
    {"halted", false, {Field::kRule}, 1},
}};

constexpr std::array<std::string_view, kOutcomes> kOutcomeNames{"true-alert-confirmed",
                                                                "true-alert-unconfirmed",
                                                                "false-alert-confirmed",
                                                                "false-alert-unconfirmed"};

const KindForm& form_of(EventKind kind) {
  return kKinds.at(static_cast<std::size_t>(kind));
}

std::span<const Field> fields_of(const KindForm& form) {
  return std::span(form.fields).first(form.field_count);
}

void write(const Event& event, Field field, Value::Object& object) {
  switch (field) {
    case Field::kDocument:
    case Field::kDocumentIfAny:
      if (event.document) object["document"] = crypto::to_hex(*event.document);
      return;
    case Field::kSign: object["sign"] = event.sign; return;
    case Field::kUntil: object["until"] = to_rfc3339(event.until); return;
    case Field::kOfficers: object["officers"] = event.officers; return;
    case Field::kAlert: object["alert"] = event.alert; return;
    case Field::kOutcome: object["outcome"] = to_text(event.outcome); return;
    case Field::kReason:
    case Field::kRule: object["reason"] = event.reason; return;
    case Field::kFacesSeen: object["faces_seen"] = event.faces_seen; return;
    case Field::kAlerts: object["alerts"] = event.alerts; return;
  }
  PROVISO_CHECK(false);
}

Result<WallTime> time_of(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto text, reader.string(name, kTextBytesMax));
  auto time = parse_rfc3339(text);
  if (!time || to_rfc3339(time.value()) != text) {
    return reader.refused(name, "a UTC time such as 2026-11-24T08:30:00Z");
  }
  return time;
}

Status read(FieldReader& reader, Field field, Event& event) {
  switch (field) {
    case Field::kDocumentIfAny:
      if (!reader.has("document")) return Done{};
      [[fallthrough]];
    case Field::kDocument: {
      PROVISO_TRY(event.document, crypto::read_digest(reader, "document"));
      return Done{};
    }
    case Field::kSign: {
      PROVISO_TRY(event.sign, read_id(reader, "sign"));
      return Done{};
    }
    case Field::kUntil: {
      PROVISO_TRY(event.until, time_of(reader, "until"));
      return Done{};
    }
    case Field::kOfficers: {
      PROVISO_TRY(event.officers, reader.integer("officers", 1, kOfficersPresentMax));
      return Done{};
    }
    case Field::kAlert: {
      PROVISO_TRY(event.alert, read_id(reader, "alert"));
      return Done{};
    }
    case Field::kOutcome: {
      PROVISO_TRY(const auto text, reader.string("outcome", kTextBytesMax));
      PROVISO_TRY(event.outcome, parse_outcome(text));
      return Done{};
    }
    case Field::kReason: {
      PROVISO_TRY(event.reason, reader.string("reason", kReasonBytesMax));
      if (event.reason.empty() || !is_printable_utf8(event.reason, kReasonBytesMax)) {
        return reader.refused("reason", "1 to 512 bytes of printable characters");
      }
      return Done{};
    }
    case Field::kRule: {
      PROVISO_TRY(event.reason, read_id(reader, "reason"));
      return Done{};
    }
    case Field::kFacesSeen: {
      PROVISO_TRY(event.faces_seen, reader.integer("faces_seen", 0, kCountMax));
      return Done{};
    }
    case Field::kAlerts: {
      PROVISO_TRY(event.alerts, reader.integer("alerts", 0, kCountMax));
      return Done{};
    }
  }
  PROVISO_CHECK(false);
}

Value::Object object_of(const Event& event) {
  const KindForm& form = form_of(event.kind);
  Value::Object object{{"kind", form.name},
                       {"at", to_rfc3339(event.at)},
                       {"deployment", event.deployment},
                       {"previous", crypto::to_hex(event.previous)}};
  for (const Field field : fields_of(form)) write(event, field, object);
  return object;
}

Result<Event> event_of(FieldReader reader) {
  Event event;
  PROVISO_TRY(const auto name, reader.string("kind", kTextBytesMax));
  const auto found = std::find_if(
      kKinds.begin(), kKinds.end(), [&](const KindForm& form) { return form.name == name; });
  if (found == kKinds.end()) return reader.refused("kind", "an event that this version knows");
  event.kind = static_cast<EventKind>(found - kKinds.begin());
  PROVISO_TRY(event.at, time_of(reader, "at"));
  PROVISO_TRY(event.deployment, read_id(reader, "deployment"));
  PROVISO_TRY(event.previous, crypto::read_digest(reader, "previous"));
  for (const Field field : fields_of(*found)) PROVISO_TRY_DONE(read(reader, field, event));
  PROVISO_TRY_DONE(reader.finish());
  return event;
}

// The note that the signature is of; Note::parse reads and writes the line of it.
std::string signature_line(const std::string& text, const note::NoteSignature& signature) {
  const std::string whole = note::Note{.text = text, .signatures = {signature}}.to_text();
  std::string line = whole.substr(text.size() + 1);
  line.pop_back();
  return line;
}

Result<note::NoteSignature> signature_of(const std::string& text, const std::string& line) {
  PROVISO_TRY(auto note, note::Note::parse(concat(text, "\n", line, "\n")));
  if (note.text != text || note.signatures.size() != 1) {
    return Error{ErrorCode::kInvalidInput,
                 "record.signature must be one signature line of a signed note; correct it"};
  }
  return std::move(note.signatures.front());
}

}  // namespace

std::string_view to_text(EventKind kind) {
  return form_of(kind).name;
}

bool is_signed(EventKind kind) {
  return form_of(kind).is_signed;
}

std::string_view to_text(Outcome outcome) {
  return kOutcomeNames.at(static_cast<std::size_t>(outcome));
}

Result<Outcome> parse_outcome(std::string_view text) {
  const auto found = std::find(kOutcomeNames.begin(), kOutcomeNames.end(), text);
  if (found == kOutcomeNames.end()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("outcome is ",
                        in_quotes(text),
                        ", needed is true-alert-confirmed, true-alert-unconfirmed, "
                        "false-alert-confirmed or false-alert-unconfirmed; give one of these")};
  }
  return static_cast<Outcome>(found - kOutcomeNames.begin());
}

bool is_false(Outcome outcome) {
  return outcome == Outcome::kFalseConfirmed || outcome == Outcome::kFalseUnconfirmed;
}

std::string Event::to_text() const {
  return concat(kTypeLine, "\n", json::to_canonical(object_of(*this)), "\n");
}

Result<Event> Event::parse_text(std::string_view text) {
  const std::string head = concat(kTypeLine, "\n");
  if (!text.starts_with(head) || !text.ends_with('\n') || text.size() <= head.size()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("event: the first line must be ", kTypeLine, "; it is another document")};
  }
  text.remove_prefix(head.size());
  text.remove_suffix(1);
  PROVISO_TRY(const auto value, json::parse(text, kLimits));
  PROVISO_TRY(auto reader, FieldReader::of(value, "event"));
  PROVISO_TRY(auto event, event_of(std::move(reader)));
  if (event.to_text() != concat(head, text, "\n")) {
    return Error{ErrorCode::kInvalidInput, "event: not canonical JSON (RFC 8785); write it so"};
  }
  return event;
}

std::string RecordedEvent::to_line() const {
  Value::Object line{{"event", object_of(event)}};
  if (signature) line["signature"] = signature_line(event.to_text(), *signature);
  return json::to_canonical(Value(std::move(line)));
}

Result<RecordedEvent> RecordedEvent::parse_line(std::string_view line) {
  PROVISO_TRY(const auto value, json::parse(line, kLimits));
  PROVISO_TRY(auto reader, FieldReader::of(value, "record"));
  PROVISO_TRY(auto object, reader.object("event"));
  RecordedEvent recorded;
  PROVISO_TRY(recorded.event, event_of(std::move(object)));
  if (is_signed(recorded.event.kind)) {
    PROVISO_TRY(const auto text, reader.string("signature", kLineBytesMax));
    PROVISO_TRY(recorded.signature, signature_of(recorded.event.to_text(), text));
  }
  PROVISO_TRY_DONE(reader.finish());
  if (recorded.to_line() != line) {
    return Error{ErrorCode::kInvalidInput, "record: not canonical JSON (RFC 8785); write it so"};
  }
  return recorded;
}

}  // namespace proviso::deployment
