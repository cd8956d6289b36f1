#pragma once

// Destroys a key file: zeros over the bytes where they stand, synced, then its name, synced with
// the folder. What a file system or a disk may keep all the same: docs/formats/keyring.md.
//
// Errors: kNotFound if there is no such file; kUnavailable where it is not certain that it is gone.
// A symbolic link is not followed. Threads: reentrant.

#include <filesystem>
#include <system_error>

#include "base/core/result.h"

namespace proviso::watchlist {

Status destroy_file(const std::filesystem::path& path);

// Of a folder of key files, for `why` its listing failed.
Error unreadable_keys(const std::filesystem::path& folder, const std::error_code& why);

}  // namespace proviso::watchlist
