#include "adapters/openssl/certificate.h"

#include <span>

#include "base/core/concat.h"
#include "base/core/hex.h"

namespace proviso::openssl {
namespace {

constexpr std::string_view kPrefix = "sha256:";
constexpr unsigned kNoDigit = 16;

unsigned value_of(char digit) {
  if (digit >= 'A' && digit <= 'F') digit = static_cast<char>(digit - 'A' + 'a');
  const std::size_t value = kHexDigits.find(digit);
  return value == std::string_view::npos ? kNoDigit : static_cast<unsigned>(value);
}

}  // namespace

Result<Fingerprint> Fingerprint::parse(std::string_view text) {
  const Error refused{ErrorCode::kInvalidInput,
                      concat("a fingerprint is the SHA-256 of a certificate, 64 hexadecimal digits "
                             "with or without colons; found ",
                             in_quotes(text),
                             "; take it from the camera's own page")};
  if (text.starts_with(kPrefix)) text.remove_prefix(kPrefix.size());
  Fingerprint fingerprint;
  for (std::size_t n = 0; n < fingerprint.bytes.size(); ++n) {
    if (n > 0 && text.starts_with(':')) text.remove_prefix(1);
    if (text.size() < 2) return refused;
    const unsigned high = value_of(text[0]);
    const unsigned low = value_of(text[1]);
    if (high == kNoDigit || low == kNoDigit) return refused;
    fingerprint.bytes[n] = static_cast<std::uint8_t>(high << 4U | low);
    text.remove_prefix(2);
  }
  if (!text.empty()) return refused;
  return fingerprint;
}

std::string Fingerprint::text() const {
  return to_hex(std::as_bytes(std::span(bytes)));
}

}  // namespace proviso::openssl
