#pragma once

// Drafts a statement: what a person says, with the hashes computed here of the very files.
//
// Errors: those of the list's and the pack's loading; kInvalidInput for two cameras of one id or a
// zone of an unknown camera. Threads: reentrant.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "app/commands/camera_argument.h"
#include "base/core/clock.h"
#include "safeguards/authority/statement.h"

namespace proviso::commands {

struct DraftRequest {
  std::filesystem::path sealed_list;
  crypto::Digest model_pack;
  std::string reference;
  std::vector<CameraArgument> cameras;
  std::vector<ZoneArgument> zones;
  std::chrono::minutes duration{60};
};

Result<authority::Statement> draft(const DraftRequest& request, WallTime now);

}  // namespace proviso::commands
