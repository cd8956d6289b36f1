#pragma once

// Whole files, read with a limit and written so that a power cut leaves the old or the new one.
//
// Threads: reentrant. Two writers of one path: the last rename wins, and no file is ever half of
// each.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace proviso {

// A regular file, open for reading; a pipe does not keep it waiting.
// Errors: as read_file(), but kOverLimit.
struct OpenFile {
  Descriptor descriptor;
  std::size_t bytes = 0;  // As it was opened: it may grow or shrink.
};
Result<OpenFile> open_regular_file(const std::filesystem::path& path);

// The bytes of a regular file, read through one descriptor: nothing is looked at twice, so what is
// returned is what was checked, whoever changes the path meanwhile.
// Errors: kNotFound     if there is no such file;
//         kInvalidInput if it is not a regular file;
//         kOverLimit    if it is larger than `bytes_max`;
//         kUnavailable  if the system refuses to open or read it.
Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::size_t bytes_max);

// The same as text. The bytes are not looked at.
Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max);

// Whether a path that a file names stays inside that file's folder: relative, and nowhere upwards.
bool stays_below(const std::filesystem::path& path);

// Replaces `path` as a whole: a temporary file of mode 0600 beside it is written, synced, renamed
// over it, and the directory synced. On an error before the rename the old file stands unchanged
// and the temporary one is removed; an error after it says so.
// Errors: kNotFound if the directory does not exist; kUnavailable naming the call that failed.
Status write_file_durably(const std::filesystem::path& path, std::span<const std::byte> bytes);
Status write_file_durably(const std::filesystem::path& path, std::string_view text);

}  // namespace proviso
