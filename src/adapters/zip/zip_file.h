#pragma once

// The files of a zip, read in place: nothing of it is written anywhere. Through libzip.
//
//   in       a zip, foreign: files stored or deflated, one a name
//   out      the names of its files; the bytes of one at a time
//   refused  as a whole, before a file is unpacked: encrypted files, other packings, paths that are
//            absolute, have `..`, `.`, an empty part or a backslash, names that cannot be shown,
//            doubled names, links and devices, and whatever exceeds a limit; files whose packed
//            bytes add up to more than the zip has, because they lie in each other
//   errors   kNotFound and kUnavailable for the path or a file of it; kInvalidInput and kOverLimit
//            naming the zip and the file; a file that unpacks to another size or checksum than the
//            zip says is kInvalidInput when it is read
//   limits   below; those of a file and of all are of the sizes that the zip says, and hold when it
//            lies: reading stops one byte after them
//   threads  thread-safe; reads wait for each other
//
// A zip inside is a file like any other: it is not opened.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso::zip {

struct Limits {
  std::uint64_t zip_bytes_max = std::uint64_t{64} << 30U;
  std::size_t files_max =
      100'000;  // Folders are counted too; each takes about 400 bytes of memory.
  std::size_t name_bytes_max = 255;
  std::uint64_t file_bytes_max = std::uint64_t{64} << 20U;  // Unpacked.
  std::uint64_t all_bytes_max = std::uint64_t{64} << 30U;   // Unpacked, of all files.
  std::uint64_t ratio_max = 200;  // Unpacked to packed: a table of requests has about 20.
};

class ZipFile {
 public:
  static Result<std::unique_ptr<ZipFile>> open(const std::filesystem::path& path,
                                               const Limits& limits);
  ZipFile(const ZipFile&) = delete;
  ZipFile& operator=(const ZipFile&) = delete;
  ZipFile(ZipFile&&) = delete;
  ZipFile& operator=(ZipFile&&) = delete;
  ~ZipFile();

  std::vector<std::string> names() const;  // Sorted, without folders.

  // Errors: kOverLimit, before anything is unpacked, if the file has more than `bytes_max`.
  Result<std::vector<std::byte>> read(std::string_view name, std::size_t bytes_max) const;

 private:
  struct State;
  explicit ZipFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace proviso::zip
