#pragma once

// For tests: a log's key that is always the same, and leaves to put into it.

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "base/core/concat.h"
#include "base/crypto/ed25519.h"
#include "safeguards/audit/log.h"

namespace proviso::audit {

inline crypto::SecretKey test_log_secret() {
  std::array<std::byte, crypto::SecretKey::kSeedBytes> seed{};
  seed.fill(std::byte{7});
  return crypto::SecretKey::from_seed(seed).value();
}

inline note::VerifierKey test_log_key() {
  return {.name = "site.example/log", .key = test_log_secret().public_key()};
}

inline Result<std::unique_ptr<Log>> open_test_log(Disk& disk) {
  return Log::open(disk, test_log_key(), test_log_secret());
}

inline std::vector<std::string> numbered_entries(std::size_t from, std::size_t count) {
  std::vector<std::string> entries;
  for (std::size_t entry = 0; entry < count; ++entry) {
    entries.push_back(concat("entry ", from + entry));
  }
  return entries;
}

}  // namespace proviso::audit
