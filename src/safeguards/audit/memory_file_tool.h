#pragma once

// For tests: a file of safeguards/audit/disk_tool.h, with what of it a power cut cannot take.
//
// Threads: values.

#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace proviso::audit {

struct MemoryFile {
  std::string now;
  std::string durable;

  std::shared_ptr<MemoryFile> after_power_cut(std::mt19937_64& random) const {
    std::string bytes = durable;
    if (now != durable) {
      const std::uint64_t fate = random() % 4;
      if (fate == 1) bytes = now;
      if (fate == 2) bytes = now.substr(0, random() % (now.size() + 1));
      if (fate == 3) bytes = std::string(now.size(), '\0');
    }
    return std::make_shared<MemoryFile>(MemoryFile{.now = bytes, .durable = bytes});
  }
};

}  // namespace proviso::audit
