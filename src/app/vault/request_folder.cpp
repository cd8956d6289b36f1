#include "app/vault/request_folder.h"

#include <algorithm>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/file.h"

namespace proviso::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kOfMacOs = "__MACOSX/";  // Beside what was packed: its icons and tags.

// The folder that all files lie in, with its slash; empty where one lies at the top.
std::string folder_of_all(const std::vector<std::string>& names) {
  std::string folder;
  for (const std::string& name : names) {
    if (name.starts_with(kOfMacOs)) continue;
    const std::string first = name.substr(0, name.find('/') + 1);
    if (first.empty() || (!folder.empty() && first != folder)) return "";
    folder = first;
  }
  return folder;
}

bool is_request(const fs::path& name, std::string_view extension) {
  return name.extension() == extension && !name.native().starts_with('.');
}

Result<std::vector<std::string>> files_of(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code fault;
  for (const auto& entry : fs::directory_iterator(folder, fault)) {
    names.push_back(entry.path().filename().string());
  }
  if (!fault) return names;
  return Error{ErrorCode::kUnavailable,
               concat(in_quotes(folder.native()),
                      " cannot be read: ",
                      fault.message(),
                      "; check its permissions")};
}

std::vector<std::string> files_of(const zip::ZipFile& zip, const std::string& folder) {
  std::vector<std::string> names;
  for (const std::string& name : zip.names()) {
    if (!name.starts_with(folder) || name.find('/', folder.size()) != std::string::npos) continue;
    names.push_back(name.substr(folder.size()));
  }
  return names;
}

}  // namespace

Result<RequestFolder> RequestFolder::of_zip(const fs::path& zip) {
  PROVISO_TRY(std::shared_ptr<const zip::ZipFile> opened, zip::ZipFile::open(zip, {}));
  RequestFolder folder{fs::path(folder_of_all(opened->names()))};
  folder.zip_ = std::move(opened);
  return folder;
}

Result<std::vector<std::string>> RequestFolder::names(std::string_view extension,
                                                      std::size_t files_max) const {
  auto found = zip_ == nullptr ? files_of(path_)
                               : Result<std::vector<std::string>>(files_of(*zip_, path_.native()));
  PROVISO_TRY(auto names, std::move(found));
  std::erase_if(names, [&](const std::string& name) { return !is_request(name, extension); });
  if (names.size() > files_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("at most ",
                        files_max,
                        " requests are taken at once; found ",
                        names.size(),
                        "; take them in parts")};
  }
  std::ranges::sort(names);
  return names;
}

Result<std::vector<std::byte>> RequestFolder::read(const fs::path& name,
                                                   std::size_t bytes_max) const {
  PROVISO_CHECK(stays_below(name));
  if (zip_ == nullptr) return read_file(path_ / name, bytes_max);
  return zip_->read((path_ / name).lexically_normal().native(), bytes_max);
}

}  // namespace proviso::vault
