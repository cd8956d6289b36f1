#include "base/crypto/secret_file.h"

#include <sodium.h>

#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "base/core/base64.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/crypto/random.h"
#include "base/crypto/started.h"

namespace proviso::crypto {
namespace {

constexpr std::string_view kFirstLine = "proviso/secret/v1\n";
constexpr std::size_t kSaltBytes = crypto_pwhash_SALTBYTES;
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kKeyBytes = crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t kBytesPerKib = 1024;
constexpr std::size_t kDigitsMax = 9;  // Of a cost's figure.

struct Sealed {
  Cost cost;
  std::array<std::byte, kSaltBytes> salt{};
  std::array<std::byte, kNonceBytes> nonce{};
  std::vector<std::byte> box;  // The secret, sealed, with its tag.
};

template <typename Bytes>
auto octets(Bytes& bytes) {
  return reinterpret_cast<const unsigned char*>(std::data(bytes));
}

// What is authenticated with the secret: all lines but the last.
std::string header_of(const Sealed& sealed) {
  return concat(kFirstLine,
                "kdf argon2id\nmemory_kib ",
                sealed.cost.memory_kib,
                "\npasses ",
                sealed.cost.passes,
                "\nsalt ",
                to_base64(sealed.salt),
                "\nnonce ",
                to_base64(sealed.nonce),
                "\n");
}

std::string text_of(const Sealed& sealed) {
  return concat(header_of(sealed), "sealed ", to_base64(sealed.box), "\n");
}

bool is_within(const Cost& cost) {
  return cost.memory_kib >= kCostMin.memory_kib && cost.memory_kib <= kCostMax.memory_kib &&
         cost.passes >= kCostMin.passes && cost.passes <= kCostMax.passes;
}

Error malformed(std::string_view why) {
  return Error{ErrorCode::kInvalidInput,
               concat("a secret file is the seven lines of proviso/secret/v1; ",
                      why,
                      "; take the file as `proviso` wrote it, or its backup")};
}

// The rest of the next line, which must start with `name` and a space.
std::optional<std::string_view> take_line(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  if (!line.starts_with(name) || !line.substr(name.size()).starts_with(' ')) return std::nullopt;
  text.remove_prefix(end + 1);
  return line.substr(name.size() + 1);
}

Result<std::uint32_t> take_number(std::string_view& text, std::string_view name) {
  const auto line = take_line(text, name);
  std::uint32_t number = 0;
  if (!line || line->empty() || line->size() > kDigitsMax) {
    return malformed(concat("found no figure for ", name));
  }
  const auto [end, fault] = std::from_chars(line->data(), line->data() + line->size(), number);
  if (fault != std::errc{} || end != line->data() + line->size()) {
    return malformed(concat(name, " is ", in_quotes(*line), ", not a whole number"));
  }
  return number;
}

Result<std::vector<std::byte>> take_bytes(std::string_view& text,
                                          std::string_view name,
                                          std::size_t size_min,
                                          std::size_t size_max) {
  const auto line = take_line(text, name);
  if (!line) return malformed(concat("found no line for ", name));
  PROVISO_TRY(auto bytes, from_base64(*line, size_max));
  if (bytes.size() < size_min) {
    return malformed(concat(name, " has ", bytes.size(), " bytes, at least ", size_min, " needed"));
  }
  return bytes;
}

Error over_cost(const Cost& cost) {
  return Error{ErrorCode::kOverLimit,
               concat("opening a secret file may cost from ",
                      kCostMin.memory_kib,
                      " KiB and ",
                      kCostMin.passes,
                      " passes to ",
                      kCostMax.memory_kib,
                      " KiB and ",
                      kCostMax.passes,
                      " passes; this one asks for ",
                      cost.memory_kib,
                      " KiB and ",
                      cost.passes,
                      "; `proviso` did not write it, ask where it comes from")};
}

Result<Sealed> parse(std::string_view file) {
  if (file.size() > kSecretFileBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("a secret file has at most ",
                        kSecretFileBytesMax,
                        " bytes; this one has ",
                        file.size(),
                        "; check that it is the right file")};
  }
  std::string_view rest = file;
  if (!rest.starts_with(kFirstLine)) return malformed("the first line is another");
  rest.remove_prefix(kFirstLine.size());
  if (take_line(rest, "kdf") != "argon2id") return malformed("kdf is not argon2id");

  Sealed sealed;
  PROVISO_TRY(sealed.cost.memory_kib, take_number(rest, "memory_kib"));
  PROVISO_TRY(sealed.cost.passes, take_number(rest, "passes"));
  if (!is_within(sealed.cost)) return over_cost(sealed.cost);
  PROVISO_TRY(const auto salt, take_bytes(rest, "salt", kSaltBytes, kSaltBytes));
  PROVISO_TRY(const auto nonce, take_bytes(rest, "nonce", kNonceBytes, kNonceBytes));
  std::ranges::copy(salt, sealed.salt.begin());
  std::ranges::copy(nonce, sealed.nonce.begin());
  PROVISO_TRY(sealed.box,
              take_bytes(rest, "sealed", kTagBytes + 1, kTagBytes + kSealedSecretBytesMax));
  // Leading zeros, a line too many: one secret has one text.
  if (text_of(sealed) != file) return malformed("it is not in canonical form");
  return sealed;
}

Status check_passphrase(std::string_view passphrase) {
  if (passphrase.size() >= kPassphraseBytesMin && passphrase.size() <= kPassphraseBytesMax) {
    return Done{};
  }
  return Error{ErrorCode::kInvalidInput,
               concat("a passphrase has from ",
                      kPassphraseBytesMin,
                      " to ",
                      kPassphraseBytesMax,
                      " bytes; this one has ",
                      passphrase.size(),
                      "; use several words that nobody would guess")};
}

Result<Secret> stretched(std::string_view passphrase, const Sealed& sealed) {
  PROVISO_TRY(auto key, Secret::create(kKeyBytes));
  const int failed = crypto_pwhash(reinterpret_cast<unsigned char*>(key.bytes().data()),
                                   key.size(),
                                   passphrase.data(),
                                   passphrase.size(),
                                   octets(sealed.salt),
                                   sealed.cost.passes,
                                   sealed.cost.memory_kib * kBytesPerKib,
                                   crypto_pwhash_ALG_ARGON2ID13);
  if (failed != 0) {
    return Error{ErrorCode::kUnavailable,
                 concat("a passphrase is stretched in ",
                        sealed.cost.memory_kib,
                        " KiB of memory, which the system refused; free memory and try again")};
  }
  return key;
}

}  // namespace

Result<std::string> seal_secret(std::span<const std::byte> secret,
                                std::string_view passphrase,
                                const Cost& cost) {
  PROVISO_CHECK(is_started());
  PROVISO_CHECK(!secret.empty() && secret.size() <= kSealedSecretBytesMax);
  PROVISO_CHECK(is_within(cost));
  PROVISO_TRY_DONE(check_passphrase(passphrase));
  Sealed sealed{.cost = cost, .salt = {}, .nonce = {}, .box = {}};
  fill_random(sealed.salt);
  fill_random(sealed.nonce);
  sealed.box.resize(secret.size() + kTagBytes);
  PROVISO_TRY(const auto key, stretched(passphrase, sealed));
  const std::string header = header_of(sealed);
  PROVISO_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(
                    reinterpret_cast<unsigned char*>(sealed.box.data()),
                    nullptr,
                    octets(secret),
                    secret.size(),
                    octets(header),
                    header.size(),
                    nullptr,
                    octets(sealed.nonce),
                    reinterpret_cast<const unsigned char*>(key.bytes().data())) == 0);
  return text_of(sealed);
}

Result<Secret> open_secret(std::string_view file, std::string_view passphrase) {
  PROVISO_CHECK(is_started());
  PROVISO_TRY(const auto sealed, parse(file));
  PROVISO_TRY_DONE(check_passphrase(passphrase));
  PROVISO_TRY(const auto key, stretched(passphrase, sealed));
  PROVISO_TRY(auto secret, Secret::create(sealed.box.size() - kTagBytes));
  const std::string header = header_of(sealed);
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(secret.bytes().data()),
      nullptr,
      nullptr,
      octets(sealed.box),
      sealed.box.size(),
      octets(header),
      header.size(),
      octets(sealed.nonce),
      reinterpret_cast<const unsigned char*>(key.bytes().data()));
  if (failed != 0) {
    return Error{ErrorCode::kNotAuthorised,
                 "the passphrase does not open this secret file, or the file was changed; type "
                 "the passphrase again, or take the file's backup"};
  }
  return secret;
}

}  // namespace proviso::crypto
