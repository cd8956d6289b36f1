#include "safeguards/watchlist/list_key_file.h"

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "base/core/hex.h"
#include "base/crypto/sealed_bytes.h"

namespace proviso::watchlist {
namespace {

constexpr std::size_t kSealedBytes = crypto::kSealingKeyBytes + crypto::kSealedOverheadBytes;
constexpr std::string_view kMasterLine = "master ";
constexpr std::string_view kSealedLine = "sealed ";

// The first lines, which are authenticated with the key.
std::string header_of(const ListKeyPlace& place, const crypto::Secret& master) {
  return concat("proviso/list-key/v1 ",
                place.list,
                ' ',
                place.epoch,
                '\n',
                kMasterLine,
                to_hex(crypto::key_check(master)),
                '\n');
}

Error corrupt(const ListKeyPlace& place, std::string_view found) {
  return Error{ErrorCode::kCorrupt,
               concat("the list key of ",
                      place.list,
                      ", epoch ",
                      place.epoch,
                      ", is the file that `proviso` wrote; found ",
                      found,
                      "; put that file back, or restore the site from a backup")};
}

}  // namespace

std::string to_list_key_file(const ListKeyPlace& place,
                             const crypto::Secret& list_key,
                             const crypto::Secret& master) {
  const std::string header = header_of(place, master);
  const auto sealed = crypto::seal(master, header, list_key.bytes());
  return concat(header, kSealedLine, to_base64(sealed), '\n');
}

Result<crypto::Secret> read_list_key_file(std::string_view text,
                                          const ListKeyPlace& place,
                                          const crypto::Secret& master) {
  const std::string header = header_of(place, master);
  const std::size_t first_line = header.find('\n') + 1;
  if (!text.starts_with(header.substr(0, first_line))) return corrupt(place, "another first line");
  if (!text.starts_with(header)) {
    if (!text.substr(first_line).starts_with(kMasterLine)) {
      return corrupt(place, "another second line");
    }
    return Error{ErrorCode::kNotAuthorised,
                 concat("the list key of ",
                        place.list,
                        " is wrapped by another master key than the one given; unlock with that "
                        "one")};
  }
  std::string_view rest = text.substr(header.size());
  if (!rest.starts_with(kSealedLine) || !rest.ends_with('\n')) {
    return corrupt(place, "another third line");
  }
  rest.remove_prefix(kSealedLine.size());
  rest.remove_suffix(1);
  const auto sealed = from_base64(rest, kSealedBytes);
  if (!sealed || sealed.value().size() != kSealedBytes) return corrupt(place, "no sealed key");
  auto key = crypto::open(master, header, sealed.value());
  if (!key && key.error().code == ErrorCode::kCorrupt) return corrupt(place, "a changed one");
  return key;
}

}  // namespace proviso::watchlist
