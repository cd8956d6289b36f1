#pragma once

// A file's bytes for libzip, which reads as much as the file asks for: while a zip is opened, only
// so many are given, whatever its directory claims, so that it can neither fill the memory nor be
// searched for hours.
//
//   errors   a read that the system refuses or that is over the allowance fails in libzip, and
//            is_spent() says whether it was the latter
//   threads  thread-bound

#include <zip.h>

#include <cstdint>
#include <limits>

#include "base/core/descriptor.h"

namespace proviso::zip {

class BoundedSource {
 public:
  BoundedSource(Descriptor file, std::uint64_t bytes) : file_(std::move(file)), bytes_(bytes) {}
  BoundedSource(const BoundedSource&) = delete;
  BoundedSource& operator=(const BoundedSource&) = delete;
  BoundedSource(BoundedSource&&) = delete;
  BoundedSource& operator=(BoundedSource&&) = delete;
  ~BoundedSource() { zip_error_fini(&error_); }

  std::uint64_t bytes() const { return bytes_; }

  // From now on so many bytes are given.
  void allow(std::uint64_t bytes) { allowance_bytes_ = bytes; }
  bool is_spent() const { return is_spent_; }

  // What libzip calls; `source` is the BoundedSource, which outlives the archive.
  static zip_int64_t call(void* source, void* data, zip_uint64_t length, zip_source_cmd_t command);

 private:
  zip_int64_t read(void* into, std::uint64_t length);
  zip_int64_t seek(void* data, std::uint64_t length);
  zip_int64_t describe(void* into, std::uint64_t length);

  const Descriptor file_;
  const std::uint64_t bytes_;
  std::uint64_t at_ = 0;
  std::uint64_t allowance_bytes_ = 0;
  bool is_spent_ = false;
  zip_error_t error_{};
};

}  // namespace proviso::zip
