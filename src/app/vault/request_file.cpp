#include "app/vault/request_file.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "app/vault/entries.h"
#include "app/vault/request_table.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 9> kMandatory{"approved_by",
                                                     "category",
                                                     "expires_at",
                                                     "id",
                                                     "images",
                                                     "label",
                                                     "legal_basis",
                                                     "reason",
                                                     "requested_response"};

Error bad_request(const WrittenRequest& written, std::string_view found, std::string_view next) {
  return Error{ErrorCode::kInvalidInput,
               concat("request ", written.place, ": ", found, "; ", next)};
}

Status name_missing(const WrittenRequest& written, const Value::Object& body) {
  std::string missing;
  for (const std::string_view name : kMandatory) {
    if (!body.contains(name)) missing += concat(missing.empty() ? "" : ", ", name);
  }
  if (missing.empty()) return Done{};
  return bad_request(written, concat("fields are missing: ", missing), "add them");
}

// Reads the file that the image names, and puts its sha256 in the name's place.
Result<Value> with_digest(const WrittenRequest& written, const Value& image, RequestFile& request) {
  const auto* body = image.object();
  const auto file = body == nullptr ? Value::Object::const_iterator() : body->find("file");
  const std::string* name =
      body == nullptr || file == body->end() ? nullptr : file->second.string();
  if (name == nullptr || body->contains("sha256")) {
    return bad_request(
        written, "an image is an object with its file", "name a file, and no sha256");
  }
  if (!stays_below(*name)) {
    return bad_request(written,
                       concat("the image ", in_quotes(*name), " is not below the request's folder"),
                       "put it beside the request");
  }
  PROVISO_TRY(auto bytes, read_file(written.folder / *name, kImageBytesMax));
  Value::Object seen = *body;
  seen.erase("file");
  seen["sha256"] = crypto::to_hex(crypto::sha256(bytes));
  request.names.push_back(*name);
  request.images.push_back(std::move(bytes));
  return Value(std::move(seen));
}

Result<Value> with_digests(const WrittenRequest& written,
                           const Value& images,
                           RequestFile& request) {
  const auto* list = images.array();
  if (list == nullptr || list->empty() || list->size() > watchlist::kPhotographsMax) {
    return bad_request(written,
                       concat("images is no array of 1 to ", watchlist::kPhotographsMax),
                       "give the best ones");
  }
  Value::Array seen;
  for (const Value& image : *list) {
    PROVISO_TRY(auto one, with_digest(written, image, request));
    seen.push_back(std::move(one));
  }
  return Value(std::move(seen));
}

Result<Value> parse(const fs::path& path, std::size_t bytes_max) {
  PROVISO_TRY(const auto text, read_text_file(path, bytes_max));
  constexpr std::size_t kMembersOfOneMax = 100;
  return json::parse(text,
                     {.bytes_max = bytes_max, .members_max = kMembersOfOneMax * kRequestsMax});
}

Result<WrittenRequest> written_in(const Value& value, std::string place, fs::path folder) {
  WrittenRequest written{.place = std::move(place), .folder = std::move(folder), .body = {}};
  if (value.object() == nullptr) {
    return bad_request(written, "it is no JSON object", "see docs/watchlist.md");
  }
  written.body = *value.object();
  return written;
}

Error too_many(const fs::path& source, std::size_t found) {
  return Error{ErrorCode::kOverLimit,
               concat(in_quotes(source.native()),
                      ": at most ",
                      kRequestsMax,
                      " requests are taken at once; found ",
                      found,
                      "; take them in parts")};
}

Result<std::vector<WrittenRequest>> find_in_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fault)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (fault) {
    return Error{ErrorCode::kUnavailable,
                 concat(in_quotes(folder.native()),
                        " cannot be read: ",
                        fault.message(),
                        "; check its permissions")};
  }
  if (files.size() > kRequestsMax) return too_many(folder, files.size());
  std::ranges::sort(files);
  std::vector<WrittenRequest> found;
  for (const fs::path& file : files) {
    PROVISO_TRY(auto written, find_request(file));
    found.push_back(std::move(written));
  }
  return found;
}

}  // namespace

Result<WrittenRequest> find_request(const fs::path& path) {
  PROVISO_TRY(const auto value, parse(path, kRequestBytesMax));
  return written_in(value, path.filename().string(), path.parent_path());
}

Result<std::vector<WrittenRequest>> find_requests(const fs::path& source) {
  std::error_code absent;
  if (fs::is_directory(source, absent)) return find_in_folder(source);
  if (source.extension() == ".csv") {
    PROVISO_TRY(const auto text, read_text_file(source, kRequestsBytesMax));
    return requests_of_table(text, source.filename().string(), source.parent_path());
  }
  PROVISO_TRY(const auto value, parse(source, kRequestsBytesMax));
  const Value::Array* const array = value.array();
  const auto requests = array == nullptr ? std::span(&value, 1) : std::span(*array);
  if (requests.size() > kRequestsMax) return too_many(source, requests.size());
  std::vector<WrittenRequest> found;
  for (std::size_t n = 0; n < requests.size(); ++n) {
    PROVISO_TRY(auto written,
                written_in(requests[n],
                           concat(source.filename().string(), ", request ", n + 1),
                           source.parent_path()));
    found.push_back(std::move(written));
  }
  return found;
}

Result<RequestFile> read_request(const WrittenRequest& written,
                                 std::string_view asked_by,
                                 WallTime now) {
  Value::Object body = written.body;
  PROVISO_TRY_DONE(name_missing(written, body));
  RequestFile request;
  PROVISO_TRY(body["images"], with_digests(written, body["images"], request));
  body.try_emplace("asked_at", to_rfc3339(now));
  body.try_emplace("asked_by", asked_by);
  body.try_emplace("blue_list", false);
  body.try_emplace("revision", 1);
  request.text =
      concat(watchlist::Entry::kTypeLine, '\n', json::to_canonical(Value(std::move(body))), '\n');
  auto entry = watchlist::parse_entry(request.text);
  if (!entry) return bad_request(written, entry.error().message, "see docs/formats/entry.md");
  request.entry = std::move(entry).value();
  return request;
}

}  // namespace proviso::vault
