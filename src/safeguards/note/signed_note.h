#pragma once

// C2SP signed notes (c2sp.org/signed-note v1.0.0) with Ed25519 keys: a text, an empty line, and
// lines that each carry one signature over the text's exact bytes. Everything that Proviso signs is
// one; other people's verifiers (Go: golang.org/x/mod/sumdb/note) read it as well.
//
//   text   UTF-8 without control characters but LF, ending in LF; 1 to kTextBytesMax bytes
//   names  1 to kNameBytesMax bytes of UTF-8 without white space and '+'
//   base64 strict: one text for one value
//
// Threads: values; reentrant.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "safeguards/note/key_text.h"

namespace proviso::note {

inline constexpr std::size_t kTextBytesMax = std::size_t{256} * 1024;
inline constexpr std::size_t kSignaturesMax = 32;
inline constexpr std::size_t kSignatureBytesMax = 4096;  // Of kinds that we do not verify, too.
inline constexpr std::size_t kNoteBytesMax =
    kTextBytesMax + kSignaturesMax * (kNameBytesMax + 2 * kSignatureBytesMax);

// Who may have signed: a name and a key, in text form `NAME+ID+KEY` (a "vkey").
struct VerifierKey {
  std::string name;
  crypto::PublicKey key;

  std::uint32_t id() const;  // The first 4 bytes of SHA-256(name, LF, 1, key), big-endian.
  std::string to_text() const;
  // Errors: kInvalidInput for any other form, an id that is not the key's, another kind than
  //         Ed25519, or a key that crypto::check() refuses.
  static Result<VerifierKey> parse(std::string_view text);
  friend bool operator==(const VerifierKey&, const VerifierKey&) = default;
};

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;
  std::vector<std::byte> bytes;  // 1 to kSignatureBytesMax; 64 for Ed25519.
  friend bool operator==(const NoteSignature&, const NoteSignature&) = default;
};

// A note as it was read: nothing is verified yet.
struct Note {
  std::string text;
  std::vector<NoteSignature> signatures;  // 1 to kSignaturesMax, in the order of their lines.

  // Errors: kOverLimit over the limits above; kInvalidInput for any other fault of form.
  static Result<Note> parse(std::string_view bytes);
  std::string to_text() const;  // parse(to_text()) == *this.
  friend bool operator==(const Note&, const Note&) = default;
};

// Errors: as the limits and the form of `text` above say.
Status check_text(std::string_view text);

// PROVISO_CHECK: check_text(text); `secret` belongs to `key`.
NoteSignature sign(std::string_view text, const VerifierKey& key, const crypto::SecretKey& secret);

// The keys of `known` that signed, each once, in the order of the note's lines. Lines of unknown
// keys are passed over, as the specification demands.
// Errors: kNotAuthorised if a line of a known key (name and id) does not verify, or no line is of a
//         known key.
Result<std::vector<VerifierKey>> verify(const Note& note, std::span<const VerifierKey> known);

}  // namespace proviso::note
