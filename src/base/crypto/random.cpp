#include "base/crypto/random.h"

#include <sodium.h>

#include <array>

#include "base/core/check.h"
#include "base/core/hex.h"
#include "base/crypto/started.h"

namespace proviso::crypto {

void fill_random(std::span<std::byte> bytes) {
  PROVISO_CHECK(is_started());
  randombytes_buf(bytes.data(), bytes.size());
}

std::string random_id() {
  std::array<std::byte, 8> bytes{};
  fill_random(bytes);
  return to_hex(bytes);
}

}  // namespace proviso::crypto
