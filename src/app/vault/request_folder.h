#pragma once

// Where requests and the photographs that they name lie: a folder, or a zip that is read in place.
//
//   in       a folder's path; a zip's path, whose files stand at its top, or all in one folder
//   out      the requests' files at its top, and the bytes of any file by its path from there
//   errors   those of read_file() and of adapters/zip; kOverLimit over `files_max` names
//   threads  values; thread-safe
//
// Files whose name begins with a dot are no requests: a zip of macOS has one beside each.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "adapters/zip/zip_file.h"
#include "base/core/result.h"

namespace proviso::vault {

class RequestFolder {
 public:
  RequestFolder(std::filesystem::path folder)  // NOLINT(google-explicit-constructor)
      : path_(std::move(folder)) {}
  static Result<RequestFolder> of_zip(const std::filesystem::path& zip);

  // Sorted; those of `extension` (".json") alone.
  Result<std::vector<std::string>> names(std::string_view extension, std::size_t files_max) const;

  // `name` stays below the folder (stays_below(), checked).
  Result<std::vector<std::byte>> read(const std::filesystem::path& name,
                                      std::size_t bytes_max) const;

 private:
  std::filesystem::path path_;               // Of the folder; inside the zip, where there is one.
  std::shared_ptr<const zip::ZipFile> zip_;  // Null: a folder. Every request of it holds it.
};

}  // namespace proviso::vault
