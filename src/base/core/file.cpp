#include "base/core/file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/descriptor.h"

namespace proviso {
namespace {

constexpr std::size_t kReadStepBytes = std::size_t{1} << 16U;

// Removes the file unless it was renamed away.
class TemporaryFile {
 public:
  explicit TemporaryFile(std::string path) : path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  TemporaryFile(TemporaryFile&&) = delete;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  ~TemporaryFile() {
    if (!renamed_) static_cast<void>(::unlink(path_.c_str()));
  }

  bool rename_to(const std::filesystem::path& path) {
    renamed_ = ::rename(path_.c_str(), path.c_str()) == 0;
    return renamed_;
  }

 private:
  std::string path_;
  bool renamed_ = false;
};

Error too_large(const std::filesystem::path& path, std::size_t bytes_max) {
  return Error{ErrorCode::kOverLimit,
               concat("this kind of file has at most ",
                      bytes_max,
                      " bytes; ",
                      in_quotes(path.native()),
                      " has more; check that it is the right file")};
}

ssize_t read_some(int descriptor, std::byte* into, std::size_t bytes) {
  ssize_t count = 0;
  do {
    count = ::read(descriptor, into, bytes);
  } while (count < 0 && errno == EINTR);
  return count;
}

// Container: a vector of bytes or a string.
template <typename Container>
Result<Container> read_whole(const std::filesystem::path& path, std::size_t bytes_max) {
  PROVISO_CHECK(bytes_max < static_cast<std::size_t>(PTRDIFF_MAX));
  PROVISO_TRY(const auto file, open_regular_file(path));
  if (file.bytes > bytes_max) return too_large(path, bytes_max);

  Container bytes;
  std::size_t used = 0;
  while (true) {
    if (used == bytes.size()) {
      const std::size_t hint = file.bytes + 1;
      bytes.resize(std::min(std::max(hint, used + kReadStepBytes), bytes_max + 1));
    }
    const ssize_t count = read_some(file.descriptor.number(),
                                    reinterpret_cast<std::byte*>(bytes.data()) + used,
                                    bytes.size() - used);
    if (count < 0) return failed_call("read", path);
    if (count == 0) break;
    used += static_cast<std::size_t>(count);
    if (used > bytes_max) return too_large(path, bytes_max);
  }
  bytes.resize(used);
  return bytes;
}

}  // namespace

Result<OpenFile> open_regular_file(const std::filesystem::path& path) {
  // Without O_NONBLOCK a pipe would keep open() waiting for its writer.
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!file.is_open()) return failed_call("open", path);
  struct stat about{};
  if (::fstat(file.number(), &about) != 0) return failed_call("fstat", path);
  if (!S_ISREG(about.st_mode)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a regular file is needed; ",
                        in_quotes(path.native()),
                        " is a directory, pipe or device; name the file itself")};
  }
  return OpenFile{.descriptor = std::move(file), .bytes = static_cast<std::size_t>(about.st_size)};
}

Result<std::vector<std::byte>> read_file(const std::filesystem::path& path, std::size_t bytes_max) {
  return read_whole<std::vector<std::byte>>(path, bytes_max);
}

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max) {
  return read_whole<std::string>(path, bytes_max);
}

bool stays_below(const std::filesystem::path& path) {
  return !path.empty() && path.is_relative() &&
         std::none_of(path.begin(), path.end(), [](const auto& part) { return part == ".."; });
}

Status write_file_durably(const std::filesystem::path& path, std::span<const std::byte> bytes) {
  const std::filesystem::path parent = path.parent_path();
  const std::filesystem::path directory = parent.empty() ? "." : parent;
  std::string name = (directory / ".proviso-XXXXXX").native();
  Descriptor file(::mkostemp(name.data(), O_CLOEXEC));  // Mode 0600.
  if (!file.is_open()) return failed_call("making", path);
  TemporaryFile temporary(name);

  if (!write_all(file.number(), bytes)) return failed_call("write for", path);
  if (::fsync(file.number()) != 0) return failed_call("fsync for", path);
  if (!file.close()) return failed_call("close for", path);
  if (!temporary.rename_to(path)) return failed_call("rename into place", path);

  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return failed_call("open after the rename", directory);
  if (::fsync(opened.number()) != 0) return failed_call("fsync after the rename", directory);
  return Done{};
}

Status write_file_durably(const std::filesystem::path& path, std::string_view text) {
  return write_file_durably(path, std::as_bytes(std::span{text}));
}

}  // namespace proviso
