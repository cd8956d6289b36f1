#include "app/vault/request_file.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "app/vault/request_table.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/utf8.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOfRequest = ".json";
constexpr std::string_view kOfTable = ".csv";
constexpr std::string_view kOfZip = ".zip";

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
  if (!is_printable_utf8(*name, kImageNameBytesMax)) {
    return bad_request(written,
                       concat("the image ", in_quotes(*name), " has a name that cannot be shown"),
                       "rename it");
  }
  if (!stays_below(*name)) {
    return bad_request(written,
                       concat("the image ", in_quotes(*name), " is not below the request's folder"),
                       "put it beside the request");
  }
  auto read = written.folder.read(*name, kImageBytesMax);
  if (!read) {
    return Error{read.error().code,
                 concat("request ", written.place, ": an image: ", read.error().message)};
  }
  std::vector<std::byte> bytes = std::move(read).value();
  std::size_t all_bytes = bytes.size();
  for (const auto& before : request.images) all_bytes += before.size();
  if (all_bytes > kImagesBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("request ",
                        written.place,
                        ": its images have more than ",
                        kImagesBytesMax,
                        " bytes together; give the best ones")};
  }
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

std::string_view text_of(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

WrittenRequest written_in(const Value& value, std::string place, RequestFolder folder) {
  WrittenRequest written{
      .place = std::move(place), .folder = std::move(folder), .body = {}, .fault = {}};
  if (value.object() == nullptr) {
    written.fault = bad_request(written,
                                "one JSON object is needed, and it is none",
                                "see docs/watchlist.md; many are taken by `proviso vault import`");
  } else {
    written.body = *value.object();
  }
  return written;
}

Error in_file(std::string_view name, Error fault) {
  fault.message = concat("requests ", in_quotes(name), ": ", fault.message);
  return fault;
}

WrittenRequest find_one(const RequestFolder& folder, const std::string& name) {
  const auto bytes = folder.read(name, kRequestBytesMax);
  auto value = bytes ? json::parse(text_of(bytes.value()), {.bytes_max = kRequestBytesMax})
                     : Result<Value>(bytes.error());
  if (value) return written_in(value.value(), name, folder);
  return {.place = name, .folder = folder, .body = {}, .fault = in_file(name, value.error())};
}

Result<std::vector<WrittenRequest>> find_in_file(const RequestFolder& folder,
                                                 const std::string& name) {
  PROVISO_TRY(const auto bytes, folder.read(name, kRequestsBytesMax));
  if (fs::path(name).extension() == kOfTable) {
    return requests_of_table(text_of(bytes), name, folder);
  }
  const auto parsed = json::parse(
      text_of(bytes), {.bytes_max = kRequestsBytesMax, .members_max = kRequestsMembersMax});
  if (!parsed) return in_file(name, parsed.error());
  const Value& value = parsed.value();
  const Value::Array* const array = value.array();
  const auto requests = array == nullptr ? std::span(&value, 1) : std::span(*array);
  if (requests.size() > kRequestsMax) {
    return Error{ErrorCode::kOverLimit,
                 concat(in_quotes(name),
                        ": at most ",
                        kRequestsMax,
                        " requests are taken at once; found ",
                        requests.size(),
                        "; take them in parts")};
  }
  std::vector<WrittenRequest> found;
  for (std::size_t n = 0; n < requests.size(); ++n) {
    std::string place = array == nullptr ? name : concat(name, ", request ", n + 1);
    found.push_back(written_in(requests[n], std::move(place), folder));
  }
  return found;
}

Result<std::vector<WrittenRequest>> find_in_folder(const RequestFolder& folder,
                                                   const fs::path& source) {
  PROVISO_TRY(const auto tables, folder.names(kOfTable, kRequestsMax));
  PROVISO_TRY(const auto files, folder.names(kOfRequest, kRequestsMax));
  if (tables.size() + files.size() == 1) {
    return find_in_file(folder, tables.empty() ? files.front() : tables.front());
  }
  if (!tables.empty() || files.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 concat(in_quotes(source.native()),
                        ": needed at its top: requests as .json files, or one .csv table; found ",
                        files.size(),
                        " and ",
                        tables.size(),
                        "; see docs/watchlist.md")};
  }
  std::vector<WrittenRequest> found;
  for (const std::string& file : files) found.push_back(find_one(folder, file));
  return found;
}

Result<std::vector<WrittenRequest>> find_any(const fs::path& source) {
  std::error_code absent;
  if (fs::is_directory(source, absent)) return find_in_folder(source, source);
  if (source.extension() == kOfZip) {
    PROVISO_TRY(const auto folder, RequestFolder::of_zip(source));
    return find_in_folder(folder, source);
  }
  return find_in_file(source.parent_path(), source.filename().string());
}

}  // namespace

Result<WrittenRequest> find_request(const fs::path& path) {
  WrittenRequest written = find_one(path.parent_path(), path.filename().string());
  if (written.fault) return *std::move(written.fault);
  return written;
}

Result<std::vector<WrittenRequest>> find_requests(const fs::path& source) {
  PROVISO_TRY(auto found, find_any(source));
  if (found.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 concat(in_quotes(source.native()),
                        ": at least one request is needed; found 0; see docs/watchlist.md")};
  }
  return found;
}

Result<RequestFile> read_request(const WrittenRequest& written,
                                 std::string_view asked_by,
                                 WallTime now) {
  if (written.fault) return *written.fault;
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
