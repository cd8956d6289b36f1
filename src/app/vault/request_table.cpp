#include "app/vault/request_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "base/core/concat.h"
#include "base/core/csv.h"
#include "base/core/utf8.h"
#include "base/json/json.h"
#include "safeguards/watchlist/entry.h"

namespace proviso::vault {
namespace {

using Fields = std::vector<std::string>;

constexpr std::array<std::string_view, 14> kTexts{"approved_by",
                                                  "asked_at",
                                                  "asked_by",
                                                  "born_on",
                                                  "category",
                                                  "expires_at",
                                                  "id",
                                                  "label",
                                                  "legal_basis",
                                                  "nexus",
                                                  "offence_code",
                                                  "reason",
                                                  "requested_response",
                                                  "under_18_reason"};
constexpr std::array<std::string_view, 2> kNumbers{"offence_years", "revision"};
constexpr std::string_view kFlag = "blue_list";
constexpr std::array<std::string_view, 4> kOfImage{"file", "provenance", "source", "taken_on"};

bool is_one_of(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

class Table {
 public:
  Table(const std::string& name, const RequestFolder& folder) : name_(name), folder_(folder) {}

  Status head(const Fields& header) {
    for (const std::string& column : header) {
      const bool is_known = is_one_of(kTexts, column) || is_one_of(kNumbers, column) ||
                            is_one_of(kOfImage, column) || column == kFlag;
      if (!is_known) return refused(concat("no column ", in_quotes(column), " is known"));
      if (std::ranges::count(header, column) > 1) {
        return refused(concat("the column ", column, " stands twice"));
      }
    }
    const auto id = std::ranges::find(header, "id");
    if (id == header.end()) return refused("there is no column id");
    id_ = static_cast<std::size_t>(id - header.begin());
    header_ = header;
    return Done{};
  }

  // A row's fault is its request's; one whose request is not known is a request by itself.
  void add(const Fields& fields) {
    ++row_;
    const std::string* const id = fields.size() == header_.size() ? &fields[id_] : nullptr;
    if (id == nullptr || id->empty()) {
      begin().fault =
          refused(id == nullptr ? concat(fields.size(), " fields, the header has ", header_.size())
                                : std::string("its id is empty"));
      return;
    }
    const auto [place, is_new] = by_id_.try_emplace(*id, found_.size());
    if (is_new) begin();
    const std::size_t at = place->second;
    const Status added = join(fields, is_new, found_[at].body, images_[at]);
    if (!added && !found_[at].fault) found_[at].fault = added.error();
  }

  std::vector<WrittenRequest> take() {
    for (std::size_t n = 0; n < found_.size(); ++n) {
      Value::Object& body = found_[n].body;
      Value::Object offence;
      for (const auto& [column, field] :
           {std::pair{"offence_code", "code"}, {"offence_years", "imprisonment_years_max"}}) {
        const auto said = body.find(column);
        if (said == body.end()) continue;
        offence.emplace(field, said->second);
        body.erase(said);
      }
      if (!offence.empty()) body.emplace("offence", std::move(offence));
      if (!images_[n].empty()) body.emplace("images", std::move(images_[n]));
    }
    return std::move(found_);
  }

 private:
  Error refused(std::string_view why) const {
    return Error{ErrorCode::kInvalidInput,
                 concat(name_, ", row ", row_, ": ", why, "; see docs/watchlist.md")};
  }

  Result<Value> value_of(std::string_view column, const std::string& field) const {
    if (!is_utf8(field)) {
      return refused(
          concat(column, " is no UTF-8, found ", in_quotes(field), "; save it as UTF-8"));
    }
    if (column == kFlag) {
      if (field == "true" || field == "false") return Value(field == "true");
      return refused(concat(column, " is true or false, found ", in_quotes(field)));
    }
    if (!is_one_of(kNumbers, column)) return Value(field);
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(field.data(), field.data() + field.size(), number);
    const bool is_whole = code == std::errc{} && end == field.data() + field.size();
    if (is_whole && number >= -json::kIntegerMax && number <= json::kIntegerMax)
      return Value(number);
    return refused(concat(column, " is a whole number, found ", in_quotes(field)));
  }

  WrittenRequest& begin() {
    images_.emplace_back();
    return found_.emplace_back(WrittenRequest{
        .place = concat(name_, ", row ", row_), .folder = folder_, .body = {}, .fault = {}});
  }

  Status join(const Fields& fields, bool is_new, Value::Object& body, Value::Array& images) const {
    Value::Object image;
    for (std::size_t n = 0; n < fields.size(); ++n) {
      if (fields[n].empty()) continue;
      PROVISO_TRY(auto value, value_of(header_[n], fields[n]));
      if (is_one_of(kOfImage, header_[n])) {
        image.emplace(header_[n], std::move(value));
        continue;
      }
      const auto said = body.find(header_[n]);
      if (is_new) {
        body.emplace(header_[n], std::move(value));
      } else if (said == body.end() || said->second != value) {
        return refused(concat(
            "its ", header_[n], " is another than in the first row of ", in_quotes(fields[id_])));
      }
    }
    if (!image.empty()) images.push_back(Value(std::move(image)));
    return Done{};
  }

  const std::string& name_;
  const RequestFolder& folder_;
  Fields header_;
  std::size_t id_ = 0;  // Its column.
  std::size_t row_ = 1;
  std::vector<WrittenRequest> found_;
  std::vector<Value::Array> images_;
  std::map<std::string, std::size_t> by_id_;
};

}  // namespace

Result<std::vector<WrittenRequest>> requests_of_table(std::string_view text,
                                                      const std::string& name,
                                                      const RequestFolder& folder) {
  const auto parsed =
      parse_csv(text,
                {.rows_max = kRequestsMax,
                 .fields_max = kTexts.size() + kNumbers.size() + kOfImage.size() + 1,
                 .field_bytes_max = watchlist::kEntryTextBytesMax});
  if (!parsed) {
    return Error{parsed.error().code, concat(name, ": ", parsed.error().message)};
  }
  const auto& rows = parsed.value();
  Table table(name, folder);
  PROVISO_TRY_DONE(table.head(rows.empty() ? Fields{} : rows.front()));
  for (std::size_t n = 1; n < rows.size(); ++n) table.add(rows[n]);
  return table.take();
}

}  // namespace proviso::vault
