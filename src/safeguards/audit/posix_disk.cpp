#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <span>
#include <thread>
#include <utility>

#include "base/core/concat.h"
#include "base/core/descriptor.h"
#include "base/core/file.h"
#include "safeguards/audit/disk.h"

namespace proviso::audit {
namespace {

constexpr std::chrono::milliseconds kLockPause{2};

Error failed_sync(std::string_view call, const std::filesystem::path& path) {
  return Error{ErrorCode::kCorrupt,
               concat(failed_call(call, path).message,
                      ". What was written may be lost without another word: stop, check the disk, "
                      "start again")};
}

class FileLock final : public Disk::Lock {
 public:
  explicit FileLock(Descriptor file) : file_(std::move(file)) {}

 private:
  Descriptor file_;
};

}  // namespace

Result<std::string> PosixDisk::read(const std::string& path, std::size_t bytes_max) const {
  return read_text_file(root_ / path, bytes_max);
}

Result<std::vector<std::string>> PosixDisk::list(const std::string& path) const {
  struct Closer {
    void operator()(DIR* directory) const noexcept { static_cast<void>(::closedir(directory)); }
  };
  const std::unique_ptr<DIR, Closer> directory(::opendir((root_ / path).c_str()));
  if (directory == nullptr) return failed_call("opendir", root_ / path);
  std::vector<std::string> names;
  errno = 0;
  // One thread reads one stream: that is safe.
  while (const dirent* const found = ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe)
    const std::string name(static_cast<const char*>(found->d_name));
    if (name != "." && name != "..") names.push_back(name);
    errno = 0;
  }
  if (errno != 0) return failed_call("readdir", root_ / path);
  return names;
}

Status PosixDisk::write_synced(const std::string& path, std::string_view bytes) {
  constexpr int kFlags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW;
  Descriptor file(::open((root_ / path).c_str(), kFlags, 0644));
  if (!file.is_open()) return failed_call("open", root_ / path);
  if (!write_all(file.number(), std::as_bytes(std::span{bytes})))
    return failed_call("write", root_ / path);
  // Through the descriptor that wrote: an error since is then told here and not lost.
  if (::fsync(file.number()) != 0) return failed_sync("fsync", root_ / path);
  if (!file.close()) return failed_sync("close", root_ / path);
  return Done{};
}

Status PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::rename((root_ / from).c_str(), (root_ / to).c_str()) != 0) {
    return failed_call("rename", root_ / to);
  }
  return Done{};
}

Status PosixDisk::make_directory(const std::string& path) {
  if (::mkdir((root_ / path).c_str(), 0755) != 0 && errno != EEXIST) {
    return failed_call("mkdir", root_ / path);
  }
  return Done{};
}

Status PosixDisk::sync_directory(const std::string& path) {
  const Descriptor opened(::open((root_ / path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return failed_call("open", root_ / path);
  if (::fsync(opened.number()) != 0) return failed_sync("fsync", root_ / path);
  return Done{};
}

Status PosixDisk::remove(const std::string& path) {
  if (::remove((root_ / path).c_str()) != 0) return failed_call("remove", root_ / path);
  return Done{};
}

Result<std::unique_ptr<Disk::Lock>> PosixDisk::lock(const std::string& path) {
  Descriptor file(::open((root_ / path).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return failed_call("open", root_ / path);
  const auto deadline = std::chrono::steady_clock::now() + lock_wait_;
  while (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed_call("flock", root_ / path);
    if (std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(kLockPause);  // flock has no deadline of its own.
      continue;
    }
    return Error{ErrorCode::kUnavailable,
                 concat("a log has one writer; another process has ",
                        in_quotes(root_.native()),
                        " open; end that run first")};
  }
  return std::unique_ptr<Lock>(std::make_unique<FileLock>(std::move(file)));
}

}  // namespace proviso::audit
