#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "base/core/concat.h"
#include "base/core/utf8.h"
#include "base/json/json.h"

namespace proviso::json {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// Builds the tree from the events of nlohmann's parser, which by itself would keep the last of two
// equal names and turn large integers into doubles. Every function returns whether to go on.
class TreeBuilder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit TreeBuilder(const Limits& limits) : limits_(limits) {}

  Result<Value> take() && {
    if (error_) return *std::move(error_);
    return std::move(root_);
  }

  bool null() override { return add(Value{}); }
  bool boolean(bool boolean) override { return add(boolean); }
  bool number_integer(number_integer_t integer) override {
    if (integer == 0) return refuse("integers have one form; found -0; write 0");
    if (integer < -kIntegerMax) return refuse_number(std::to_string(integer));
    return add(integer);
  }
  bool number_unsigned(number_unsigned_t integer) override {
    if (integer > static_cast<number_unsigned_t>(kIntegerMax)) {
      return refuse_number(std::to_string(integer));
    }
    return add(static_cast<std::int64_t>(integer));
  }
  bool number_float(number_float_t /*number*/, const string_t& digits) override {
    return refuse_number(digits);
  }
  bool string(string_t& text) override { return add(std::move(text)); }
  bool binary(binary_t& /*bytes*/) override { return refuse("JSON has no binary values"); }

  bool start_object(std::size_t /*count*/) override { return open(true); }
  bool start_array(std::size_t /*count*/) override { return open(false); }
  bool end_object() override { return close(std::move(open_.back().fields)); }
  bool end_array() override { return close(std::move(open_.back().elements)); }

  bool key(string_t& name) override {
    if (!is_field_name(name)) {
      return refuse(concat("field names are 1 to ",
                           kFieldNameBytesMax,
                           " characters of printable ASCII; found ",
                           in_quotes(name),
                           "; rename the field"));
    }
    if (open_.back().fields.contains(name)) {
      return refuse(concat(
          "a field may stand once; found ", in_quotes(name), " twice; remove one of the two"));
    }
    open_.back().name = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position,
                   const std::string& last_token,
                   const nlohmann::detail::exception& /*error*/) override {
    return refuse(concat("the text must be JSON; it is not at byte ",
                         position,
                         ", near ",
                         in_quotes(last_token),
                         "; correct the text there"));
  }

 private:
  // An object or an array whose end has not come yet.
  struct Open {
    bool is_object = false;
    Value::Object fields;
    Value::Array elements;
    std::string name;  // Of the field that is being read, in an object.
  };

  bool open(bool is_object) {
    if (open_.size() == limits_.depth_max) {
      return refuse_limit(concat("at most ", limits_.depth_max, " levels may be nested"));
    }
    open_.emplace_back().is_object = is_object;
    return true;
  }

  bool close(Value value) {
    open_.pop_back();
    return add(std::move(value));
  }

  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
      return true;
    }
    if (++members_ > limits_.members_max) {
      return refuse_limit(
          concat("at most ", limits_.members_max, " fields and elements may stand"));
    }
    Open& level = open_.back();
    if (level.is_object) {
      level.fields.emplace(std::move(level.name), std::move(value));
      level.name.clear();
    } else {
      level.elements.push_back(std::move(value));
    }
    return true;
  }

  bool refuse_number(std::string_view digits) {
    return refuse(
        concat("numbers must be integers between -2^53 and 2^53, written without "
               "fraction or exponent; found ",
               in_quotes(digits),
               "; use a smaller unit"));
  }
  bool refuse(std::string_view why) {
    error_ = Error{ErrorCode::kInvalidInput, concat("at ", place(), ": ", why)};
    return false;
  }
  bool refuse_limit(std::string_view rule) {
    error_ = Error{ErrorCode::kOverLimit,
                   concat("at ", place(), ": ", rule, "; found one more; use fewer")};
    return false;
  }

  std::string place() const {
    std::string path = "$";
    for (const Open& level : open_) {
      if (!level.is_object) path += concat('[', level.elements.size(), ']');
      if (!level.name.empty()) path += concat('.', level.name);
    }
    return path;
  }

  Limits limits_;
  std::vector<Open> open_;  // The outermost first; at most depth_max.
  std::size_t members_ = 0;
  Value root_;
  std::optional<Error> error_;
};

}  // namespace

Result<Value> parse(std::string_view text, const Limits& limits) {
  if (text.size() > limits.bytes_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("this JSON may have at most ",
                        limits.bytes_max,
                        " bytes; it has ",
                        text.size(),
                        "; check that it is the right text")};
  }
  // nlohmann skips a byte order mark and takes a zero byte for the end.
  if (text.starts_with(kByteOrderMark) || text.find('\0') != std::string_view::npos ||
      !is_utf8(text)) {
    return Error{ErrorCode::kInvalidInput,
                 "JSON must be UTF-8 without a byte order mark and without zero bytes; this is "
                 "not; save the text as plain UTF-8"};
  }
  TreeBuilder builder(limits);
  nlohmann::json::sax_parse(text, &builder);
  return std::move(builder).take();
}

}  // namespace proviso::json
