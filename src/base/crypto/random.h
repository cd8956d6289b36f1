#pragma once

// Unpredictable bytes and ids from the kernel's generator, by libsodium.
//
// Threads: thread-safe. `crypto::start()` must have run (PROVISO_CHECK).

#include <cstddef>
#include <span>
#include <string>

namespace proviso::crypto {

void fill_random(std::span<std::byte> bytes);

// 16 lower-case hexadecimal digits (64 bits): an id nobody can guess or count from.
std::string random_id();

}  // namespace proviso::crypto
