#pragma once

// Evidence for one leaf, to be checked with nothing but the log's key (c2sp.org/tlog-proof@v1):
//
//   c2sp.org/tlog-proof@v1
//   extra <the leaf's bytes in base64>      the specification leaves its meaning to us
//   index <decimal>
//   <inclusion proof, a hash in base64 a line>
//
//   <the checkpoint, a signed note>
//
// `extra` is not authenticated by itself: the leaf counts because its hash leads to the root.
// Threads: values.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/audit/tree.h"

namespace proviso::audit {

inline constexpr std::size_t kEvidenceBytesMax = kCheckpointBytesMax + std::size_t{16} * 1024;

struct Evidence {
  std::string leaf;
  std::uint64_t index = 0;
  Proof proof;
  std::string checkpoint_note;

  std::string to_text() const;
  // Errors: kInvalidInput for anything but what to_text() writes; kOverLimit.
  static Result<Evidence> parse(std::string_view text);
  friend bool operator==(const Evidence&, const Evidence&) = default;
};

// Errors: kInvalidInput if the checkpoint does not cover the leaf; the reader's.
Result<Evidence> make_evidence(const LogReader& reader,
                               std::uint64_t index,
                               const Checkpoint& checkpoint,
                               std::string checkpoint_note);

// The checkpoint, if the evidence holds under the log's key.
// Errors: kNotAuthorised, kInvalidInput as open_checkpoint(); kCorrupt if the leaf is not proven.
Result<Checkpoint> verify_evidence(const Evidence& evidence, const note::VerifierKey& key);

}  // namespace proviso::audit
