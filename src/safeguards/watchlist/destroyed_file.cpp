#include "safeguards/watchlist/destroyed_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "base/core/concat.h"
#include "base/core/descriptor.h"

namespace proviso::watchlist {
namespace {

// Reads errno: to be called before anything that may change it.
Error failed(std::string_view call, const std::filesystem::path& path) {
  return Error{errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
               concat("a key file is not destroyed before it is gone from the disk; ",
                      call,
                      " of ",
                      in_quotes(path.native()),
                      " failed: ",
                      std::generic_category().message(errno),
                      "; check the disk and try again")};
}

Status overwrite(int file, const std::filesystem::path& path) {
  struct stat status{};
  if (::fstat(file, &status) != 0) return failed("fstat", path);
  const std::string zeros(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t written = 0;
  while (written < zeros.size()) {
    const ssize_t count =
        ::pwrite(file, zeros.data() + written, zeros.size() - written, static_cast<off_t>(written));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("pwrite", path);
    written += static_cast<std::size_t>(count);
  }
  if (::fsync(file) != 0) return failed("fsync", path);
  return Done{};
}

}  // namespace

Status destroy_file(const std::filesystem::path& path, const Recorded& recorded) {
  {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return failed("open", path);
    PROVISO_TRY_DONE(overwrite(file.number(), path));
  }
  PROVISO_TRY_DONE(recorded());
  if (::unlink(path.c_str()) != 0) return failed("unlink", path);
  const std::filesystem::path in = path.parent_path();
  const Descriptor folder(::open(in.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return failed("open", in);
  if (::fsync(folder.number()) != 0) return failed("fsync", in);
  return Done{};
}

bool is_destroyed(std::string_view bytes) {
  return !bytes.empty() && std::ranges::all_of(bytes, [](char byte) { return byte == '\0'; });
}

Error unreadable_keys(const std::filesystem::path& folder, const std::error_code& why) {
  return Error{ErrorCode::kUnavailable,
               concat("the folder of the key files ",
                      in_quotes(folder.native()),
                      " cannot be read: ",
                      why.message(),
                      "; check that its medium is there")};
}

}  // namespace proviso::watchlist
