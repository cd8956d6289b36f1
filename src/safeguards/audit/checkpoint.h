#pragma once

// A checkpoint (c2sp.org/tlog-checkpoint): the text by which the log commits itself to a tree,
// three lines `origin`, `size`, `root in base64`, inside a signed note whose key is named by the
// origin.
//
// Extension lines are refused: nobody would check what they say.
// Threads: values; reentrant.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "safeguards/audit/tree.h"
#include "safeguards/note/signed_note.h"

namespace proviso::audit {

inline constexpr std::size_t kCheckpointBytesMax = std::size_t{64} * 1024;  // With its signatures.

struct Checkpoint {
  std::string origin;
  TreeHead head;

  std::string to_text() const;
  // Errors: kInvalidInput for anything but what to_text() writes.
  static Result<Checkpoint> parse(std::string_view text);
  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

// The signed note. PROVISO_CHECK: `key` is the public part of `secret` and named `origin`.
std::string sign_checkpoint(const Checkpoint& checkpoint,
                            const note::VerifierKey& key,
                            const crypto::SecretKey& secret);

// Errors: kNotAuthorised if the log's key has not signed it, or its origin is not the key's name;
//         kInvalidInput, kOverLimit for what is no checkpoint.
Result<Checkpoint> open_checkpoint(std::string_view note, const note::VerifierKey& key);

}  // namespace proviso::audit
