#pragma once

// Checks a log's directory without trusting who wrote it: everything is worked out again from the
// entries, and every file of the tree is compared with that.
//
//   signature    the checkpoint's, by the log's key
//   root         of all entries, hashed one by one
//   tiles        every full and partial one, and partial ones of earlier checkpoints
//   leaves       each is canonical and of its kind's schema (docs/formats/journal.md)
//   pinned       the log still begins with a checkpoint that somebody kept
//
// What lies beyond the checkpoint is not looked at: a commit may be under way.
// A log that its owner cut short and signed anew is caught by a pinned checkpoint or a witness, by
// nothing else: without one the report says that this was not checked.
// Threads: reentrant. Cost: two hashes a leaf; memory for one tile a level.

#include <optional>
#include <string_view>

#include "safeguards/audit/disk.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/verify/report.h"

namespace proviso::verify {

enum class Leaves : std::uint8_t { kCheckSchema, kHashOnly };

struct LogQuestion {
  note::VerifierKey key;
  std::optional<std::string> pinned_note;  // A checkpoint of the log, signed by the same key.
  Leaves leaves = Leaves::kCheckSchema;
};

Report check_log(const audit::Disk& disk, const LogQuestion& question);

// That the log in `disk` begins with the tree of an earlier checkpoint, by a proof from its tiles.
Report check_consistency(const audit::Disk& disk,
                         std::string_view earlier_note,
                         const note::VerifierKey& key);

// A leaf's evidence, and the leaf itself.
Report check_evidence(std::string_view text, const note::VerifierKey& key);

}  // namespace proviso::verify
