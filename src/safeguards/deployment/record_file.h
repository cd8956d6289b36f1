#pragma once

// A deployment's record on disk, `deployments/REF.jsonl`: read as a whole, written as a whole, by
// one process at a time.
//
//   append   locks (a file REF.jsonl.lock beside it), reads, rebuilds, sets the event's chain and
//            signature, checks it, and answers when the new record is on the disk
//   errors   those of Deployment; kUnavailable if the disk refuses, or somebody holds the lock for
//            longer than kLockWait
//   threads  reentrant
//
// A record that is not there is an empty one: kNotOpened.

#include <chrono>
#include <filesystem>
#include <string>

#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "safeguards/deployment/deployment.h"

namespace proviso::deployment {

inline constexpr std::chrono::seconds kLockWait{5};

struct Signer {
  const note::VerifierKey& key;
  const crypto::SecretKey& secret;
};

// Its bytes; empty if it is not there.
Result<std::string> read_record(const std::filesystem::path& file);

struct Appended {
  Deployment deployment;  // With the event.
  RecordedEvent recorded;
  crypto::Digest line;
};
// `event`: its kind, its fields and its time; the rest is set here. No signer: one of the engine's.
// PROVISO_CHECK: a signer exactly where the kind is signed.
Result<Appended> append(const std::filesystem::path& file,
                        const Terms& terms,
                        Event event,
                        const Signer* signer);

}  // namespace proviso::deployment
