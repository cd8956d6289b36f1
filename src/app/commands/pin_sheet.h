#pragma once

// A pinned checkpoint as one HTML page to print: the note as text and as a QR code of its bytes.
//
//   in       the signed note of a checkpoint and what it says
//   out      a page that loads nothing and runs nothing, without the log's key: whoever checks
//            must have that by another way
//   errors   kOverLimit for a note that no QR code holds
//   threads  reentrant

#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/audit/tree.h"

namespace proviso::commands {

struct PinnedCheckpoint {
  std::string_view note;
  std::string_view origin;
  audit::TreeHead head;
  WallTime pinned_at;
};

Result<std::string> pin_sheet(const PinnedCheckpoint& pinned);

}  // namespace proviso::commands
