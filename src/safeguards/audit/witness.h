#pragma once

// Witnesses: others who remember the last checkpoint of a log and sign only what grows from it
// (c2sp.org/tlog-witness, c2sp.org/tlog-cosignature, Ed25519). They catch what no reader of the log
// alone can: a log cut short, or told anew, by who has its key.
//
// This part is pure: it makes requests, judges answers and keeps what was cosigned. Who carries a
// request to the witness is the caller's choice (adapters/http/client.h).
//
//   kept     LOG.cosigned/ID, one file a witness: the last checkpoint that it cosigned, with the
//            log's signature and the witness's. It is a pinned checkpoint in itself
//   errors   kCorrupt        the witness has seen another log under this key: cut short, or told
//                            anew. Stop, and keep both
//            kUnavailable    no answer, or one outside the protocol: later again
//            kNotFound       the witness does not know the log: its operator must add the log's key
//            kNotAuthorised  it refuses the log's signature; or a signature here does not verify
//            kInvalidInput   it could not read the request; or a text here is malformed
//   threads  reentrant, and processes take turns
//
// Sources: c2sp.org/tlog-witness and c2sp.org/tlog-cosignature, as of 2026-11.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/audit/tree.h"
#include "safeguards/note/signed_note.h"

namespace proviso::audit {

inline constexpr std::size_t kWitnessProofHashesMax = 63;
inline constexpr std::size_t kWitnessAnswerBytesMax = std::size_t{16} * 1024;

// A verifier key of kind 4, `NAME+ID+KEY` as a note's (of kind 1).
struct WitnessKey {
  std::string name;
  crypto::PublicKey key;

  std::uint32_t id() const;
  std::string to_text() const;
  // Errors: kInvalidInput.
  static Result<WitnessKey> parse(std::string_view text);
  friend bool operator==(const WitnessKey&, const WitnessKey&) = default;
};

// As of `at` this was the largest tree that the witness had seen of the log.
struct Cosigned {
  Checkpoint checkpoint;
  WallTime at;
};
// Errors: also open_checkpoint()'s. kNotAuthorised if the witness has not signed the note.
Result<Cosigned> open_cosigned(std::string_view note,
                               const note::VerifierKey& log,
                               const WitnessKey& witness);

// The body of `POST <submission prefix>/add-checkpoint`. PROVISO_CHECK: at most
// kWitnessProofHashesMax hashes.
std::string add_checkpoint_request(std::uint64_t old_size,
                                   const Proof& proof,
                                   std::string_view checkpoint_note);

struct WitnessAnswer {
  int status = 0;  // Of HTTP.
  std::string content_type;
  std::string body;
};
using AskWitness = std::function<Result<WitnessAnswer>(std::string_view request)>;

struct Submission {
  const LogReader& reader;
  std::string_view checkpoint_note;
  const note::VerifierKey& log;
  const WitnessKey& witness;
  std::uint64_t known_size = 0;  // Of the last that it cosigned; 0 if not known: it will say.
};
// Brings a log's checkpoint to the witness: the note, with the witness's line added.
Result<std::string> submit_checkpoint(const Submission& submission, const AskWitness& ask);

// Errors, both: also those of base/core/file.h. Nothing kept yet: no value. kCorrupt if what is
// kept is not what keep_cosigned() wrote.
Result<std::optional<std::string>> kept_cosigned(const std::filesystem::path& log_directory,
                                                 const note::VerifierKey& log,
                                                 const WitnessKey& witness);
Status keep_cosigned(const std::filesystem::path& log_directory,
                     const WitnessKey& witness,
                     std::string_view note);

// All of it: what is kept says how far the witness has seen; the log's checkpoint is brought to it,
// unless it is cosigned already; the answer is kept.
Result<Cosigned> witness_log(const std::filesystem::path& log_directory,
                             const note::VerifierKey& log,
                             const WitnessKey& witness,
                             const AskWitness& ask);

}  // namespace proviso::audit
