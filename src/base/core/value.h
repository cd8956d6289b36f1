#pragma once

// A parsed document (JSON or TOML) as a tree of values that does not change once made.
//
// Which kinds occur is the parser's contract: JSON here has no doubles (base/json), TOML no null
// (base/toml). FieldReader (base/core/field_reader.h) takes values out with their checks.
//
// Threads: values.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace proviso {

class Value {
 public:
  using Array = std::vector<Value>;
  using Object = std::map<std::string, Value, std::less<>>;  // In the order of the names' bytes.

  Value();  // Null.
  template <std::same_as<bool> Boolean>
  Value(Boolean boolean) : held_(boolean) {}  // NOLINT(google-explicit-constructor)
  // Unsigned 64-bit numbers are left out: they may not fit.
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> &&
             (std::signed_integral<Integer> || sizeof(Integer) < sizeof(std::int64_t)))
  Value(Integer integer)  // NOLINT(google-explicit-constructor)
      : held_(static_cast<std::int64_t>(integer)) {}
  template <std::same_as<double> Double>
  Value(Double number) : held_(number) {}  // NOLINT(google-explicit-constructor)
  Value(std::string text);                 // NOLINT(google-explicit-constructor)
  Value(std::string_view text);            // NOLINT(google-explicit-constructor)
  Value(const char* text);                 // NOLINT(google-explicit-constructor)
  Value(Array array);                      // NOLINT(google-explicit-constructor)
  Value(Object object);                    // NOLINT(google-explicit-constructor)

  // Not in the header: g++ 12 warns of uninitialised members in a variant's inlined move.
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  // The held value, or null where it is of another kind.
  const bool* boolean() const { return std::get_if<bool>(&held_); }
  const std::int64_t* integer() const { return std::get_if<std::int64_t>(&held_); }
  const double* number() const { return std::get_if<double>(&held_); }
  const std::string* string() const { return std::get_if<std::string>(&held_); }
  const Array* array() const { return std::get_if<Array>(&held_); }
  const Object* object() const { return std::get_if<Object>(&held_); }
  bool is_null() const { return std::holds_alternative<std::monostate>(held_); }

  friend bool operator==(const Value&, const Value&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> held_;
};

// Names of fields from outside: 1 to kFieldNameBytesMax characters of printable ASCII, so that
// messages can carry them and their order is that of their bytes everywhere.
inline constexpr std::size_t kFieldNameBytesMax = 128;
bool is_field_name(std::string_view text);

// What a message calls the value: `the integer 7`, `the string "abc"`, `an object of 3 fields`.
std::string described(const Value& value);

}  // namespace proviso
