#pragma once

// The folder in which a site keeps what it runs under:
//
//   root.vkey             the root's public key; the root's name is the site's
//   root.key              its secret key, sealed with a passphrase (base/crypto/secret_file.h)
//   policy.toml           the policy
//   officers/ID.request   what an officer asks the root to certify
//   officers/ID.cert      the certificate      officers/ID.key  the sealed secret key
//   officers/former/      certificates of keys that were revoked and replaced
//   revocations.note      the revocation list
//   authorities/REF.note  written authorities  deployments/REF.jsonl
//   vault/                the watchlist at rest (app/vault); vault/erased: erased_entries.h
//   log/, log.key, log.vkey  the log of all acts, with its own key (safeguards/audit)
//   log.cosigned/            checkpoints that witnesses signed
//
// Errors: reads give kNotFound, naming the file and the command that makes it; a changed file is
//         one that does not verify.
// Threads: one command at a time changes a site; reading is thread-safe.
// Limits: officers::kOfficersMax certificates; each file as its format says.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/ed25519.h"
#include "base/crypto/secret_file.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/officers/register.h"

namespace proviso::site {

inline constexpr std::string_view kFolderDefault = "./site";
inline constexpr std::string_view kFolderVariable =
    "PROVISO_SITE";  // Names it where no option does.

class Site {
 public:
  // Makes the folder with a new root key and an empty revocation list.
  // Errors: kInvalidInput for a folder that is there and not empty; what seal_secret() gives.
  static Result<Site> create(const std::filesystem::path& folder,
                             const officers::SiteName& name,
                             std::string_view passphrase,
                             const crypto::Cost& cost,
                             WallTime now);
  static Result<Site> open(const std::filesystem::path& folder);

  const std::string& name() const { return root_.name; }
  const note::VerifierKey& root() const { return root_; }
  const std::filesystem::path& folder() const { return folder_; }
  std::filesystem::path policy_file() const { return folder_ / "policy.toml"; }
  std::filesystem::path log_folder() const { return folder_ / "log"; }
  // Errors: kInvalidInput for a reference that is no id (base/core/id.h).
  Result<std::filesystem::path> authority_file(std::string_view reference) const;
  Result<std::filesystem::path> deployment_file(std::string_view reference) const;

  Result<officers::Register> read_register(WallTime now) const;

  // The officer's new key, sealed, and the request for a certificate. `asked` carries the id, name,
  // rank and roles; its key is made here.
  // Errors: kInvalidInput if the id has a request or a key that is not revoked.
  Result<officers::Certificate> request_officer(officers::Officer asked,
                                                std::string_view passphrase,
                                                const crypto::Cost& cost,
                                                WallTime now) const;
  Result<officers::Certificate> read_request(std::string_view id) const;

  // The root signs: a request's officer, or an officer of the register with other roles or another
  // rank. The register is opened with the new certificate before anything is written.
  // Errors: kNotAuthorised if `root` is not the site's, or the key is neither asked for nor
  //         certified yet; what Register::open() gives.
  Result<std::string> certify(const officers::Officer& officer,
                              const crypto::SecretKey& root,
                              WallTime now) const;  // The certificate's note.
  // Puts the key of the officer on the list, in force once this returns. The officer of an id whose
  // key is on it already is left as it is.
  Result<officers::Register> revoke(std::string_view id,
                                    std::string_view reason,
                                    const crypto::SecretKey& root,
                                    WallTime now) const;  // The register after it.

  // Errors: also kNotAuthorised for a wrong passphrase or a key that is not the certified one.
  Result<crypto::SecretKey> open_root_key(std::string_view passphrase) const;
  Result<crypto::SecretKey> open_officer_key(const officers::Officer& officer,
                                             std::string_view passphrase) const;

 private:
  Site(std::filesystem::path folder, note::VerifierKey root)
      : folder_(std::move(folder)), root_(std::move(root)) {}

  std::filesystem::path officer_file(std::string_view id, std::string_view ending) const;
  std::filesystem::path revocations_file() const { return folder_ / "revocations.note"; }
  Result<std::vector<std::string>> read_certificates() const;
  Status check_root(const crypto::SecretKey& root) const;

  std::filesystem::path folder_;
  note::VerifierKey root_;
};

}  // namespace proviso::site
