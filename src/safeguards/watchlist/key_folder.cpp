#include "safeguards/watchlist/key_folder.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <system_error>

#include "base/core/concat.h"
#include "base/core/descriptor.h"
#include "base/core/file.h"
#include "safeguards/watchlist/list_key_file.h"

namespace proviso::watchlist {
namespace {

constexpr std::string_view kNameStart = "list-key.";

// Reads errno: to be called before anything that may change it.
Error failed(std::string_view call, const std::filesystem::path& path) {
  return Error{ErrorCode::kUnavailable,
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

std::filesystem::path KeyFolder::path_of(std::uint64_t epoch) const {
  return folder_ / concat(kNameStart, epoch);
}

Result<std::vector<std::uint64_t>> KeyFolder::epochs() const {
  std::vector<std::uint64_t> epochs;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().native();
    if (!name.starts_with(kNameStart)) continue;
    const char* const last = name.data() + name.size();
    std::uint64_t epoch = 0;
    const auto read = std::from_chars(name.data() + kNameStart.size(), last, epoch);
    const bool is_ours = read.ec == std::errc{} && read.ptr == last;
    if (is_ours && path_of(epoch) == at->path()) epochs.push_back(epoch);
  }
  if (error) {
    return Error{ErrorCode::kUnavailable,
                 concat("the folder of the key files ",
                        in_quotes(folder_.native()),
                        " cannot be read: ",
                        error.message(),
                        "; check that its medium is there")};
  }
  return epochs;
}

Result<std::string> KeyFolder::read(std::uint64_t epoch) const {
  return read_text_file(path_of(epoch), kListKeyFileBytesMax);
}

Status KeyFolder::write(std::uint64_t epoch, std::string_view text) {
  return write_file_durably(path_of(epoch), text);
}

Status KeyFolder::destroy(std::uint64_t epoch) {
  const std::filesystem::path path = path_of(epoch);
  {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (!file.is_open()) return failed("open", path);
    PROVISO_TRY_DONE(overwrite(file.number(), path));
  }
  if (::unlink(path.c_str()) != 0) return failed("unlink", path);
  const Descriptor folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return failed("open", folder_);
  if (::fsync(folder.number()) != 0) return failed("fsync", folder_);
  return Done{};
}

}  // namespace proviso::watchlist
