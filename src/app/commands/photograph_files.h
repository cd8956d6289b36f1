#pragma once

// Which photographs belong to which entry: from a folder, or from a CSV file.
//
//   folder   a sub-folder's name is an entry's id and it holds that entry's photographs; a file
//            beside it is an entry by its stem ("obama.jpg" is entry obama); .jpg, .jpeg and .png
//   CSV      RFC 4180 with the header id,label,photograph; one row a photograph, several rows may
//            share an id; paths are relative to the CSV file, and stay below its folder
//   errors   kNotFound; kInvalidInput naming the row and what is wrong with it; kOverLimit
//   limits   kRowsMax photographs, kCsvBytesMax bytes, kFieldsMax fields of kFieldBytesMax
//   threads  reentrant

#include <filesystem>
#include <string>
#include <vector>

#include "base/core/id.h"
#include "base/core/result.h"

namespace proviso::commands {

inline constexpr std::size_t kRowsMax = 1'000'000;
inline constexpr std::size_t kCsvBytesMax = std::size_t{256} << 20U;
inline constexpr std::size_t kFieldsMax = 3;
inline constexpr std::size_t kFieldBytesMax = 1024;

struct EntryFiles {
  EntryId id;
  std::string label;
  std::vector<std::filesystem::path> photographs;
};

// Ordered by id. `path` is a folder or a file ending in .csv.
Result<std::vector<EntryFiles>> find_photographs(const std::filesystem::path& path);

}  // namespace proviso::commands
