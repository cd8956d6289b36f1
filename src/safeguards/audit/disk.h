#pragma once

// What the log asks of a file system, one operation each, so that tests can cut the power between
// any two of them, drop or reorder what was not synced, and let each fail in turn.
//
// Durable is only what a sync reported: write_synced() for the bytes of a file, sync_directory()
// for its name. The log's protocol (safeguards/audit/log.h) is written in these operations.
//
//   paths    relative to the disk's root, of our own making: `tile/0/x001/067.p/5`
//   errors   kNotFound      nothing of that name (read, list, remove)
//            kUnavailable   the disk refused (full, no permission); nothing changed that a later
//                           attempt would trip over
//            kCorrupt       a sync failed: the kernel may have dropped bytes that it had accepted,
//                           and will not say so again. Nothing may be tried again; stop
// Threads: one writer; reading is thread-safe.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso::audit {

class Disk {
 public:
  // Held by the one writer; let go when it dies, or its process does.
  class Lock {
   public:
    Lock() = default;
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;
    Lock(Lock&&) = delete;
    Lock& operator=(Lock&&) = delete;
    virtual ~Lock() = default;
  };

  Disk() = default;
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;
  Disk(Disk&&) = delete;
  Disk& operator=(Disk&&) = delete;
  virtual ~Disk() = default;

  // Errors: also kOverLimit for a file of more than `bytes_max` bytes.
  virtual Result<std::string> read(const std::string& path, std::size_t bytes_max) const = 0;
  // Names in a directory, in no order.
  virtual Result<std::vector<std::string>> list(const std::string& path) const = 0;

  // Makes the file or replaces what is in it, and syncs its bytes.
  virtual Status write_synced(const std::string& path, std::string_view bytes) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  virtual Status make_directory(const std::string& path) = 0;  // One that is there is no error.
  virtual Status sync_directory(const std::string& path) = 0;  // "" is the root.
  virtual Status remove(const std::string& path) = 0;          // A file or an empty directory.
  // Errors: kUnavailable if another holds it.
  virtual Result<std::unique_ptr<Lock>> lock(const std::string& path) = 0;
};

// A directory of this machine, which exists. lock() waits up to `lock_wait` for another's.
class PosixDisk final : public Disk {
 public:
  explicit PosixDisk(std::filesystem::path root, std::chrono::milliseconds lock_wait = {})
      : root_(std::move(root)), lock_wait_(lock_wait) {}

  Result<std::string> read(const std::string& path, std::size_t bytes_max) const override;
  Result<std::vector<std::string>> list(const std::string& path) const override;
  Status write_synced(const std::string& path, std::string_view bytes) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status make_directory(const std::string& path) override;
  Status sync_directory(const std::string& path) override;
  Status remove(const std::string& path) override;
  Result<std::unique_ptr<Lock>> lock(const std::string& path) override;

 private:
  const std::filesystem::path root_;
  const std::chrono::milliseconds lock_wait_;
};

}  // namespace proviso::audit
