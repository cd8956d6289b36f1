#pragma once

// The keys of the lists that were sealed for deployments, in files `sealed-list.DIGEST` beside the
// list key's: without its own, a locked list opens for nobody, whoever has the vault. It is
// destroyed when the deployment has ended. A destroyed key's file is there, as zeros, until that has
// been recorded: a machine that stops between the two ends it the next time.
//
// Errors: kNotFound where a list has no key (any more); those of list_key_file.h and
//         destroyed_file.h; kUnavailable where the folder cannot be read.
// Threads: thread-bound; one process for a folder.

#include <filesystem>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/crypto/secret.h"
#include "safeguards/watchlist/destroyed_file.h"
#include "safeguards/watchlist/list_key_file.h"

namespace proviso::watchlist {

class SealedListKeys {
 public:
  explicit SealedListKeys(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Durable before it returns.
  Status keep(const SealedListPlace& place,
              const crypto::Secret& key,
              const crypto::Secret& master) const;
  Result<crypto::Secret> read(const crypto::Digest& watchlist, const crypto::Secret& master) const;
  // Also of one that is destroyed and not recorded.
  bool has(const crypto::Digest& watchlist) const;
  Status destroy(const crypto::Digest& watchlist, const Recorded& recorded) const;
  // Those that it has, by digest. Of one that is destroyed and not recorded: sealed at the epoch.
  Result<std::vector<SealedListPlace>> all() const;

 private:
  std::filesystem::path path_of(const crypto::Digest& watchlist) const;
  std::filesystem::path folder_;
};

}  // namespace proviso::watchlist
