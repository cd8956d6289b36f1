#pragma once

// Takes the fields of one object by name, each with its kind and range, and refuses what is left:
// nothing in a statement or a manifest is ignored in silence.
//
//   FieldReader reader{object, "statement"};
//   PROVISO_TRY(const auto version, reader.integer("version", 1, 1));
//   PROVISO_TRY(auto list, reader.object("watchlist"));
//   ...
//   PROVISO_TRY_DONE(list.finish());
//   PROVISO_TRY_DONE(reader.finish());
//
// Errors: kInvalidInput naming the field ("statement.cameras[2].id"), the value found and the value
//         needed. An optional field is asked for with has() first.
// Threads: one reader belongs to one thread.
// Lifetime: a reader looks at its object, which must outlive it.

#include <cstddef>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/core/value.h"

namespace proviso {

class FieldReader {
 public:
  // `place` is what messages call the object.
  FieldReader(const Value::Object& object, std::string place);
  // A temporary would be gone before its fields are read.
  FieldReader(Value::Object&& object, std::string place) = delete;

  // Errors: kInvalidInput if `value` is no object.
  static Result<FieldReader> of(const Value& value, std::string place);
  static Result<FieldReader> of(Value&& value, std::string place) = delete;

  const std::string& place() const { return place_; }
  bool has(std::string_view name) const;
  std::vector<std::string> names() const;  // Of all fields, in order; none is taken by it.

  // Ranges are inclusive. A string may be empty; bytes_max is in bytes of UTF-8.
  Result<bool> boolean(std::string_view name);
  Result<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  Result<double> number(std::string_view name, double min, double max);  // An integer is one too.
  Result<std::string> string(std::string_view name, std::size_t bytes_max);
  Result<FieldReader> object(std::string_view name);

  // Arrays of one kind with count_min to count_max elements.
  struct Count {
    std::size_t min = 0;
    std::size_t max = 0;
  };
  Result<std::vector<std::int64_t>> integers(std::string_view name,
                                             Count count,
                                             std::int64_t min,
                                             std::int64_t max);
  Result<std::vector<double>> numbers(std::string_view name, Count count, double min, double max);
  Result<std::vector<std::string>> strings(std::string_view name,
                                           Count count,
                                           std::size_t bytes_max);
  Result<std::vector<FieldReader>> objects(std::string_view name, Count count);
  // For arrays of arrays: the elements as they are.
  Result<std::span<const Value>> elements(std::string_view name, Count count);

  // Errors: kInvalidInput naming every field that nobody took.
  Status finish() const;

  // The error for a field that is there and breaks a rule beyond kind and range:
  // `statement.end must be <needed>; found the string "..."; correct it`.
  Error refused(std::string_view name, std::string_view needed) const;

 private:
  Result<const Value*> take(std::string_view name);

  const Value::Object* object_;
  std::string place_;
  std::set<std::string, std::less<>> taken_;
};

}  // namespace proviso
