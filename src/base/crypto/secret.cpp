#include "base/crypto/secret.h"

#include <sodium.h>

#include <algorithm>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/crypto/started.h"

namespace proviso::crypto {

void Secret::Free::operator()(std::byte* block) const noexcept {
  sodium_free(block);
}

Result<Secret> Secret::create(std::size_t size) {
  PROVISO_CHECK(is_started());
  PROVISO_CHECK(size > 0);
  std::unique_ptr<std::byte, Free> block(static_cast<std::byte*>(sodium_malloc(size)));
  if (!block) {
    return Error{ErrorCode::kUnavailable,
                 concat("secrets live in guarded memory only, but sodium_malloc refused ",
                        size,
                        " bytes; free memory and try again")};
  }
  sodium_memzero(block.get(), size);
  return Secret{std::move(block), size};
}

Result<Secret> Secret::copy_of(std::span<const std::byte> bytes) {
  PROVISO_TRY(auto secret, create(bytes.size()));
  std::ranges::copy(bytes, secret.bytes().begin());
  return secret;
}

std::string_view Secret::text() const {
  return {reinterpret_cast<const char*>(block_.get()), size_};
}

}  // namespace proviso::crypto
