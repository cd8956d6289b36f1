#pragma once

// Files in the age format (https://age-encryption.org/v1), sealed to named recipients and opened
// with an identity, by Debian's program `age` as a child process. What goes in and comes out
// streams through its pipes: nothing lies on the disk but the sealed file.
//
//   program    `age` of PATH, run without a shell; of our descriptors it has its own three alone
//   recipients 1 to kRecipientsMax, as age takes them: age1..., ssh-ed25519 ...; public keys
//   identity   a file with the private key, as `age-keygen` or `ssh-keygen` makes it; where that
//              has a passphrase, age asks for it at the terminal
//   patience   kPatience without a byte ends the child
//
//   errors     kInvalidInput   the recipients, or an identity's file, are none that age takes
//              kNotAuthorised  the identity does not open this file
//              kCorrupt        the file was cut off or changed, or is no age file
//              kUnavailable    no `age` in PATH, the disk, or a child that stands still. The
//                              message has what age said
//   threads    one object belongs to one thread

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/core/result.h"

namespace proviso::age {

inline constexpr std::size_t kRecipientsMax = 16;
inline constexpr std::size_t kRecipientBytesMax = 2048;
inline constexpr std::chrono::seconds kPatience{120};  // A person may type a passphrase meanwhile.

class Child;

// Writes `path` as a whole: until finish() returns without an error, what stood there stays.
class Sealing {
 public:
  static Result<Sealing> start(const std::filesystem::path& path,
                               std::span<const std::string> recipients);
  Sealing(const Sealing&) = delete;
  Sealing& operator=(const Sealing&) = delete;
  Sealing(Sealing&& other) noexcept;
  Sealing& operator=(Sealing&&) = delete;
  ~Sealing();

  Status write(std::span<const std::byte> bytes);
  Status finish();  // Durable with its name before it returns.

 private:
  Sealing(std::filesystem::path path, std::string temporary, std::unique_ptr<Child> child);
  std::filesystem::path path_;
  std::string temporary_;  // Empty once it has its name.
  std::unique_ptr<Child> child_;
};

// What read() gives is authentic piece by piece; only finish() says that it was all.
class Opening {
 public:
  static Result<Opening> start(const std::filesystem::path& path,
                               const std::filesystem::path& identity);
  Opening(const Opening&) = delete;
  Opening& operator=(const Opening&) = delete;
  Opening(Opening&& other) noexcept;
  Opening& operator=(Opening&&) = delete;
  ~Opening();

  // Fills all of `into`. Errors: kCorrupt also where fewer bytes are left.
  Status read(std::span<std::byte> into);
  // Errors: kCorrupt also where bytes are left.
  Status finish();

 private:
  explicit Opening(std::unique_ptr<Child> child);
  std::unique_ptr<Child> child_;
};

}  // namespace proviso::age
