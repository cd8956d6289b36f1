#include "base/core/descriptor.h"

#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "base/core/concat.h"

namespace proviso {

bool Descriptor::close() {
  return !is_open() || ::close(std::exchange(number_, -1)) == 0;
}

bool write_all(int descriptor, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

Error failed_call(std::string_view call, const std::filesystem::path& path) {
  const int number = errno;
  const bool absent = number == ENOENT || number == ENOTDIR;
  return Error{absent ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
               concat(call,
                      " of ",
                      in_quotes(path.native()),
                      " failed: ",
                      std::generic_category().message(number),
                      absent ? "; check the path" : "; check permissions and free space")};
}

}  // namespace proviso
