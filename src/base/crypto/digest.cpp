#include "base/crypto/digest.h"

#include <sodium.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <system_error>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/hex.h"
#include "base/crypto/sha_extensions.h"
#include "base/crypto/started.h"

namespace proviso::crypto {
namespace {

std::atomic<bool> started = false;

static_assert(sizeof(Digest::bytes) == crypto_hash_sha256_BYTES);

Error refused_call(std::string_view call) {
  return Error{ErrorCode::kUnavailable,
               concat("memory must be kept out of core dumps, but ",
                      call,
                      " failed: ",
                      std::generic_category().message(errno),
                      "; run on a Linux that permits it")};
}

}  // namespace

bool is_started() {
  return started;
}

Digest sha256(std::span<const std::byte> bytes) {
  PROVISO_CHECK(is_started());
  if (has_sha_extensions()) return sha256_by_extensions(bytes);
  Digest digest;
  PROVISO_CHECK(crypto_hash_sha256(digest.bytes.data(),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   bytes.size()) == 0);
  return digest;
}

Digest sha256(std::string_view text) {
  return sha256(std::as_bytes(std::span{text}));
}

std::string to_hex(const Digest& digest) {
  return proviso::to_hex(std::as_bytes(std::span{digest.bytes}));
}

Result<Digest> parse_digest(std::string_view hex) {
  Digest digest;
  const bool good = hex.size() == 2 * digest.bytes.size() &&
                    hex.find_first_not_of(kHexDigits) == std::string_view::npos;
  if (!good) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a SHA-256 is 64 lower-case hexadecimal digits; found ",
                        in_quotes(hex),
                        " of ",
                        hex.size(),
                        " bytes; copy it from the output of sha256sum")};
  }
  for (std::size_t i = 0; i < digest.bytes.size(); ++i) {
    const auto high = kHexDigits.find(hex[2 * i]);
    const auto low = kHexDigits.find(hex[2 * i + 1]);
    digest.bytes[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  return digest;
}

Status start() {
  if (sodium_init() < 0) {
    return Error{ErrorCode::kUnavailable,
                 "libsodium must start before anything is hashed, but sodium_init failed; "
                 "look whether /dev/urandom can be read"};
  }
  const rlimit no_core{.rlim_cur = 0, .rlim_max = 0};
  if (::setrlimit(RLIMIT_CORE, &no_core) != 0) return refused_call("setrlimit(RLIMIT_CORE)");
  if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused_call("prctl(PR_SET_DUMPABLE)");
  started = true;
  return Done{};
}

}  // namespace proviso::crypto
