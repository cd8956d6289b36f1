#pragma once

// One line of output: a JSON object whose fields stand in the order in which they were added.
//
// Unlike base/json/json.h it may carry decimals, and it never fails: text that is not UTF-8 is
// written with U+FFFD for the bad bytes, a number that is not finite as null.
//
//   json::Line line;
//   line.string("camera", id).integer("frame", 7).fixed("score", 0.61234, 4);
//   line.text()  ->  {"camera":"gate-2","frame":7,"score":0.6123}
//
// Each name is added once; a doubled one is a bug (PROVISO_CHECK).
// Threads: one line belongs to one thread.

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>

namespace proviso::json {

class Line {
 public:
  Line& null(std::string_view name);
  Line& boolean(std::string_view name, bool boolean);
  Line& integer(std::string_view name, std::int64_t integer);
  Line& fixed(std::string_view name, double number, int decimals);
  Line& string(std::string_view name, std::string_view text);
  Line& object(std::string_view name, const Line& line);

  Line& integers(std::string_view name, std::span<const std::int64_t> integers);
  Line& fixeds(std::string_view name, std::span<const double> numbers, int decimals);
  Line& strings(std::string_view name, std::span<const std::string> texts);
  Line& objects(std::string_view name, std::span<const Line> lines);

  std::string text() const;  // Without a newline.

 private:
  void begin(std::string_view name);

  std::string fields_;
  std::set<std::string, std::less<>> names_;
};

}  // namespace proviso::json
