#pragma once

// For tests: a TIFF block that says an orientation and nothing else.
//
// Threads: values.

#include <cstddef>
#include <initializer_list>
#include <vector>

namespace proviso::image {

inline std::vector<std::byte> tiff_with(int orientation, bool is_little) {
  std::vector<std::byte> tiff;
  const auto append = [&](std::initializer_list<int> numbers) {
    for (const int number : numbers) tiff.push_back(static_cast<std::byte>(number));
  };
  if (is_little) {
    append({'I', 'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, orientation, 0});
  } else {
    append({'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation});
  }
  append({0, 0, 0, 0, 0, 0});
  return tiff;
}

}  // namespace proviso::image
