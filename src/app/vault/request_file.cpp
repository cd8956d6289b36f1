#include "app/vault/request_file.h"

#include <algorithm>
#include <array>
#include <utility>

#include "app/vault/vault.h"
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

Error bad_request(const fs::path& path, std::string_view found, std::string_view next) {
  return Error{ErrorCode::kInvalidInput,
               concat("request ", in_quotes(path.native()), ": ", found, "; ", next)};
}

Status name_missing(const fs::path& path, const Value::Object& body) {
  std::string missing;
  for (const std::string_view name : kMandatory) {
    if (!body.contains(name)) missing += concat(missing.empty() ? "" : ", ", name);
  }
  if (missing.empty()) return Done{};
  return bad_request(path, concat("fields are missing: ", missing), "add them");
}

bool stays_below(const fs::path& path) {
  return !path.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

// Reads the file that the image names, and puts its sha256 in the name's place.
Result<Value> with_digest(const fs::path& path, const Value& image, RequestFile& request) {
  const auto* body = image.object();
  const auto file = body == nullptr ? Value::Object::const_iterator() : body->find("file");
  const std::string* name =
      body == nullptr || file == body->end() ? nullptr : file->second.string();
  if (name == nullptr || body->contains("sha256")) {
    return bad_request(path, "an image is an object with its file", "name a file, and no sha256");
  }
  if (!stays_below(*name)) {
    return bad_request(path,
                       concat("the image ", in_quotes(*name), " is not below the request's folder"),
                       "put it beside the request");
  }
  PROVISO_TRY(auto bytes, read_file(path.parent_path() / *name, kImageBytesMax));
  Value::Object seen = *body;
  seen.erase("file");
  seen["sha256"] = crypto::to_hex(crypto::sha256(bytes));
  request.names.push_back(*name);
  request.images.push_back(std::move(bytes));
  return Value(std::move(seen));
}

Result<Value> with_digests(const fs::path& path, const Value& images, RequestFile& request) {
  const auto* list = images.array();
  if (list == nullptr || list->empty() || list->size() > watchlist::kPhotographsMax) {
    return bad_request(path,
                       concat("images is no array of 1 to ", watchlist::kPhotographsMax),
                       "give the best ones");
  }
  Value::Array seen;
  for (const Value& image : *list) {
    PROVISO_TRY(auto one, with_digest(path, image, request));
    seen.push_back(std::move(one));
  }
  return Value(std::move(seen));
}

}  // namespace

Result<RequestFile> read_request_file(const fs::path& path,
                                      std::string_view asked_by,
                                      WallTime now) {
  PROVISO_TRY(const auto written, read_text_file(path, kRequestBytesMax));
  PROVISO_TRY(const auto value, json::parse(written, {.bytes_max = kRequestBytesMax}));
  if (value.object() == nullptr) return bad_request(path, "it is no JSON object", "write one");
  Value::Object body = *value.object();
  PROVISO_TRY_DONE(name_missing(path, body));
  RequestFile request;
  PROVISO_TRY(body["images"], with_digests(path, body["images"], request));
  body.try_emplace("asked_at", to_rfc3339(now));
  body.try_emplace("asked_by", asked_by);
  body.try_emplace("blue_list", false);
  body.try_emplace("revision", 1);
  request.text =
      concat(watchlist::Entry::kTypeLine, '\n', json::to_canonical(Value(std::move(body))), '\n');
  auto entry = watchlist::parse_entry(request.text);
  if (!entry) return bad_request(path, entry.error().message, "see docs/formats/entry.md");
  request.entry = std::move(entry).value();
  return request;
}

}  // namespace proviso::vault
