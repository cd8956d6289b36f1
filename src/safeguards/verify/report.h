#pragma once

// What a verification found: each thing that was checked, each that could not be, and the first
// fault with its leaf. All is proven only when nothing is left of the latter two. What nobody asked
// for is named too, and changes no verdict: a reader must not take it for proven.
//
// Threads: values.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace proviso::verify {

struct Fault {
  std::string what;
  std::optional<std::uint64_t> leaf;
};

struct Report {
  std::vector<std::string> checked;
  std::vector<std::string> unchecked;
  std::vector<std::string> unasked;
  std::optional<Fault> fault;

  bool proven() const { return !fault && unchecked.empty(); }
};

std::string to_text(const Report& report);  // A line each, the verdict last.
std::string to_json(const Report& report);  // One line without its LF.

}  // namespace proviso::verify
