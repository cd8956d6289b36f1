#include "safeguards/audit/journal.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include "base/core/concat.h"
#include "base/core/file.h"

namespace proviso::audit {
namespace {

// Reads errno: to be called before anything that may change it.
Error failed_call(std::string_view call, const std::filesystem::path& path) {
  const int number = errno;
  return Error{ErrorCode::kUnavailable,
               concat(call,
                      " of the journal ",
                      in_quotes(path.native()),
                      " failed: ",
                      std::generic_category().message(number),
                      "; check permissions and free space")};
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (number_ >= 0) static_cast<void>(::close(number_));
  }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

bool write_at(int descriptor, std::string_view bytes, std::size_t offset) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
    offset += static_cast<std::size_t>(count);
  }
  return true;
}

Status sync_directory_of(const std::filesystem::path& path) {
  const std::filesystem::path parent = path.parent_path();
  const std::filesystem::path directory = parent.empty() ? "." : parent;
  const Descriptor opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened.is_open()) return failed_call("open of the directory", path);
  if (::fsync(opened.number()) != 0) return failed_call("fsync of the directory", path);
  return Done{};
}

struct Lines {
  std::vector<Entry> entries;
  std::size_t bytes = 0;  // Up to and including the last LF.
};

Result<Lines> parse_lines(std::string_view text, const std::filesystem::path& path) {
  Lines lines;
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', lines.bytes)) {
    auto entry = parse_leaf(text.substr(lines.bytes, end - lines.bytes));
    if (!entry) {
      return Error{ErrorCode::kCorrupt,
                   concat("every line of a journal is a leaf; line ",
                          lines.entries.size() + 1,
                          " of ",
                          in_quotes(path.native()),
                          " is not: ",
                          entry.error().message)};
    }
    lines.entries.push_back(std::move(entry).value());
    lines.bytes = end + 1;
  }
  return lines;
}

}  // namespace

struct Journal::State {
  State(Descriptor opened, const std::filesystem::path& opened_path, const Clock& given)
      : file(std::move(opened)), path(opened_path), clock(given) {}

  const Descriptor file;
  const std::filesystem::path path;
  const Clock& clock;

  mutable std::mutex mutex;
  std::size_t bytes = 0;  // Guarded by mutex, as all below; what is durable.
  std::uint64_t entries = 0;
  bool closed = false;
};

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& path,
                                               const Clock& clock) {
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return failed_call("open", path);
  if (::flock(file.number(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed_call("flock", path);
    return Error{ErrorCode::kUnavailable,
                 concat("a journal has one writer; another process has ",
                        in_quotes(path.native()),
                        " open; end that run first")};
  }
  PROVISO_TRY_DONE(sync_directory_of(path));

  auto state = std::make_unique<State>(std::move(file), path, clock);
  PROVISO_TRY(const std::string text, read_text_file(path, kJournalBytesMax));
  PROVISO_TRY(const Lines lines, parse_lines(text, path));
  if (lines.bytes < text.size()) {
    if (::ftruncate(state->file.number(), static_cast<off_t>(lines.bytes)) != 0) {
      return failed_call("ftruncate", path);
    }
  }
  // Also what a writer before us wrote and did not live to sync.
  if (::fsync(state->file.number()) != 0) return failed_call("fsync", path);
  state->bytes = lines.bytes;
  state->entries = lines.entries.size();
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Result<std::vector<Entry>> Journal::read(const std::filesystem::path& path) {
  PROVISO_TRY(const std::string text, read_text_file(path, kJournalBytesMax));
  PROVISO_TRY(Lines lines, parse_lines(text, path));
  return std::move(lines.entries);
}

Result<std::uint64_t> Journal::append(std::string_view kind, Value::Object body) {
  State& state = *state_;
  const std::lock_guard lock(state.mutex);
  if (state.closed) {
    return Error{ErrorCode::kUnavailable,
                 concat("the journal ",
                        in_quotes(state.path.native()),
                        " closed after the disk failed to keep it; stop, and check the disk")};
  }
  PROVISO_TRY(
      std::string line,
      to_leaf(Entry{.kind = std::string(kind), .body = std::move(body), .at = state.clock.wall()}));
  line += '\n';
  if (state.bytes + line.size() > kJournalBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("a journal has at most ",
                        kJournalBytesMax,
                        " bytes; ",
                        in_quotes(state.path.native()),
                        " is full; begin another")};
  }
  if (!write_at(state.file.number(), line, state.bytes)) {
    const Error error = failed_call("write", state.path);
    // The half-written line must not stand before the next one.
    state.closed = ::ftruncate(state.file.number(), static_cast<off_t>(state.bytes)) != 0;
    return error;
  }
  if (::fdatasync(state.file.number()) != 0) {
    state.closed = true;
    return failed_call("fdatasync", state.path);
  }
  state.bytes += line.size();
  return state.entries++;
}

std::uint64_t Journal::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->entries;
}

}  // namespace proviso::audit
