#include "base/core/csv.h"

#include <algorithm>
#include <utility>

#include "base/core/concat.h"

namespace proviso {
namespace {

class CsvReader {
 public:
  explicit CsvReader(const CsvLimits& limits) : limits_(limits) {}

  Result<std::vector<std::vector<std::string>>> read(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    while (!text.empty()) {
      const std::size_t taken = text[0] == '"' ? take_quoted(text) : take_plain(text);
      text.remove_prefix(taken);
      PROVISO_TRY_DONE(end_field());
      if (text.empty()) break;
      if (text[0] == ',') {
        text.remove_prefix(1);
        if (text.empty()) PROVISO_TRY_DONE(end_field());
        continue;
      }
      if (text.starts_with("\r\n")) text.remove_prefix(1);
      if (text[0] != '\n') {
        return refused(ErrorCode::kInvalidInput,
                       "a stray quote or carriage return; put the field in quotes and double "
                       "those inside it");
      }
      text.remove_prefix(1);
      PROVISO_TRY_DONE(end_row());
    }
    if (!row_.empty()) PROVISO_TRY_DONE(end_row());
    return std::move(rows_);
  }

 private:
  Error refused(ErrorCode code, std::string_view what) const {
    return {code, concat("CSV: row ", rows_.size() + 1, ": ", what)};
  }

  // Up to what ends the field; how many bytes that was.
  std::size_t take_plain(std::string_view text) {
    const std::size_t end = std::min(text.find_first_of(",\"\r\n"), text.size());
    field_ = text.substr(0, end);
    return end;
  }

  std::size_t take_quoted(std::string_view text) {
    std::size_t n = 1;
    for (; n < text.size(); ++n) {
      if (text[n] == '"') {
        if (n + 1 == text.size() || text[n + 1] != '"') return n + 1;
        ++n;
      }
      field_ += text[n];
    }
    is_open_ = true;
    return n;
  }

  Status end_field() {
    if (is_open_) return refused(ErrorCode::kInvalidInput, "a quote that is not closed; close it");
    if (field_.size() > limits_.field_bytes_max) {
      return refused(ErrorCode::kOverLimit,
                     concat("a field of ",
                            field_.size(),
                            " bytes, needed at most ",
                            limits_.field_bytes_max,
                            "; shorten it"));
    }
    if (row_.size() == limits_.fields_max) {
      return refused(ErrorCode::kOverLimit,
                     concat("more fields than ", limits_.fields_max, "; put commas in quotes"));
    }
    row_.push_back(std::exchange(field_, {}));
    return Done{};
  }

  Status end_row() {
    if (rows_.size() > limits_.rows_max) {  // One more than rows, for the header.
      return refused(ErrorCode::kOverLimit,
                     concat("more than ", limits_.rows_max, " rows; split the file"));
    }
    rows_.push_back(std::exchange(row_, {}));
    return Done{};
  }

  const CsvLimits limits_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::string> row_;
  std::string field_;
  bool is_open_ = false;
};

}  // namespace

Result<std::vector<std::vector<std::string>>> parse_csv(std::string_view text,
                                                        const CsvLimits& limits) {
  return CsvReader(limits).read(text);
}

}  // namespace proviso
