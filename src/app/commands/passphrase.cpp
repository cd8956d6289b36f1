#include "app/commands/passphrase.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>

#include "base/core/concat.h"
#include "base/core/descriptor.h"
#include "base/crypto/secret_file.h"

namespace proviso::commands {
namespace {

// One more than may be, so that too many are seen, and one for the line feed.
constexpr std::size_t kBufferBytes = crypto::kPassphraseBytesMax + 2;
constexpr std::size_t kAnswerBytesMax = 16;
constexpr std::byte kInterrupt{0x03};
constexpr std::byte kEndOfInput{0x04};
constexpr std::byte kBackspace{0x08};
constexpr std::byte kDelete{0x7F};

// The terminal as a keyboard: each byte comes as it is typed, ^C as a byte, and nothing is shown.
class Keyboard {
 public:
  explicit Keyboard(int terminal) : terminal_(terminal) {
    termios silent{};
    if (::tcgetattr(terminal_, &silent) != 0) return;
    before_ = silent;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL | ICANON | ISIG);
    silent.c_cc[VMIN] = 1;
    silent.c_cc[VTIME] = 0;
    is_silent_ = ::tcsetattr(terminal_, TCSAFLUSH, &silent) == 0;
  }
  Keyboard(const Keyboard&) = delete;
  Keyboard& operator=(const Keyboard&) = delete;
  Keyboard(Keyboard&&) = delete;
  Keyboard& operator=(Keyboard&&) = delete;
  ~Keyboard() {
    if (before_) static_cast<void>(::tcsetattr(terminal_, TCSAFLUSH, &*before_));
  }
  bool is_silent() const { return is_silent_; }

 private:
  int terminal_;
  std::optional<termios> before_;
  bool is_silent_ = false;
};

Error no_terminal() {
  return Error{ErrorCode::kUnavailable,
               "a passphrase or an answer is typed at a terminal, and there is none; run the "
               "command at one, or give --passphrase-file FILE (and --yes where it is asked for)"};
}

Error too_long() {
  return Error{ErrorCode::kOverLimit,
               concat("a passphrase has at most ",
                      crypto::kPassphraseBytesMax,
                      " bytes; this one has more; use a shorter one")};
}

Error failed_call(std::string_view call, const std::string& file) {
  const int number = errno;
  return Error{number == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
               concat("passphrase: ",
                      call,
                      " of ",
                      in_quotes(file),
                      " failed: ",
                      std::generic_category().message(number),
                      "; check the path")};
}

void say(int terminal, std::string_view text) {
  // A prompt that cannot be shown is no reason to stop: what is typed is what counts.
  static_cast<void>(!::write(terminal, text.data(), text.size()));
}

Result<crypto::Secret> first_bytes(const crypto::Secret& buffer, std::size_t size) {
  if (size > crypto::kPassphraseBytesMax) return too_long();
  if (size == 0) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a passphrase has from ",
                        crypto::kPassphraseBytesMin,
                        " bytes on; none was given; use several words that nobody would guess")};
  }
  return crypto::Secret::copy_of(buffer.bytes().first(size));
}

Result<crypto::Secret> from_file(const std::string& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!opened.is_open()) return failed_call("open", file);
  struct stat status{};
  if (::fstat(opened.number(), &status) != 0) return failed_call("stat", file);
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error{ErrorCode::kInvalidInput,
                 concat("a passphrase's file is its owner's alone; others may open ",
                        in_quotes(file),
                        "; run `chmod 600` on it, and choose another passphrase if others could "
                        "have read it")};
  }
  PROVISO_TRY(auto buffer, crypto::Secret::create(kBufferBytes));
  std::size_t size = 0;
  while (size < kBufferBytes) {
    const ssize_t count =
        ::read(opened.number(), buffer.bytes().data() + size, kBufferBytes - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed_call("read", file);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  if (size > 0 && buffer.bytes()[size - 1] == std::byte{'\n'}) --size;
  return first_bytes(buffer, size);
}

// Takes back one character of UTF-8.
std::size_t without_last(const crypto::Secret& buffer, std::size_t size) {
  while (size > 0) {
    --size;
    if ((buffer.bytes()[size] & std::byte{0xC0}) != std::byte{0x80}) break;
  }
  return size;
}

// Reads up to Enter into `buffer`; how many bytes.
Result<std::size_t> typed_line(int terminal, crypto::Secret& buffer) {
  std::size_t size = 0;
  while (true) {
    std::byte key{};
    const ssize_t count = ::read(terminal, &key, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1 || key == kInterrupt || key == kEndOfInput) {
      return Error{ErrorCode::kInvalidInput, "broken off at the terminal; nothing was done"};
    }
    if (key == std::byte{'\n'} || key == std::byte{'\r'}) return size;
    if (key == kDelete || key == kBackspace) {
      size = without_last(buffer, size);
    } else if (size < buffer.size()) {
      buffer.bytes()[size++] = key;
    }
  }
}

Result<crypto::Secret> from_terminal(std::string_view prompt) {
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal.is_open()) return no_terminal();
  PROVISO_TRY(auto buffer, crypto::Secret::create(kBufferBytes));
  const Keyboard keyboard(terminal.number());
  if (!keyboard.is_silent()) return no_terminal();
  say(terminal.number(), prompt);
  const auto size = typed_line(terminal.number(), buffer);
  say(terminal.number(), "\n");
  if (!size) return size.error();
  return first_bytes(buffer, size.value());
}

}  // namespace

CLI::Option* add_passphrase_option(CLI::App& command, std::string& file) {
  return command.add_option("--passphrase-file",
                            file,
                            "File with the passphrase, readable by its owner alone; else the "
                            "terminal asks");
}

CLI::Option* add_key_memory_option(CLI::App& command, crypto::Cost& cost) {
  constexpr std::uint32_t kKibPerMib = 1024;
  return command
      .add_option_function<std::uint32_t>(
          "--key-memory-mib",
          [&cost](const std::uint32_t& mib) { cost.memory_kib = mib * kKibPerMib; },
          "Memory that one guess at the passphrase takes; less where the machine has little")
      ->check(CLI::Range(crypto::kCostMin.memory_kib / kKibPerMib,
                         crypto::kCostMax.memory_kib / kKibPerMib))
      ->default_str(std::to_string(crypto::Cost{}.memory_kib / kKibPerMib));
}

Result<crypto::Secret> ask_passphrase(std::string_view whose, const std::string& file) {
  if (!file.empty()) return from_file(file);
  return from_terminal(concat("Passphrase of ", whose, ": "));
}

Result<crypto::Secret> ask_new_passphrase(std::string_view whose, const std::string& file) {
  if (!file.empty()) return from_file(file);
  PROVISO_TRY(auto first,
              from_terminal(concat("New passphrase of ",
                                   whose,
                                   ", at least ",
                                   crypto::kPassphraseBytesMin,
                                   " characters: ")));
  PROVISO_TRY(const auto second, from_terminal("The same again: "));
  if (first.text() == second.text()) return first;
  return Error{ErrorCode::kInvalidInput,
               "a new passphrase is typed twice alike; the two differ; run the command again"};
}

Result<bool> ask_yes(std::string_view question) {
  const Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!terminal.is_open()) return no_terminal();
  say(terminal.number(), concat(question, " Type yes to go on: "));
  std::string answer;
  while (answer.size() < kAnswerBytesMax) {
    char key = 0;
    const ssize_t count = ::read(terminal.number(), &key, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count != 1 || key == '\n') break;
    answer += key;
  }
  return answer == "yes";
}

}  // namespace proviso::commands
