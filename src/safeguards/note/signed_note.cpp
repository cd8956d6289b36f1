#include "safeguards/note/signed_note.h"

#include <algorithm>
#include <utility>

#include "base/core/base64.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/utf8.h"

namespace proviso::note {
namespace {

constexpr std::string_view kDash = "\xE2\x80\x94 ";  // U+2014 and a space: a signature's line.

bool is_control(char character) {
  return static_cast<unsigned char>(character) < 0x20;
}

Error bad_note(std::string_view why) {
  return Error{ErrorCode::kInvalidInput,
               concat("a signed note is a text, an empty line and signature lines; ",
                      why,
                      "; take the file as it was signed")};
}

Error too_much(std::string_view what, std::size_t max, std::size_t found) {
  return Error{ErrorCode::kOverLimit,
               concat("a signed note has at most ",
                      max,
                      " ",
                      what,
                      "; this one has ",
                      found,
                      "; check that it is the right file")};
}

Result<NoteSignature> parse_signature(std::string_view line) {
  if (!line.starts_with(kDash))
    return bad_note("a signature's line starts with U+2014 and a space");
  line.remove_prefix(kDash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return bad_note("a signature's line has a name and base64");
  NoteSignature signature{.name = std::string(line.substr(0, space)), .id = 0, .bytes = {}};
  if (!is_key_name(signature.name)) {
    return bad_note(concat(in_quotes(signature.name), " is no name of a key"));
  }
  PROVISO_TRY(auto blob, from_base64(line.substr(space + 1), kKeyIdBytes + kSignatureBytesMax));
  if (blob.size() <= kKeyIdBytes) return bad_note("a signature is longer than its key's id");
  signature.id = key_id_from(std::span{blob}.first<kKeyIdBytes>());
  signature.bytes.assign(blob.begin() + kKeyIdBytes, blob.end());
  return signature;
}

bool is_good(const NoteSignature& signature, std::string_view text, const VerifierKey& key) {
  crypto::Signature bytes;
  if (signature.bytes.size() != bytes.bytes.size()) return false;
  std::ranges::transform(
      signature.bytes, bytes.bytes.begin(), [](std::byte b) { return std::uint8_t(b); });
  return crypto::verify(key.key, text, bytes);
}

}  // namespace

std::uint32_t VerifierKey::id() const {
  return key_id(KeyKind::kEd25519, name, key);
}

std::string VerifierKey::to_text() const {
  return key_text(KeyKind::kEd25519, name, key);
}

Result<VerifierKey> VerifierKey::parse(std::string_view text) {
  PROVISO_TRY(auto parsed, parse_key(KeyKind::kEd25519, text));
  return VerifierKey{.name = std::move(parsed.name), .key = parsed.key};
}

Status check_text(std::string_view text) {
  if (text.size() > kTextBytesMax) return too_much("bytes of text", kTextBytesMax, text.size());
  if (!text.ends_with('\n')) return bad_note("its text must end in a line feed");
  const bool is_plain = is_utf8(text) && std::ranges::none_of(text, [](char c) {
                          return is_control(c) && c != '\n';
                        });
  if (!is_plain) return bad_note("its text must be UTF-8 without control characters");
  return Done{};
}

Result<Note> Note::parse(std::string_view bytes) {
  if (bytes.size() > kNoteBytesMax) return too_much("bytes", kNoteBytesMax, bytes.size());
  // The last empty line: a text may hold others.
  const std::size_t split = bytes.rfind("\n\n");
  if (split == std::string_view::npos) return bad_note("found no empty line");
  Note note{.text = std::string(bytes.substr(0, split + 1)), .signatures = {}};
  PROVISO_TRY_DONE(check_text(note.text));
  std::string_view lines = bytes.substr(split + 2);
  if (!lines.ends_with('\n')) return bad_note("the last signature's line must end in a line feed");
  const auto count = static_cast<std::size_t>(std::ranges::count(lines, '\n'));
  if (count > kSignaturesMax) return too_much("signatures", kSignaturesMax, count);
  while (!lines.empty()) {
    const std::size_t end = lines.find('\n');
    PROVISO_TRY(auto signature, parse_signature(lines.substr(0, end)));
    note.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return note;
}

std::string Note::to_text() const {
  std::string out = concat(text, '\n');
  for (const NoteSignature& signature : signatures) {
    const std::string id_bytes = key_id_bytes(signature.id);
    std::vector<std::byte> blob;
    std::ranges::copy(std::as_bytes(std::span{id_bytes}), std::back_inserter(blob));
    std::ranges::copy(signature.bytes, std::back_inserter(blob));
    out += concat(kDash, signature.name, ' ', to_base64(blob), '\n');
  }
  return out;
}

NoteSignature sign(std::string_view text, const VerifierKey& key, const crypto::SecretKey& secret) {
  PROVISO_CHECK(check_text(text).has_value());
  PROVISO_CHECK(is_key_name(key.name));
  PROVISO_CHECK(secret.public_key() == key.key);
  const crypto::Signature signature = secret.sign(text);
  const auto bytes = std::as_bytes(std::span{signature.bytes});
  return {.name = key.name, .id = key.id(), .bytes = {bytes.begin(), bytes.end()}};
}

Result<std::vector<VerifierKey>> verify(const Note& note, std::span<const VerifierKey> known) {
  std::vector<VerifierKey> signers;
  for (const NoteSignature& signature : note.signatures) {
    for (const VerifierKey& key : known) {
      if (key.name != signature.name || key.id() != signature.id) continue;
      if (!is_good(signature, note.text, key)) {
        return Error{ErrorCode::kNotAuthorised,
                     concat("every signature of a known key must be over the text as it stands; ",
                            "that of ",
                            in_quotes(key.name),
                            " is not: the note was changed; take it as it was signed")};
      }
      if (std::ranges::find(signers, key) == signers.end()) signers.push_back(key);
    }
  }
  if (!signers.empty()) return signers;
  return Error{ErrorCode::kNotAuthorised,
               concat("a note must be signed by a known key; none of its ",
                      note.signatures.size(),
                      " signatures is; have it signed by an officer of this site")};
}

}  // namespace proviso::note
