#pragma once

// Key files in a folder of this machine, `list-key.EPOCH` each. The folder belongs on another
// medium than the backups, and outside of what they copy.
//
// destroy() writes zeros over the bytes where they stand, syncs, removes the name and syncs the
// folder. A file system that copies on write, a snapshot, or the spare blocks of an SSD may keep
// the old bytes all the same: docs/formats/keyring.md says what they are worth then.
//
// Threads: thread-bound; one process for a folder.

#include <filesystem>

#include "safeguards/watchlist/keyring.h"

namespace proviso::watchlist {

class KeyFolder final : public KeyFiles {
 public:
  explicit KeyFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  Result<std::vector<std::uint64_t>> epochs() const override;
  Result<std::string> read(std::uint64_t epoch) const override;
  Status write(std::uint64_t epoch, std::string_view text) override;
  Status destroy(std::uint64_t epoch) override;

 private:
  std::filesystem::path path_of(std::uint64_t epoch) const;
  std::filesystem::path folder_;
};

}  // namespace proviso::watchlist
