#include "safeguards/audit/witness.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <system_error>
#include <utility>
#include <vector>

#include "base/core/base64.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/hex.h"
#include "base/crypto/digest.h"

namespace proviso::audit {
namespace {

constexpr note::KeyKind kKind = note::KeyKind::kEd25519Cosignature;
constexpr std::size_t kTimeBytes = 8;
constexpr std::uint64_t kTimeMaxS = 4'291'747'199;  // The end of 2105: what WallTime can show.
constexpr std::chrono::seconds kSubmissionWait{30};
constexpr std::string_view kSizeType = "text/x.tlog.size";

enum HttpStatus : std::uint16_t {
  kOk = 200,
  kBadRequest = 400,
  kForbidden = 403,
  kUnknown = 404,
  kConflict = 409,
  kBadProof = 422,
};

Error another_log(const WitnessKey& witness, std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("a log only grows; ",
                      in_quotes(witness.name),
                      " ",
                      what,
                      ": the log was cut short or told anew; stop, keep both, and find out who "
                      "had its key")};
}

Error outside_protocol(const WitnessKey& witness, std::string_view what) {
  return Error{ErrorCode::kUnavailable,
               concat("a witness answers as c2sp.org/tlog-witness says; ",
                      in_quotes(witness.name),
                      " ",
                      what,
                      "; try again later, or ask its operator")};
}

// When the witness signed the text. Errors: kNotAuthorised.
Result<WallTime> verify_cosignature(std::string_view text,
                                    const note::NoteSignature& line,
                                    const WitnessKey& witness) {
  const Error refused{ErrorCode::kNotAuthorised,
                      concat("a cosignature must verify under its witness's key; that of ",
                             in_quotes(witness.name),
                             " does not; check the key")};
  crypto::Signature signature;
  if (line.bytes.size() != kTimeBytes + signature.bytes.size()) return refused;
  std::uint64_t time_s = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) {
    time_s = time_s << 8U | std::to_integer<std::uint64_t>(line.bytes[i]);
  }
  if (time_s > kTimeMaxS) return refused;
  std::ranges::transform(std::span{line.bytes}.subspan(kTimeBytes),
                         signature.bytes.begin(),
                         [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  const std::string signed_text = concat("cosignature/v1\ntime ", time_s, '\n', text);
  if (!crypto::verify(witness.key, signed_text, signature)) return refused;
  return WallTime(std::chrono::seconds(time_s));
}

bool is_of(const note::NoteSignature& line, const WitnessKey& witness) {
  return line.name == witness.name && line.id == witness.id();
}

// The note with the witness's line of `answer` added. Errors: kUnavailable, kNotAuthorised.
Result<std::string> with_cosignature(std::string_view checkpoint_note,
                                     const std::string& answer,
                                     const WitnessKey& witness) {
  PROVISO_TRY(note::Note note, note::Note::parse(checkpoint_note));
  const auto cosignatures = note::Note::parse(concat(note.text, '\n', answer));
  if (!cosignatures) return outside_protocol(witness, "sent no signature lines");
  for (const note::NoteSignature& line : cosignatures.value().signatures) {
    if (!is_of(line, witness)) continue;
    PROVISO_TRY(const WallTime at, verify_cosignature(note.text, line, witness));
    static_cast<void>(at);
    std::erase_if(note.signatures, [&](const auto& earlier) { return is_of(earlier, witness); });
    note.signatures.push_back(line);
    return note.to_text();
  }
  return outside_protocol(witness, "sent no line of its own key");
}

// How far the witness has seen, from its answer of 409.
Result<std::uint64_t> seen_size(const WitnessAnswer& answer, const WitnessKey& witness) {
  std::uint64_t size = 0;
  const std::string& body = answer.body;
  const auto [end, fault] = std::from_chars(body.data(), body.data() + body.size(), size);
  if (answer.content_type != kSizeType || fault != std::errc{} || size > kTreeSizeMax ||
      body != concat(size, '\n')) {
    return outside_protocol(witness, "did not say how far it has seen");
  }
  return size;
}

Error refusal(const WitnessAnswer& answer, const WitnessKey& witness) {
  switch (answer.status) {
    case kBadProof:
      return another_log(witness, "has cosigned a tree that this log does not begin with");
    case kUnknown:
      return Error{ErrorCode::kNotFound,
                   concat(in_quotes(witness.name),
                          " does not know this log; ask its operator to add the log's key")};
    case kForbidden:
      return Error{ErrorCode::kNotAuthorised,
                   concat(in_quotes(witness.name),
                          " has another key for this log; give its operator the log's key")};
    case kBadRequest:
      return Error{ErrorCode::kInvalidInput,
                   concat(in_quotes(witness.name), " could not read the request")};
    default: return outside_protocol(witness, concat("answered ", answer.status));
  }
}

std::filesystem::path cosigned_directory(const std::filesystem::path& log_directory) {
  const auto path = log_directory.has_filename() ? log_directory : log_directory.parent_path();
  return path.native() + ".cosigned";
}

Result<std::filesystem::path> make_cosigned_directory(const std::filesystem::path& log_directory) {
  auto directory = cosigned_directory(log_directory);
  std::error_code fault;
  std::filesystem::create_directory(directory, fault);
  if (!fault) return directory;
  return Error{ErrorCode::kUnavailable,
               concat("what witnesses cosigned is kept beside the log; ",
                      in_quotes(directory.native()),
                      " cannot be made: ",
                      fault.message())};
}

std::filesystem::path cosigned_path(const std::filesystem::path& log_directory,
                                    const WitnessKey& witness) {
  const std::string id = note::key_id_bytes(witness.id());
  return cosigned_directory(log_directory) / to_hex(std::as_bytes(std::span{id}));
}

Result<Proof> proof_from(const LogReader& reader, std::uint64_t old_size, std::uint64_t size) {
  if (old_size == 0 || old_size == size) return Proof{};
  return consistency_proof(old_size, size, reader.nodes(size));
}

}  // namespace

std::uint32_t WitnessKey::id() const {
  return note::key_id(kKind, name, key);
}

std::string WitnessKey::to_text() const {
  return note::key_text(kKind, name, key);
}

Result<WitnessKey> WitnessKey::parse(std::string_view text) {
  PROVISO_TRY(auto parsed, note::parse_key(kKind, text));
  return WitnessKey{.name = std::move(parsed.name), .key = parsed.key};
}

Result<Cosigned> open_cosigned(std::string_view note,
                               const note::VerifierKey& log,
                               const WitnessKey& witness) {
  PROVISO_TRY(Checkpoint checkpoint, open_checkpoint(note, log));
  PROVISO_TRY(const note::Note parsed, note::Note::parse(note));
  for (const note::NoteSignature& line : parsed.signatures) {
    if (!is_of(line, witness)) continue;
    PROVISO_TRY(const WallTime at, verify_cosignature(parsed.text, line, witness));
    return Cosigned{.checkpoint = std::move(checkpoint), .at = at};
  }
  return Error{ErrorCode::kNotAuthorised,
               concat("the checkpoint must be cosigned by ",
                      in_quotes(witness.name),
                      "; it is not; bring it to the witness")};
}

std::string add_checkpoint_request(std::uint64_t old_size,
                                   const Proof& proof,
                                   std::string_view checkpoint_note) {
  PROVISO_CHECK(proof.size() <= kWitnessProofHashesMax);
  std::string request = concat("old ", old_size, '\n');
  for (const crypto::Digest& hash : proof) {
    request += concat(to_base64(std::as_bytes(std::span{hash.bytes})), '\n');
  }
  return concat(request, '\n', checkpoint_note);
}

Result<std::string> submit_checkpoint(const Submission& submission, const AskWitness& ask) {
  const auto& [reader, checkpoint_note, log, witness, first_known_size] = submission;
  PROVISO_TRY(const Checkpoint checkpoint, open_checkpoint(checkpoint_note, log));
  const std::uint64_t size = checkpoint.head.size;
  std::uint64_t known_size = first_known_size;
  // Twice: once as far as is known here, once as far as the witness says.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (known_size > size) {
      return another_log(witness,
                         concat("has seen ", known_size, " leaves, and here there are ", size));
    }
    PROVISO_TRY(const Proof proof, proof_from(reader, known_size, size));
    PROVISO_TRY(const WitnessAnswer answer,
                ask(add_checkpoint_request(known_size, proof, checkpoint_note)));
    if (answer.status == kOk) return with_cosignature(checkpoint_note, answer.body, witness);
    if (answer.status != kConflict) return refusal(answer, witness);
    PROVISO_TRY(const std::uint64_t seen, seen_size(answer, witness));
    if (seen == size && known_size == size) {
      return another_log(witness, "has cosigned another tree of this size");
    }
    known_size = seen;
  }
  return outside_protocol(witness, "was asked by somebody else for the same log meanwhile");
}

Result<std::optional<std::string>> kept_cosigned(const std::filesystem::path& log_directory,
                                                 const note::VerifierKey& log,
                                                 const WitnessKey& witness) {
  auto note = read_text_file(cosigned_path(log_directory, witness), kCheckpointBytesMax);
  if (!note && note.error().code == ErrorCode::kNotFound) return std::optional<std::string>();
  if (!note) return note.error();
  if (const auto opened = open_cosigned(note.value(), log, witness); !opened) {
    return Error{ErrorCode::kCorrupt, opened.error().message};
  }
  return std::optional(std::move(note).value());
}

Status keep_cosigned(const std::filesystem::path& log_directory,
                     const WitnessKey& witness,
                     std::string_view note) {
  PROVISO_TRY_DONE(make_cosigned_directory(log_directory));
  return write_file_durably(cosigned_path(log_directory, witness), note);
}

Result<Cosigned> witness_log(const std::filesystem::path& log_directory,
                             const note::VerifierKey& log,
                             const WitnessKey& witness,
                             const AskWitness& ask) {
  PROVISO_TRY(const auto directory, make_cosigned_directory(log_directory));
  // Another process that had brought a later checkpoint meanwhile would look like a log cut short.
  PosixDisk turns(directory, kSubmissionWait);
  PROVISO_TRY(const auto turn, turns.lock("lock"));
  const PosixDisk disk(log_directory);
  const LogReader reader(disk);
  PROVISO_TRY(const std::string note, reader.checkpoint_note());
  PROVISO_TRY(const Checkpoint checkpoint, open_checkpoint(note, log));
  PROVISO_TRY(const auto kept, kept_cosigned(log_directory, log, witness));
  std::uint64_t known_size = 0;
  if (kept) {
    PROVISO_TRY(const Cosigned earlier, open_cosigned(*kept, log, witness));
    if (earlier.checkpoint == checkpoint) return earlier;
    known_size = earlier.checkpoint.head.size;
  }
  PROVISO_TRY(const std::string cosigned,
              submit_checkpoint({.reader = reader,
                                 .checkpoint_note = note,
                                 .log = log,
                                 .witness = witness,
                                 .known_size = known_size},
                                ask));
  PROVISO_TRY_DONE(keep_cosigned(log_directory, witness, cosigned));
  return open_cosigned(cosigned, log, witness);
}

}  // namespace proviso::audit
