#include "adapters/age/age.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <utility>
#include <vector>

#include "adapters/age/child.h"
#include "base/core/concat.h"
#include "base/core/descriptor.h"

namespace proviso::age {
namespace {

namespace fs = std::filesystem;

fs::path folder_of(const fs::path& file) {
  const fs::path parent = file.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

Status check_recipients(std::span<const std::string> recipients) {
  if (recipients.empty() || recipients.size() > kRecipientsMax) {
    return Error{ErrorCode::kInvalidInput,
                 concat("age: a file is sealed to 1 to ",
                        kRecipientsMax,
                        " recipients, found ",
                        recipients.size(),
                        "; name fewer, or one")};
  }
  for (const std::string& recipient : recipients) {
    if (!recipient.empty() && recipient.size() <= kRecipientBytesMax) continue;
    return Error{ErrorCode::kInvalidInput,
                 concat("age: a recipient has 1 to ",
                        kRecipientBytesMax,
                        " bytes, found ",
                        recipient.size(),
                        "; give a public key as `age-keygen` prints it")};
  }
  return Done{};
}

}  // namespace

Sealing::Sealing(fs::path path, std::string temporary, std::unique_ptr<Child> child)
    : path_(std::move(path)), temporary_(std::move(temporary)), child_(std::move(child)) {}

Sealing::Sealing(Sealing&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      child_(std::move(other.child_)) {}

Sealing::~Sealing() {
  child_.reset();  // Before its file goes.
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<Sealing> Sealing::start(const fs::path& path, std::span<const std::string> recipients) {
  PROVISO_TRY_DONE(check_recipients(recipients));
  std::string temporary = (folder_of(path) / ".proviso-XXXXXX").native();
  Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // Mode 0600.
  if (!file.is_open()) return failed_call("making", path);
  Sealing sealing(path, std::move(temporary), nullptr);
  std::vector<std::string> words;
  for (const std::string& recipient : recipients) {
    words.emplace_back("--recipient");
    words.push_back(recipient);
  }
  PROVISO_TRY(sealing.child_, Child::start(Task::kSeal, words, std::move(file)));
  return sealing;
}

Status Sealing::write(std::span<const std::byte> bytes) {
  return child_->write(bytes);
}

Status Sealing::finish() {
  PROVISO_TRY_DONE(child_->finish());
  if (::fsync(child_->file()) != 0) return failed_call("fsync for", path_);
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return failed_call("rename to", path_);
  temporary_.clear();
  const fs::path folder = folder_of(path_);
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return failed_call("open after the rename", folder);
  if (::fsync(opened.number()) != 0) return failed_call("fsync after the rename", folder);
  return Done{};
}

Opening::Opening(std::unique_ptr<Child> child) : child_(std::move(child)) {}
Opening::Opening(Opening&& other) noexcept = default;
Opening::~Opening() = default;

Result<Opening> Opening::start(const fs::path& path, const fs::path& identity) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return failed_call("open", path);
  // Whole: a name such as "-" would mean something else to it.
  const std::vector<std::string> words{"--decrypt", "--identity", fs::absolute(identity).native()};
  PROVISO_TRY(auto child, Child::start(Task::kOpen, words, std::move(file)));
  return Opening(std::move(child));
}

Status Opening::read(std::span<std::byte> into) {
  while (!into.empty()) {
    PROVISO_TRY(const std::size_t count, child_->read(into));
    if (count == 0) {
      PROVISO_TRY_DONE(child_->finish());
      return Error{ErrorCode::kCorrupt,
                   "age: what the file holds ends too early; take another copy of it"};
    }
    into = into.subspan(count);
  }
  return Done{};
}

Status Opening::finish() {
  std::byte more{};
  PROVISO_TRY(const std::size_t count, child_->read(std::span(&more, 1)));
  if (count == 0) return child_->finish();
  return Error{ErrorCode::kCorrupt,
               "age: what the file holds goes on behind its end; take another copy of it"};
}

}  // namespace proviso::age
