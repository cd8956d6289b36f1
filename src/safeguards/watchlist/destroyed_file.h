#pragma once

// Destroys a key file: zeros over the bytes where they stand, synced, then its name, synced with
// the folder. What a file system or a disk may keep all the same: docs/formats/keyring.md.
//
// `recorded` comes between the two: whoever finds a file of zeros finds a key that is gone and that
// nobody may have recorded yet.
//
// Errors: kNotFound if there is no such file; kUnavailable where it is not certain that it is gone;
// those of `recorded`, after which the zeros stand under their name and it can be called again.
// A symbolic link is not followed. Threads: reentrant.

#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>

#include "base/core/result.h"

namespace proviso::watchlist {

using Recorded = std::function<Status()>;

Status destroy_file(
    const std::filesystem::path& path, const Recorded& recorded = [] { return Status(Done{}); });

// True for what destroy_file leaves until it is recorded; false for nothing at all.
bool is_destroyed(std::string_view bytes);

// Of a folder of key files, for `why` its listing failed.
Error unreadable_keys(const std::filesystem::path& folder, const std::error_code& why);

}  // namespace proviso::watchlist
