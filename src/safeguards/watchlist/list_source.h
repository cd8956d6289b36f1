#pragma once

// Where a list's bytes are read from, at any place: memory, or a file through one descriptor.
//
// Errors: open(): those of open_regular_file(). read(): kCorrupt where the bytes end before; kUnavailable.
// Threads: reading is thread-safe. Lifetime: memory outlives the source.
// A file may be changed while it is read: whoever reads holds what came to a digest.

#include <cstddef>
#include <filesystem>
#include <span>

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace proviso::watchlist {

inline constexpr std::size_t kFileBytesMax = std::size_t{8} << 30U;

class ListSource {
 public:
  explicit ListSource(std::span<const std::byte> bytes)
      : file_(-1), memory_(bytes), size_(bytes.size()) {}
  static Result<ListSource> open(const std::filesystem::path& path);

  std::size_t size() const { return size_; }
  Status read(std::size_t at, std::span<std::byte> into) const;

 private:
  ListSource(Descriptor file, std::filesystem::path path, std::size_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  Descriptor file_;  // Not open: memory.
  std::filesystem::path path_;
  std::span<const std::byte> memory_;
  std::size_t size_;
};

}  // namespace proviso::watchlist
