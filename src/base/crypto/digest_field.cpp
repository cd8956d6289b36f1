#include "base/crypto/digest_field.h"

namespace proviso::crypto {
namespace {

constexpr std::size_t kTextBytesMax = 128;  // Above the form's, so that the form is named.

}  // namespace

Result<Digest> read_digest(FieldReader& reader, std::string_view name) {
  PROVISO_TRY(const auto hex, reader.string(name, kTextBytesMax));
  auto digest = parse_digest(hex);
  if (!digest) return reader.refused(name, "64 lower-case hexadecimal digits");
  return digest;
}

}  // namespace proviso::crypto
