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

constexpr std::string_view kSealedListStart = "proviso/sealed-list-key/v1 ";

std::string first_line_of(const ListKeyPlace& place) {
  return concat("proviso/list-key/v1 ", place.list, ' ', place.epoch, '\n');
}

std::string first_line_of(const SealedListPlace& place) {
  return concat(
      kSealedListStart, crypto::to_hex(place.watchlist), ' ', to_rfc3339(place.sealed_at), '\n');
}

Error corrupt(std::string_view name, std::string_view found) {
  return Error{ErrorCode::kCorrupt,
               concat("the key of ",
                      name,
                      " is the file that `proviso` wrote; found ",
                      found,
                      "; put that file back, or restore the site from a backup")};
}

// The first lines are authenticated with the key.
std::string to_key_file(std::string_view first_line,
                        const crypto::Secret& key,
                        const crypto::Secret& master) {
  const std::string header =
      concat(first_line, kMasterLine, to_hex(crypto::key_check(master)), '\n');
  return concat(header, kSealedLine, to_base64(crypto::seal(master, header, key.bytes())), '\n');
}

Result<crypto::Secret> read_key_file(std::string_view text,
                                     std::string_view name,
                                     std::string_view first_line,
                                     const crypto::Secret& master) {
  const std::string header =
      concat(first_line, kMasterLine, to_hex(crypto::key_check(master)), '\n');
  if (!text.starts_with(first_line)) return corrupt(name, "another first line");
  if (!text.starts_with(header)) {
    if (!text.substr(first_line.size()).starts_with(kMasterLine)) {
      return corrupt(name, "another second line");
    }
    return Error{ErrorCode::kNotAuthorised,
                 concat("the key of ",
                        name,
                        " is wrapped by another master key than the one given; unlock with that "
                        "one")};
  }
  std::string_view rest = text.substr(header.size());
  if (!rest.starts_with(kSealedLine) || !rest.ends_with('\n')) {
    return corrupt(name, "another third line");
  }
  rest.remove_prefix(kSealedLine.size());
  rest.remove_suffix(1);
  const auto sealed = from_base64(rest, kSealedBytes);
  if (!sealed || sealed.value().size() != kSealedBytes) return corrupt(name, "no sealed key");
  auto key = crypto::open(master, header, sealed.value());
  if (!key && key.error().code == ErrorCode::kCorrupt) return corrupt(name, "a changed one");
  return key;
}

}  // namespace

std::string to_list_key_file(const ListKeyPlace& place,
                             const crypto::Secret& list_key,
                             const crypto::Secret& master) {
  return to_key_file(first_line_of(place), list_key, master);
}

Result<crypto::Secret> read_list_key_file(std::string_view text,
                                          const ListKeyPlace& place,
                                          const crypto::Secret& master) {
  return read_key_file(text,
                       concat("the list ", place.list, ", epoch ", place.epoch, ","),
                       first_line_of(place),
                       master);
}

std::string to_sealed_list_key_file(const SealedListPlace& place,
                                    const crypto::Secret& key,
                                    const crypto::Secret& master) {
  return to_key_file(first_line_of(place), key, master);
}

Result<SealedListPlace> sealed_list_place(std::string_view text) {
  const std::string_view line = text.substr(0, text.find('\n') + 1);
  SealedListPlace place;
  constexpr std::size_t kHexDigits = 2 * sizeof(crypto::Digest);
  if (line.starts_with(kSealedListStart) &&
      line.size() > kSealedListStart.size() + kHexDigits + 2) {
    const std::string_view rest = line.substr(kSealedListStart.size());
    const auto digest = crypto::parse_digest(rest.substr(0, kHexDigits));
    const auto at = parse_rfc3339(rest.substr(kHexDigits + 1, rest.size() - kHexDigits - 2));
    if (digest && at) place = {.watchlist = digest.value(), .sealed_at = at.value()};
    if (digest && at && first_line_of(place) == line) return place;
  }
  return corrupt("a sealed list", "another first line");
}

Result<crypto::Secret> read_sealed_list_key_file(std::string_view text,
                                                 const crypto::Digest& watchlist,
                                                 const crypto::Secret& master) {
  PROVISO_TRY(const auto place, sealed_list_place(text));
  const std::string name = concat("the sealed list ", crypto::to_hex(watchlist));
  if (place.watchlist != watchlist) return corrupt(name, "that of another list");
  return read_key_file(text, name, first_line_of(place), master);
}

}  // namespace proviso::watchlist
