#include "safeguards/audit/journal.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "base/core/concat.h"
#include "base/crypto/random.h"
#include "safeguards/audit/leaf_feed.h"
#include "safeguards/audit/log.h"
#include "safeguards/audit/log_key.h"

namespace proviso::audit {
namespace {

namespace fs = std::filesystem;

// `.invalid` is no one's (RFC 2606): a log that nobody named.
std::string name_of_nobody() {
  return concat("proviso.invalid/", crypto::random_id());
}

Status make_directory(const fs::path& path) {
  std::error_code fault;
  fs::create_directory(path, fault);
  if (!fault) return Done{};
  return Error{ErrorCode::kUnavailable,
               concat("a log is a directory; ",
                      in_quotes(path.native()),
                      " cannot be made: ",
                      fault.message(),
                      "; check the path and its permissions")};
}

}  // namespace

struct Journal::State {
  State(const fs::path& given_path, const Clock& given_clock)
      : path(given_path), disk(given_path, kLockWait), clock(given_clock) {}

  // The log, which the first of several threads opens and the last lets go.
  Result<Log*> enter() {
    const std::lock_guard lock(mutex);
    if (closed) return *closed;
    if (users == 0) {
      auto opened = open_log();
      if (!opened) return failed(opened.error());
      log = std::move(opened).value();
    }
    ++users;
    return log.get();
  }

  void leave(const Status& outcome) {
    const std::lock_guard lock(mutex);
    if (!outcome) static_cast<void>(failed(outcome.error()));
    size = log->checkpoint().head.size;
    if (--users == 0) log.reset();
  }

  const fs::path path;
  PosixDisk disk;
  const Clock& clock;
  mutable std::mutex mutex;
  std::unique_ptr<Log> log;  // Guarded by mutex, as all below.
  std::size_t users = 0;
  std::optional<Error> closed;
  std::uint64_t size = 0;

 private:
  Result<std::unique_ptr<Log>> open_log() {
    PROVISO_TRY(LogKey key, read_log_key(path));
    PROVISO_TRY(auto opened, Log::open(disk, key.key, std::move(key.secret)));
    if (opened->checkpoint().head.size < size) {
      return Error{ErrorCode::kCorrupt,
                   concat("the log had ",
                          size,
                          " leaves and now has ",
                          opened->checkpoint().head.size,
                          "; an older copy was put back: restore the newest")};
    }
    return opened;
  }

  Error failed(const Error& error) {
    if (error.code == ErrorCode::kCorrupt) closed = error;
    return error;
  }
};

Journal::Journal(std::unique_ptr<State> state) : state_(std::move(state)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::open(const fs::path& path,
                                               const Clock& clock,
                                               std::string_view name) {
  if (!fs::exists(path)) {
    PROVISO_TRY_DONE(make_log_key(path, name.empty() ? name_of_nobody() : std::string(name)));
    PROVISO_TRY_DONE(make_directory(path));
  }
  auto state = std::make_unique<State>(path, clock);
  PROVISO_TRY_DONE(state->enter());
  state->leave(Done{});
  return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Result<std::uint64_t> Journal::append(std::string_view kind, Value::Object body) {
  std::vector<Act> acts;
  acts.push_back({.kind = std::string(kind), .body = std::move(body)});
  return append(std::move(acts));
}

Result<std::uint64_t> Journal::append(std::vector<Act> acts) {
  // A clock that was set beyond what a leaf can say must not keep an act out of the log.
  const WallTime at = std::clamp(state_->clock.wall(), kLeafAtMin, kLeafAtMax);
  std::vector<std::string> leaves;
  for (Act& act : acts) {
    PROVISO_TRY(std::string leaf,
                to_leaf(Entry{.kind = std::move(act.kind), .body = std::move(act.body), .at = at}));
    leaves.push_back(std::move(leaf));
  }
  PROVISO_TRY(Log* const log, state_->enter());
  auto index = log->append(leaves);
  state_->leave(index ? Status(Done{}) : Status(index.error()));
  return index;
}

std::uint64_t Journal::size() const {
  const std::lock_guard lock(state_->mutex);
  return state_->size;
}

Result<std::vector<Entry>> Journal::read(const fs::path& path) {
  PROVISO_TRY(LeafFeed feed, LeafFeed::open(path));
  PROVISO_TRY(std::vector<Leaf> leaves, feed.next());
  std::vector<Entry> entries;
  entries.reserve(leaves.size());
  for (Leaf& leaf : leaves) entries.push_back(std::move(leaf.entry));
  return entries;
}

}  // namespace proviso::audit
