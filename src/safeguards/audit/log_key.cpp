#include "safeguards/audit/log_key.h"

#include <array>
#include <string>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/guarded_arena.h"

namespace proviso::audit {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kFirstLine = "proviso/log-key/v1\n";
constexpr std::size_t kKeyFileBytesMax = 1024;

fs::path with_suffix(const fs::path& log, std::string_view suffix) {
  fs::path beside = log;
  return beside += suffix;
}

Error other_key(const fs::path& path, std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("a log has one key in two files; ",
                      in_quotes(path.native()),
                      ' ',
                      what,
                      "; restore both from the copy that was made with the log")};
}

}  // namespace

Status make_log_key(const fs::path& log, std::string_view name) {
  const fs::path public_path = with_suffix(log, ".vkey");
  if (const auto kept = read_log_verifier_key(log)) return Done{};
  PROVISO_TRY(const auto secret, crypto::SecretKey::generate());
  const note::VerifierKey key{.name = std::string(name), .key = secret.public_key()};
  const std::string text = key.to_text();
  PROVISO_TRY_DONE(note::VerifierKey::parse(text));

  std::string seed = concat(kFirstLine, to_base64(secret.seed()), '\n');
  Status written = write_file_durably(with_suffix(log, ".key"), seed);
  crypto::wipe(std::as_writable_bytes(std::span{seed}));
  if (!written) return written;
  // Last: where it stands, the secret part does.
  return write_file_durably(public_path, concat(text, '\n'));
}

Result<LogKey> read_log_key(const fs::path& log) {
  PROVISO_TRY(note::VerifierKey key, read_log_verifier_key(log));
  const fs::path path = with_suffix(log, ".key");
  PROVISO_TRY(std::string text, read_text_file(path, kKeyFileBytesMax));
  const std::string_view line(text);
  if (!line.starts_with(kFirstLine) || !line.ends_with('\n')) {
    return other_key(path, "is of another form");
  }
  auto seed = from_base64(line.substr(kFirstLine.size(), line.size() - kFirstLine.size() - 1),
                          crypto::SecretKey::kSeedBytes);
  crypto::wipe(std::as_writable_bytes(std::span{text}));
  if (!seed || seed.value().size() != crypto::SecretKey::kSeedBytes) {
    return other_key(path, "is of another form");
  }
  auto secret =
      crypto::SecretKey::from_seed(std::span(seed.value()).first<crypto::SecretKey::kSeedBytes>());
  crypto::wipe(seed.value());
  if (!secret) return secret.error();
  if (secret.value().public_key() != key.key) {
    return other_key(path, "is not the secret part of the public key beside it");
  }
  return LogKey{.key = std::move(key), .secret = std::move(secret).value()};
}

Result<note::VerifierKey> read_log_verifier_key(const fs::path& log) {
  const fs::path path = with_suffix(log, ".vkey");
  PROVISO_TRY(std::string text, read_text_file(path, kKeyFileBytesMax));
  if (!text.ends_with('\n')) return other_key(path, "does not end in LF");
  text.pop_back();
  auto key = note::VerifierKey::parse(text);
  if (!key) return other_key(path, concat("is no key: ", key.error().message));
  return key;
}

}  // namespace proviso::audit
