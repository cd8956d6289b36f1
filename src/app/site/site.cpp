#include "app/site/site.h"

#include <algorithm>
#include <array>
#include <system_error>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/audit/log_key.h"

namespace proviso::site {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyFileBytesMax = 512;
constexpr std::string_view kCertificateEnding = ".cert";
constexpr std::string_view kRequestEnding = ".request";
constexpr std::string_view kKeyEnding = ".key";

struct ReferenceTag {
  static constexpr std::string_view kName = "authority's reference";
};

Error failed(std::string_view what, const fs::path& path, const std::error_code& why) {
  return Error{ErrorCode::kUnavailable,
               concat("site: ",
                      what,
                      " of ",
                      in_quotes(path.native()),
                      " failed: ",
                      why.message(),
                      "; check the path and its permissions")};
}

Status make_folder(const fs::path& path) {
  std::error_code why;
  fs::create_directories(path, why);
  if (why) return failed("making", path, why);
  // Names of officers and the site's plans are nobody else's to list.
  fs::permissions(path, fs::perms::owner_all, why);
  if (why) return failed("closing to others", path, why);
  return Done{};
}

Status check_vacant(const fs::path& folder) {
  std::error_code why;
  if (!fs::exists(folder, why)) return Done{};
  if (fs::is_directory(folder, why) && fs::is_empty(folder, why)) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("site: a new site needs a folder that is absent or empty; ",
                      in_quotes(folder.native()),
                      " is neither; choose another with --site")};
}

// The file's text, or an error that names the command which makes it.
Result<std::string> read(const fs::path& file, std::size_t bytes_max, std::string_view maker) {
  auto text = read_text_file(file, bytes_max);
  if (text || text.error().code != ErrorCode::kNotFound) return text;
  return Error{ErrorCode::kNotFound,
               concat("site: ",
                      in_quotes(file.native()),
                      " is needed and is not there; make it with `",
                      maker,
                      "`")};
}

Result<std::string> sealed(const crypto::SecretKey& key,
                           std::string_view passphrase,
                           const crypto::Cost& cost) {
  return crypto::seal_secret(key.seed(), passphrase, cost);
}

Result<crypto::SecretKey> unsealed(const fs::path& file,
                                   std::string_view maker,
                                   std::string_view passphrase,
                                   const crypto::PublicKey& expected) {
  PROVISO_TRY(const auto text, read(file, crypto::kSecretFileBytesMax, maker));
  auto seed = crypto::open_secret(text, passphrase);
  if (!seed) {
    return Error{seed.error().code, concat(in_quotes(file.native()), ": ", seed.error().message)};
  }
  const bool is_seed = seed.value().size() == crypto::SecretKey::kSeedBytes;
  if (is_seed) {
    const crypto::Secret& held = seed.value();
    PROVISO_TRY(auto key,
                crypto::SecretKey::from_seed(held.bytes().first<crypto::SecretKey::kSeedBytes>()));
    if (key.public_key() == expected) return key;
  }
  return Error{ErrorCode::kNotAuthorised,
               concat("site: ",
                      in_quotes(file.native()),
                      " must hold the secret of the public key beside it, and holds another; take "
                      "the right file from the backup")};
}

std::string note_of(std::string text,
                    const note::VerifierKey& key,
                    const crypto::SecretKey& secret) {
  std::vector<note::NoteSignature> signatures{note::sign(text, key, secret)};
  return note::Note{.text = std::move(text), .signatures = std::move(signatures)}.to_text();
}

// The certificates in one folder, in the order of their names.
Status read_folder(const fs::path& folder, std::vector<std::string>& notes) {
  std::error_code why;
  fs::directory_iterator entries(folder, why);
  if (why) return failed("reading", folder, why);
  std::vector<fs::path> files;
  for (const fs::directory_iterator end; entries != end; entries.increment(why)) {
    if (why) return failed("reading", folder, why);
    if (entries->path().extension() == kCertificateEnding) files.push_back(entries->path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    PROVISO_TRY(auto note, read_text_file(file, note::kNoteBytesMax));
    notes.push_back(std::move(note));
    if (notes.size() > officers::kOfficersMax) break;  // Register::open() says that it is too many.
  }
  return Done{};
}

Result<officers::Certificate> certificate_in(std::string_view note) {
  PROVISO_TRY(const auto parsed, note::Note::parse(note));
  return officers::parse_certificate(parsed.text, officers::CertificateKind::kCertificate);
}

}  // namespace

Result<Site> Site::create(const fs::path& folder,
                          const officers::SiteName& name,
                          std::string_view passphrase,
                          const crypto::Cost& cost,
                          WallTime now) {
  PROVISO_TRY_DONE(check_vacant(folder));
  PROVISO_TRY(const auto root, crypto::SecretKey::generate());
  // Sealed before anything is made: it refuses a weak passphrase.
  PROVISO_TRY(const auto key_file, sealed(root, passphrase, cost));
  Site site{folder, {.name = name.text(), .key = root.public_key()}};
  PROVISO_TRY(auto list,
              to_text(officers::Revocations{
                  .site = name.text(), .number = 0, .issued_at = now, .revoked = {}}));

  PROVISO_TRY_DONE(make_folder(folder));
  for (const char* part : {"officers", "officers/former", "authorities", "deployments"}) {
    PROVISO_TRY_DONE(make_folder(folder / part));
  }
  PROVISO_TRY_DONE(write_file_durably(folder / "root.key", key_file));
  PROVISO_TRY_DONE(
      write_file_durably(site.revocations_file(), note_of(std::move(list), site.root_, root)));
  PROVISO_TRY_DONE(audit::make_log_key(site.log_folder(), site.name() + "/audit/log"));
  // Last: a folder with it is a site.
  PROVISO_TRY_DONE(write_file_durably(folder / "root.vkey", site.root_.to_text() + '\n'));
  return site;
}

Result<Site> Site::open(const fs::path& folder) {
  PROVISO_TRY(auto text, read(folder / "root.vkey", kKeyFileBytesMax, "proviso site new NAME"));
  if (text.ends_with('\n')) text.pop_back();
  PROVISO_TRY(auto root, note::VerifierKey::parse(text));
  PROVISO_TRY_DONE(officers::SiteName::parse(root.name));
  return Site{folder, std::move(root)};
}

Result<fs::path> Site::authority_file(std::string_view reference) const {
  PROVISO_TRY(const auto id, Id<ReferenceTag>::parse(reference));
  return folder_ / "authorities" / (id.text() + ".note");
}

Result<fs::path> Site::deployment_file(std::string_view reference) const {
  PROVISO_TRY(const auto id, Id<ReferenceTag>::parse(reference));
  return folder_ / "deployments" / (id.text() + ".jsonl");
}

fs::path Site::officer_file(std::string_view id, std::string_view ending) const {
  return folder_ / "officers" / concat(id, ending);
}

Result<std::vector<std::string>> Site::read_certificates() const {
  std::vector<std::string> notes;
  PROVISO_TRY_DONE(read_folder(folder_ / "officers", notes));
  PROVISO_TRY_DONE(read_folder(folder_ / "officers" / "former", notes));
  return notes;
}

Result<officers::Register> Site::read_register(WallTime now) const {
  PROVISO_TRY(const auto certificates, read_certificates());
  PROVISO_TRY(const auto list,
              read(revocations_file(), note::kNoteBytesMax, "proviso site new NAME"));
  return officers::Register::open(root_, certificates, list, now);
}

Status Site::check_root(const crypto::SecretKey& root) const {
  if (root.public_key() == root_.key) return Done{};
  return Error{ErrorCode::kNotAuthorised,
               concat("site: only the root key of ",
                      root_.name,
                      " certifies and revokes; another key was given; use root.key of this site")};
}

Result<officers::Certificate> Site::request_officer(officers::Officer asked,
                                                    std::string_view passphrase,
                                                    const crypto::Cost& cost,
                                                    WallTime now) const {
  PROVISO_TRY(const auto site, officers::SiteName::parse(root_.name));
  PROVISO_TRY(const auto id, officers::OfficerId::parse(asked.id));
  PROVISO_TRY(const auto known, read_register(now));
  const fs::path request_file = officer_file(id.text(), kRequestEnding);
  std::error_code why;
  const bool is_asked_for = fs::exists(request_file, why);
  const officers::Officer* const before = known.find(id.text());
  if (is_asked_for || (before != nullptr && known.revocation_of(*before) == nullptr)) {
    return Error{
        ErrorCode::kInvalidInput,
        concat("officer ",
               id.text(),
               " may have one key; ",
               is_asked_for ? "one waits for its certificate; run `proviso officer certify "
                            : "one is certified; to replace it run `proviso officer revoke ",
               id.text(),
               "`")};
  }
  PROVISO_TRY(const auto secret, crypto::SecretKey::generate());
  asked.key = {.name = key_name(site, id), .key = secret.public_key()};
  std::ranges::sort(asked.roles, {}, [](const auto& grant) { return policy::to_text(grant.role); });
  officers::Certificate request{.site = site.text(), .officer = std::move(asked), .issued_at = now};
  PROVISO_TRY(auto text, to_text(request, officers::CertificateKind::kRequest));
  PROVISO_TRY(const auto key_file, sealed(secret, passphrase, cost));
  PROVISO_TRY_DONE(write_file_durably(officer_file(id.text(), kKeyEnding), key_file));
  PROVISO_TRY_DONE(
      write_file_durably(request_file, note_of(std::move(text), request.officer.key, secret)));
  return request;
}

Result<officers::Certificate> Site::read_request(std::string_view id) const {
  PROVISO_TRY(const auto checked, officers::OfficerId::parse(id));
  PROVISO_TRY(const auto note,
              read(officer_file(checked.text(), kRequestEnding),
                   note::kNoteBytesMax,
                   concat("proviso officer new ", checked.text())));
  PROVISO_TRY(auto request, officers::open_request(note));
  if (request.officer.id == checked.text() && request.site == root_.name) return request;
  return Error{ErrorCode::kNotAuthorised,
               concat("site: the request must be of officer ",
                      checked.text(),
                      " at ",
                      root_.name,
                      "; it is of ",
                      request.officer.id,
                      " at ",
                      request.site,
                      "; ask for the right one")};
}

Result<std::string> Site::certify(const officers::Officer& officer,
                                  const crypto::SecretKey& root,
                                  WallTime now) const {
  PROVISO_TRY_DONE(check_root(root));
  PROVISO_TRY(const auto id, officers::OfficerId::parse(officer.id));
  PROVISO_TRY(auto text,
              to_text(officers::Certificate{.site = name(), .officer = officer, .issued_at = now},
                      officers::CertificateKind::kCertificate));
  const std::string note = note_of(std::move(text), root_, root);
  PROVISO_TRY(auto notes, read_certificates());
  const fs::path file = officer_file(id.text(), kCertificateEnding);
  fs::path former;
  bool has_this_key = false;
  if (const auto before = read_text_file(file, note::kNoteBytesMax); before) {
    PROVISO_TRY(const auto certificate, certificate_in(before.value()));
    const note::VerifierKey& key = certificate.officer.key;
    has_this_key = key == officer.key;
    if (has_this_key) std::erase(notes, before.value());
    former = folder_ / "officers" / "former" / concat(id.text(), '-', key.id(), kCertificateEnding);
  } else if (before.error().code != ErrorCode::kNotFound) {
    return before.error();
  }
  if (!has_this_key) {
    PROVISO_TRY(const auto request, read_request(id.text()));
    if (request.officer.key != officer.key) {
      return Error{
          ErrorCode::kNotAuthorised,
          concat("officer ", id.text(), " has not asked with this key; certify the request")};
    }
  }
  notes.push_back(note);
  PROVISO_TRY(const auto list,
              read(revocations_file(), note::kNoteBytesMax, "proviso site new NAME"));
  PROVISO_TRY(const auto after, officers::Register::open(root_, notes, list, now));
  if (after.revocation_of(officer) != nullptr) {
    return Error{ErrorCode::kInvalidInput,
                 concat("officer ",
                        id.text(),
                        ": a revoked key is never certified again; run `proviso officer new ",
                        id.text(),
                        "`")};
  }

  std::error_code why;
  if (!has_this_key && !former.empty()) fs::rename(file, former, why);
  if (why) return failed("putting aside", file, why);
  PROVISO_TRY_DONE(write_file_durably(file, note));
  if (!has_this_key) fs::remove(officer_file(id.text(), kRequestEnding), why);
  if (why) return failed("removing the request", file, why);
  return note;
}

Result<officers::Register> Site::revoke(std::string_view id,
                                        std::string_view reason,
                                        const crypto::SecretKey& root,
                                        WallTime now) const {
  PROVISO_TRY_DONE(check_root(root));
  PROVISO_TRY(auto before, read_register(now));
  const officers::Officer* const officer = before.find(id);
  if (officer == nullptr) {
    return Error{
        ErrorCode::kNotFound,
        concat("officer ",
               in_quotes(id),
               " has no certificate to revoke; `proviso officer list` names those who do")};
  }
  if (before.revocation_of(*officer) != nullptr) return before;
  officers::Revocations list = before.revocations();
  list.number += 1;
  list.issued_at = now;
  list.revoked.push_back(
      {.officer = officer->id, .key = officer->key, .at = now, .reason = std::string(reason)});
  PROVISO_TRY(auto text, to_text(list));
  PROVISO_TRY_DONE(write_file_durably(revocations_file(), note_of(std::move(text), root_, root)));
  return read_register(now);
}

Result<crypto::SecretKey> Site::open_root_key(std::string_view passphrase) const {
  return unsealed(folder_ / "root.key", "proviso site new NAME", passphrase, root_.key);
}

Result<crypto::SecretKey> Site::open_officer_key(const officers::Officer& officer,
                                                 std::string_view passphrase) const {
  return unsealed(officer_file(officer.id, kKeyEnding),
                  concat("proviso officer new ", officer.id),
                  passphrase,
                  officer.key.key);
}

}  // namespace proviso::site
