#pragma once

// A log's own key, made with the log. It lies beside the log's directory, so that the directory can
// be given away as a whole:
//
//   LOG.key    `proviso/log-key/v1`, LF, the seed in base64, LF; mode 0600. It is in clear: the log
//              signs by itself, with nobody there to ask. Who takes it can sign another log, which
//              a witness or a pinned checkpoint gives away
//   LOG.vkey   the public part, to be handed to whoever will check the log
//
// Errors: kNotFound where there is none; kCorrupt if the two do not belong together.
// Threads: reentrant.

#include <filesystem>
#include <string_view>

#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "safeguards/note/signed_note.h"

namespace proviso::audit {

struct LogKey {
  note::VerifierKey key;
  crypto::SecretKey secret;
};

// Keeps a key that is there.
// Errors: also kInvalidInput for a name that no key may have; kUnavailable.
Status make_log_key(const std::filesystem::path& log, std::string_view name);

Result<LogKey> read_log_key(const std::filesystem::path& log);
Result<note::VerifierKey> read_log_verifier_key(const std::filesystem::path& log);

}  // namespace proviso::audit
