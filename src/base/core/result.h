#pragma once

// Result<T>: the value, or the Error that says why there is none.
//
// Every function that can fail for a reason outside the program (a file, a camera, a peer, a
// signature) returns one. Broken promises between our own functions are not Errors: they are
// PROVISO_CHECK failures (base/core/check.h).
//
// The interface is the part of C++23 std::expected that we use.

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "base/core/check.h"

namespace proviso {

// What the caller can do about a failure. A new code needs a caller that reacts to it
// differently; everything else goes into the message.
enum class ErrorCode : std::uint8_t {
  kInvalidInput,   // The caller sent something malformed: tell them, do not retry.
  kNotFound,       // The thing named does not exist.
  kNotAuthorised,  // No valid authority covers the request: refuse, and record it.
  kUnavailable,    // A camera, disk or peer did not answer: retry later.
  kOverLimit,      // More than a declared bound: shed this work, and count it.
  kCorrupt,        // Stored data failed a check: stop and raise the alarm.
};

std::string_view to_string(ErrorCode code);

struct Error {
  ErrorCode code;
  std::string message;  // Rule, value found, value needed, next step; most general part first.
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return std::holds_alternative<T>(state_); }
  explicit operator bool() const { return has_value(); }

  T& value() & {
    PROVISO_CHECK(has_value());
    return *std::get_if<T>(&state_);
  }
  const T& value() const& {
    PROVISO_CHECK(has_value());
    return *std::get_if<T>(&state_);
  }
  // By value: in `for (x : f().value())` a reference would outlive what it is of.
  T value() && { return std::move(value()); }

  const Error& error() const {
    PROVISO_CHECK(!has_value());
    return *std::get_if<Error>(&state_);
  }

 private:
  std::variant<T, Error> state_;
};

// Success without a value: `return Done{};`.
using Done = std::monostate;
using Status = Result<Done>;

}  // namespace proviso

// Unwraps `expr` into `decl`, or returns its Error from the calling function:
//   PROVISO_TRY(auto frame, source.next());
//   PROVISO_TRY_DONE(file.flush());
// NOLINTBEGIN(bugprone-macro-parentheses): `decl` declares a variable.
#define PROVISO_TRY(decl, expr) PROVISO_TRY_(decl, expr, PROVISO_CONCAT_(proviso_try_, __LINE__))
#define PROVISO_TRY_(decl, expr, name) \
  auto name = (expr);                  \
  if (!name) return name.error();      \
  decl = std::move(name).value()
#define PROVISO_TRY_DONE(expr) PROVISO_TRY_DONE_(expr, PROVISO_CONCAT_(proviso_try_, __LINE__))
#define PROVISO_TRY_DONE_(expr, name) \
  if (auto name = (expr); !name) return name.error()
// NOLINTEND(bugprone-macro-parentheses)
#define PROVISO_CONCAT_(a, b) PROVISO_CONCAT_INNER_(a, b)
#define PROVISO_CONCAT_INNER_(a, b) a##b
