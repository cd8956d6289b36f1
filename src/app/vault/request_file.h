#pragma once

// A request as people write it: the fields of docs/formats/entry.md as one JSON object, with each
// image's `file` in place of its sha256. It becomes the text that two officers sign.
//
//   in       a file of one request; of many, an array of them, a table (request_table.h), or a
//            folder or a zip (request_folder.h) of such files or of one array or table; who asks;
//            the time. Of a request `asked_by`, `asked_at`, `revision` (1) and `blue_list` (false)
//            may be left out
//   out      the entry, its text, and the images' bytes in its order
//   errors   kNotFound for a file; kInvalidInput naming every mandatory field that is missing, or
//            the first that is wrong, or an image's path that leaves the folder of the request;
//            kOverLimit over a limit below. What is wrong with one request of many is its own
//            `fault`, and no error of the others
//   threads  reentrant

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/vault/entries.h"
#include "app/vault/request_folder.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::vault {

inline constexpr std::size_t kRequestBytesMax = std::size_t{64} * 1024;
// Of an array or a table. Its tree is what an import's memory goes into, whatever it says: 130
// bytes a member at most, and a request has about twenty.
inline constexpr std::size_t kRequestsBytesMax = std::size_t{64} << 20U;
inline constexpr std::size_t kRequestsMax = 20'000;
inline constexpr std::size_t kRequestsMembersMax = 24 * kRequestsMax;
inline constexpr std::size_t kImageNameBytesMax = 1024;
inline constexpr std::size_t kImagesBytesMax = 2 * kImageBytesMax;  // Of one request.

// A request that has been found, and is not looked at yet.
struct WrittenRequest {
  std::string place;  // "requests.json, request 3", for messages.
  RequestFolder folder;
  Value::Object body;
  std::optional<Error> fault;  // What is wrong with it already; read_request() gives it back.
};

struct RequestFile {
  watchlist::Entry entry;
  std::string text;
  std::vector<std::string> names;  // Of the images' files, for reports.
  std::vector<std::vector<std::byte>> images;
};

// One request, of a file that holds one.
Result<WrittenRequest> find_request(const std::filesystem::path& path);
// Of a folder or zip every .json file, in the order of their names; of a file its array, its one
// or its rows.
Result<std::vector<WrittenRequest>> find_requests(const std::filesystem::path& source);

Result<RequestFile> read_request(const WrittenRequest& written,
                                 std::string_view asked_by,
                                 WallTime now);

}  // namespace proviso::vault
