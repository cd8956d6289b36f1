#pragma once

// Destroys a key file: zeros over the bytes where they stand, synced, then its name, synced with
// the folder. What a file system or a disk may keep all the same: docs/formats/keyring.md.
//
// Errors: kNotFound if there is no such file; kUnavailable where it is not certain that it is gone.
// A symbolic link is not followed. Threads: reentrant.

#include <filesystem>

#include "base/core/result.h"

namespace proviso::watchlist {

Status destroy_file(const std::filesystem::path& path);

}  // namespace proviso::watchlist
