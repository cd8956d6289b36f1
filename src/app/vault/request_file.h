#pragma once

// A request as people write it: the fields of docs/formats/entry.md as one JSON object, with each
// image's `file` in place of its sha256. It becomes the text that two officers sign.
//
//   in       a file of one request; of many, an array of them, a table (request_table.h) or a
//            folder of such files; who asks; the time. Of a request `asked_by`, `asked_at`,
//            `revision` (1) and `blue_list` (false) may be left out
//   out      the entry, its text, and the images' bytes in its order
//   errors   kNotFound for a file; kInvalidInput naming every mandatory field that is missing, or
//            the first that is wrong, or an image's path that leaves the folder of the request;
//            kOverLimit over kRequestBytesMax for one file, kRequestsBytesMax for an array,
//            kRequestsMax, kPhotographsMax images or kImageBytesMax for one
//   threads  reentrant

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::vault {

inline constexpr std::size_t kRequestBytesMax = std::size_t{64} * 1024;
inline constexpr std::size_t kRequestsBytesMax = std::size_t{256} << 20U;
inline constexpr std::size_t kRequestsMax = 1'000'000;

// A request that has been found, and is not looked at yet.
struct WrittenRequest {
  std::string place;  // "requests.json, request 3", for messages.
  std::filesystem::path folder;
  Value::Object body;
};

struct RequestFile {
  watchlist::Entry entry;
  std::string text;
  std::vector<std::string> names;  // Of the images' files, for reports.
  std::vector<std::vector<std::byte>> images;
};

// One request, of a file that holds one.
Result<WrittenRequest> find_request(const std::filesystem::path& path);
// Of a folder every .json file, in the order of their names; of a file its array, or its one.
Result<std::vector<WrittenRequest>> find_requests(const std::filesystem::path& source);

Result<RequestFile> read_request(const WrittenRequest& written,
                                 std::string_view asked_by,
                                 WallTime now);

}  // namespace proviso::vault
