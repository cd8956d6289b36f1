#include "safeguards/deployment/record_file.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <system_error>
#include <thread>
#include <utility>

#include "base/core/concat.h"
#include "base/core/descriptor.h"
#include "base/core/file.h"

namespace proviso::deployment {
namespace {

constexpr std::chrono::milliseconds kLockTry{20};

// Held until it dies; the kernel lets go of it with the process.
class Lock {
 public:
  static Result<Lock> take(const std::filesystem::path& file) {
    const std::string name = file.string() + ".lock";
    constexpr mode_t kOwnerOnly = 0600;
    Lock lock(Descriptor(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kOwnerOnly)));
    if (!lock.file_.is_open()) return failed(name, "opened");
    const auto give_up = std::chrono::steady_clock::now() + kLockWait;
    while (::flock(lock.file_.number(), LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK || std::chrono::steady_clock::now() > give_up) {
        return failed(name, "locked");
      }
      std::this_thread::sleep_for(kLockTry);
    }
    return lock;
  }

 private:
  explicit Lock(Descriptor file) : file_(std::move(file)) {}
  static Error failed(const std::string& name, std::string_view what) {
    return {ErrorCode::kUnavailable,
            concat("deployment: ",
                   name,
                   " cannot be ",
                   what,
                   " (",
                   std::generic_category().message(errno),
                   "); wait for the other command, or check the folder")};
  }
  Descriptor file_;
};

}  // namespace

Result<std::string> read_record(const std::filesystem::path& file) {
  auto text = read_text_file(file, kRecordBytesMax);
  if (text || text.error().code != ErrorCode::kNotFound) return text;
  return std::string{};
}

Result<Appended> append(const std::filesystem::path& file,
                        const Terms& terms,
                        Event event,
                        const Signer* signer) {
  PROVISO_CHECK(is_signed(event.kind) == (signer != nullptr));
  PROVISO_TRY(const auto lock, Lock::take(file));
  PROVISO_TRY(auto record, read_record(file));
  PROVISO_TRY(auto deployment, Deployment::rebuild(record, terms));
  event.deployment = terms.statement.reference;
  event.previous = deployment.head();
  RecordedEvent recorded{.event = std::move(event), .signature = std::nullopt};
  if (signer != nullptr) {
    recorded.signature = note::sign(recorded.event.to_text(), signer->key, signer->secret);
  }
  const std::string line = recorded.to_line();
  PROVISO_TRY_DONE(deployment.append(recorded, line, terms));
  // What is written must be what will be read.
  PROVISO_TRY_DONE(RecordedEvent::parse_line(line));
  record += line;
  record += '\n';
  PROVISO_TRY_DONE(write_file_durably(file, record));
  return Appended{.deployment = std::move(deployment),
                  .recorded = std::move(recorded),
                  .line = crypto::sha256(line)};
}

}  // namespace proviso::deployment
