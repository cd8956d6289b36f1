#include "app/commands/vault_place.h"

#include "app/commands/passphrase.h"
#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/file.h"
#include "base/crypto/secret_file.h"
#include "base/json/json.h"

namespace proviso::commands {
namespace {

constexpr std::string_view kPlaceFormat = "proviso/vault/v1";
constexpr std::size_t kPlaceFileBytesMax = 8192;
constexpr std::size_t kPlaceTextBytesMax = 2048;
constexpr const char* kListName = "watchlist";

std::filesystem::path place_file(const site::Site& site) {
  return vault_folder(site) / "vault.json";
}

}  // namespace

std::filesystem::path vault_folder(const site::Site& site) {
  return site.folder() / "vault";
}

watchlist::ListId vault_list_id() {
  return watchlist::ListId::parse(kListName).value();
}

Result<VaultPlace> read_vault_place(const site::Site& site) {
  const auto text = read_text_file(place_file(site), kPlaceFileBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 concat("vault: the site has none; make it with `proviso vault new --site ",
                        site.folder().native(),
                        " --as OFFICER`")};
  }
  if (!text) return text.error();
  const auto value = json::parse(text.value(), {.bytes_max = kPlaceFileBytesMax});
  if (!value) {
    return Error{value.error().code, concat("vault.json: ", value.error().message)};
  }
  PROVISO_TRY(auto reader, FieldReader::of(value.value(), "vault.json"));
  PROVISO_TRY(const auto format, reader.string("format", kPlaceTextBytesMax));
  if (format != kPlaceFormat) return reader.refused("format", kPlaceFormat);
  VaultPlace place;
  PROVISO_TRY(place.database, reader.string("database", kPlaceTextBytesMax));
  PROVISO_TRY(place.keys, reader.string("keys", kPlaceTextBytesMax));
  PROVISO_TRY_DONE(reader.finish());
  return place;
}

Status write_vault_place(const site::Site& site, const VaultPlace& place) {
  return write_file_durably(place_file(site),
                            json::to_canonical(Value::Object{
                                {"database", place.database},
                                {"format", std::string(kPlaceFormat)},
                                {"keys", place.keys.native()},
                            }) + '\n');
}

Result<crypto::Secret> open_vault(const site::Site& site, const std::string& unlock_file) {
  PROVISO_TRY(const auto sealed,
              read_text_file(vault_folder(site) / "master.key", crypto::kSecretFileBytesMax));
  PROVISO_TRY(const auto words, ask_passphrase(concat("the vault of ", site.name()), unlock_file));
  auto master = crypto::open_secret(sealed, words.text());
  if (!master && master.error().code == ErrorCode::kNotAuthorised) {
    return Error{ErrorCode::kNotAuthorised,
                 "vault: it stays locked: the passphrase is not the vault's, or master.key was "
                 "changed; type the vault's passphrase"};
  }
  return master;
}

void add_unlock_option(CLI::App& command, std::string& unlock_file) {
  command.add_option("--unlock",
                     unlock_file,
                     "File with the vault's passphrase (a systemd credential, say); else it is "
                     "asked for");
}

}  // namespace proviso::commands
