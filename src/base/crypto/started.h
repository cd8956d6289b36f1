#pragma once

// Whether crypto::start() has run: what the folder checks before it calls libsodium.
//
// Threads: thread-safe.

namespace proviso::crypto {

bool is_started();

}  // namespace proviso::crypto
