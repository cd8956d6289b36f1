#include "app/commands/photograph_files.h"

#include <algorithm>
#include <array>
#include <map>

#include "app/enrolment/photograph.h"
#include "base/core/concat.h"
#include "base/core/csv.h"
#include "base/core/file.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

class Entries {
 public:
  Status add(std::string_view id_text, std::string_view label, const fs::path& photograph) {
    if (++rows_ > kRowsMax) {
      return Error{ErrorCode::kOverLimit,
                   concat("import: more than ", kRowsMax, " photographs; split the list")};
    }
    PROVISO_TRY(const auto id, EntryId::parse(id_text));
    const auto [place, is_new] = entries_.try_emplace(
        id, EntryFiles{.id = id, .label = std::string(label), .photographs = {}});
    place->second.photographs.push_back(photograph);
    return Done{};
  }

  Result<std::vector<EntryFiles>> finish() {
    if (entries_.empty()) {
      return Error{ErrorCode::kNotFound,
                   "import: no photograph found; give a folder with .jpg, .jpeg or .png files, or "
                   "a CSV file"};
    }
    std::vector<EntryFiles> all;
    for (auto& [id, entry] : entries_) {
      std::sort(entry.photographs.begin(), entry.photographs.end());
      all.push_back(std::move(entry));
    }
    return all;
  }

 private:
  std::map<EntryId, EntryFiles> entries_;
  std::size_t rows_ = 0;
};

Result<std::vector<EntryFiles>> from_folder(const fs::path& folder) {
  Entries entries;
  std::error_code error;
  for (const auto& item : fs::directory_iterator(folder, error)) {
    if (item.is_directory()) {
      for (const auto& inner : fs::directory_iterator(item.path(), error)) {
        if (!inner.is_regular_file() || !enrolment::has_photograph_ending(inner.path())) continue;
        const std::string name = item.path().filename().string();
        PROVISO_TRY_DONE(entries.add(name, name, inner.path()));
      }
    } else if (item.is_regular_file() && enrolment::has_photograph_ending(item.path())) {
      const std::string stem = item.path().stem().string();
      PROVISO_TRY_DONE(entries.add(stem, stem, item.path()));
    }
  }
  if (error) {
    return Error{ErrorCode::kNotFound,
                 concat("import: cannot read folder ", folder.string(), ": ", error.message())};
  }
  return entries.finish();
}

Result<std::vector<EntryFiles>> from_csv(const fs::path& file) {
  constexpr std::array<std::string_view, kFieldsMax> kHeader{"id", "label", "photograph"};
  PROVISO_TRY(const auto text, read_text_file(file, kCsvBytesMax));
  PROVISO_TRY(
      const auto rows,
      parse_csv(
          text,
          {.rows_max = kRowsMax, .fields_max = kFieldsMax, .field_bytes_max = kFieldBytesMax}));
  if (rows.empty() || !std::equal(rows[0].begin(), rows[0].end(), kHeader.begin(), kHeader.end())) {
    return Error{ErrorCode::kInvalidInput,
                 concat(file.string(), ": row 1 must be id,label,photograph; add that header")};
  }
  Entries entries;
  for (std::size_t n = 1; n < rows.size(); ++n) {
    const auto& row = rows[n];
    if (row.size() != kHeader.size() || !stays_below(row[2])) {
      return Error{ErrorCode::kInvalidInput,
                   concat(file.string(),
                          ": row ",
                          n + 1,
                          " needs an id, a label and a path below the file's folder; correct it")};
    }
    if (const Status added = entries.add(row[0], row[1], file.parent_path() / row[2]); !added) {
      return Error{added.error().code,
                   concat(file.string(), ": row ", n + 1, ": ", added.error().message)};
    }
  }
  return entries.finish();
}

}  // namespace

Result<std::vector<EntryFiles>> find_photographs(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return from_folder(path);
  if (path.extension() == ".csv") return from_csv(path);
  return Error{
      ErrorCode::kNotFound,
      concat("import: ", path.string(), " is neither a folder nor a .csv file; name one of these")};
}

}  // namespace proviso::commands
