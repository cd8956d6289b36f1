#include "adapters/age/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "adapters/age/age.h"
#include "base/core/concat.h"

namespace proviso::age {
namespace {

constexpr std::size_t kSaidBytesMax = 2048;
constexpr int kPatienceMs =
    static_cast<int>(std::chrono::milliseconds(kPatience).count());  // NOLINT(*-narrowing*)

Error unavailable(std::string_view call, int fault) {
  return Error{ErrorCode::kUnavailable,
               concat("age: ",
                      call,
                      " failed: ",
                      std::generic_category().message(fault),
                      "; check the machine's limits and try again")};
}

struct Ends {
  Descriptor ours;
  Descriptor childs;
};

// A socket rather than a pipe: writing to one that nobody reads any more raises no signal.
Result<Ends> make_ends() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return unavailable("socketpair", errno);
  }
  return Ends{.ours = Descriptor(ends[0]), .childs = Descriptor(ends[1])};
}

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  Actions(Actions&&) = delete;
  Actions& operator=(Actions&&) = delete;
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }

  // The child's descriptor `as` becomes our `number`.
  bool add(const Descriptor& number, int as) {
    return ::posix_spawn_file_actions_adddup2(&actions_, number.number(), as) == 0;
  }
  bool close_others() {
    return ::posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1) == 0;
  }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

Result<int> spawn(std::span<const std::string> words, const Actions& actions) {
  std::string name = "age";
  std::vector<std::string> own(words.begin(), words.end());
  std::vector<char*> arguments{name.data()};
  for (std::string& word : own) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t id = -1;
  const int fault =
      ::posix_spawnp(&id, name.c_str(), actions.get(), nullptr, arguments.data(), environ);
  if (fault == 0) return static_cast<int>(id);
  if (fault != ENOENT) return unavailable("posix_spawn", fault);
  return Error{ErrorCode::kUnavailable,
               "age: the program `age` is not in PATH; install Debian's package age "
               "(apt install age)"};
}

// One printable line of what it said, without its advice to report.
std::string first_line(std::string_view said) {
  std::string_view line = said.substr(0, said.find('\n'));
  for (const std::string_view start : {"age: error: ", "age: "}) {
    if (line.starts_with(start)) line.remove_prefix(start.size());
  }
  return in_quotes(line, kSaidBytesMax);
}

Error failure_of(Task task, std::string_view said) {
  const auto says = [&](std::string_view words) {
    return said.find(words) != std::string_view::npos;
  };
  const auto error = [&](ErrorCode code, std::string_view what, std::string_view next) {
    return Error{code, concat("age: ", what, ": it says ", first_line(said), "; ", next)};
  };
  if (task == Task::kSeal) {
    if (!says("recipient")) {
      return error(ErrorCode::kUnavailable, "nothing was sealed", "check free space");
    }
    return error(ErrorCode::kInvalidInput,
                 "a recipient is none",
                 "give a public key as `age-keygen` prints it (age1...), or one of SSH");
  }
  if (says("no identity matched")) {
    return error(ErrorCode::kNotAuthorised,
                 "the identity does not open the file",
                 "give that of a recipient to whom it was sealed");
  }
  if (says("authenticate") || says("header") || says("unexpected EOF") || says("truncated") ||
      says("trailing data")) {
    return error(ErrorCode::kCorrupt,
                 "the file was cut off or changed, or is no age file",
                 "take another copy of it");
  }
  return error(ErrorCode::kInvalidInput, "nothing was opened", "check the identity's file");
}

}  // namespace

Result<std::unique_ptr<Child>> Child::start(Task task,
                                            std::span<const std::string> words,
                                            Descriptor file) {
  PROVISO_TRY(auto pipe, make_ends());
  PROVISO_TRY(auto said, make_ends());
  Actions actions;
  const bool seals = task == Task::kSeal;
  if (!actions.add(seals ? pipe.childs : file, STDIN_FILENO) ||
      !actions.add(seals ? file : pipe.childs, STDOUT_FILENO) ||
      !actions.add(said.childs, STDERR_FILENO) || !actions.close_others()) {
    return unavailable("posix_spawn_file_actions", ENOMEM);
  }
  PROVISO_TRY(const int id, spawn(words, actions));
  return std::unique_ptr<Child>(
      new Child(task, id, std::move(file), std::move(pipe.ours), std::move(said.ours)));
}

Child::~Child() {
  kill();
}

void Child::kill() {
  if (id_ < 0) return;
  ::kill(id_, SIGKILL);
  while (::waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
  }
  id_ = -1;
}

void Child::listen() {
  std::array<char, 512> part{};
  const ssize_t count = ::recv(words_.number(), part.data(), part.size(), MSG_DONTWAIT);
  if (count < 0) return;
  if (count == 0) {
    static_cast<void>(words_.close());
    return;
  }
  const std::size_t room = kSaidBytesMax - said_.size();
  said_.append(part.data(), std::min(room, static_cast<std::size_t>(count)));
}

Status Child::wait_for(short events) {
  while (events != 0 || words_.is_open()) {
    std::array<pollfd, 2> watched{{
        {.fd = events != 0 ? pipe_.number() : -1, .events = events, .revents = 0},
        {.fd = words_.number(), .events = POLLIN, .revents = 0},
    }};
    const int ready = ::poll(watched.data(), watched.size(), kPatienceMs);
    if (ready < 0 && errno == EINTR) continue;
    if (ready < 0) return unavailable("poll", errno);
    if (ready == 0) {
      return Error{ErrorCode::kUnavailable,
                   concat("age: no byte came or went for ",
                          kPatience.count(),
                          " s; check its disk, or the medium of the identity, and try again")};
    }
    if (watched[1].revents != 0) listen();
    if (watched[0].revents != 0) break;
  }
  return Done{};
}

Status Child::write(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    PROVISO_TRY_DONE(wait_for(POLLOUT));
    const ssize_t count =
        ::send(pipe_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (count < 0) {
      const int fault = errno;
      PROVISO_TRY_DONE(finish());  // It ended early, and says why.
      return unavailable("writing to it", fault);
    }
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return Done{};
}

Result<std::size_t> Child::read(std::span<std::byte> into) {
  while (true) {
    PROVISO_TRY_DONE(wait_for(POLLIN));
    const ssize_t count = ::recv(pipe_.number(), into.data(), into.size(), MSG_DONTWAIT);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR && errno != EAGAIN) return unavailable("reading from it", errno);
  }
}

Status Child::finish() {
  static_cast<void>(pipe_.close());
  if (const Status ended = wait_for(0); !ended) {
    kill();
    return ended;
  }
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0) {
    if (errno != EINTR) return unavailable("waitpid", errno);
  }
  id_ = -1;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return Done{};
  return failure_of(task_, said_);
}

}  // namespace proviso::age
