#pragma once

// SHA-256 by the x86 SHA extensions (SHA-NI): a log's leaves are hashed by the million, and
// libsodium computes in portable C.
//
// Threads: reentrant.
// Source: Intel, "Intel SHA Extensions", 2013: rounds by sha256rnds2, schedule by sha256msg1 and 2.

#include <cstddef>
#include <span>

#include "base/crypto/digest.h"

namespace proviso::crypto {

bool has_sha_extensions();  // Of this processor; asked once.

// PROVISO_CHECK: has_sha_extensions().
Digest sha256_by_extensions(std::span<const std::byte> bytes);

}  // namespace proviso::crypto
