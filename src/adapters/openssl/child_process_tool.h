#pragma once

// For tests: programs of the machine (openssl, ffmpeg, a camera made of GStreamer) as children that
// end with the test.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/core/check.h"

namespace proviso::testing_tools {

// A running program; its standard output can be read, what it says on the error output is lost.
class ChildProcess {
 public:
  explicit ChildProcess(const std::vector<std::string>& arguments) {
    std::vector<char*> words;
    for (const std::string& word : arguments) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    std::array<int, 2> ends{};
    PROVISO_CHECK(pipe2(ends.data(), O_CLOEXEC) == 0);
    id_ = fork();
    PROVISO_CHECK(id_ >= 0);
    if (id_ == 0) run(words, ends[1]);
    close(ends[1]);
    output_ = ends[0];
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ChildProcess(ChildProcess&& other) noexcept
      : id_(std::exchange(other.id_, -1)), output_(std::exchange(other.output_, -1)) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess() {
    kill();
    if (output_ >= 0) close(output_);
  }

  // The next line of its output, without the line's end; empty when it has none any more.
  std::string read_line() const {
    std::string line;
    char c = 0;
    while (read(output_, &c, 1) == 1 && c != '\n') line += c;
    return line;
  }

  void kill() {
    if (id_ <= 0) return;
    ::kill(id_, SIGKILL);
    wait();
  }

  // Stands still, its connections open, until it is killed.
  void freeze() const { ::kill(id_, SIGSTOP); }

  // Its exit code, or -1.
  int wait() {
    int status = 0;
    const pid_t waited = waitpid(std::exchange(id_, -1), &status, 0);
    return waited > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  [[noreturn]] static void run(const std::vector<char*>& words, int output) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) _exit(127);
    dup2(nothing, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(nothing, STDERR_FILENO);
    execvp(words[0], words.data());
    _exit(127);
  }

  pid_t id_ = -1;
  int output_ = -1;
};

inline void run_to_end(const std::vector<std::string>& arguments) {
  std::string line;
  for (const std::string& word : arguments) line += word + ' ';
  ASSERT_EQ(ChildProcess(arguments).wait(), 0) << line;
}

// A new folder, removed with everything in it.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-test-XXXXXX").string();
    PROVISO_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  TemporaryFolder(TemporaryFolder&&) = delete;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }

  std::string operator/(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

// How many descriptors or threads this process has: "fd" or "task".
inline std::size_t count_of_self(const std::string& kind) {
  const std::filesystem::directory_iterator entries("/proc/self/" + kind);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace proviso::testing_tools
