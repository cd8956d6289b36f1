#pragma once

// A request as people write it: the fields of docs/formats/entry.md as one JSON object, with each
// image's `file` in place of its sha256. It becomes the text that two officers sign.
//
//   in       the file; who asks; the time. `asked_by`, `asked_at`, `revision` (1) and `blue_list`
//            (false) may be left out
//   out      the entry, its text, and the images' bytes in its order
//   errors   kNotFound for a file; kInvalidInput naming every mandatory field that is missing, or
//            the first that is wrong, or an image's path that leaves the folder of the request;
//            kOverLimit over kRequestBytesMax, kPhotographsMax images or kImageBytesMax for one
//   threads  reentrant

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::vault {

inline constexpr std::size_t kRequestBytesMax = std::size_t{64} * 1024;

struct RequestFile {
  watchlist::Entry entry;
  std::string text;
  std::vector<std::string> names;  // Of the images' files, for reports.
  std::vector<std::vector<std::byte>> images;
};

Result<RequestFile> read_request_file(const std::filesystem::path& path,
                                      std::string_view asked_by,
                                      WallTime now);

}  // namespace proviso::vault
