#pragma once

// The program `age` at work: bytes to it or from it, what it says on stderr, and its end. For
// age.cpp alone.
//
// Errors: as age.h. Threads: thread-bound.

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/core/descriptor.h"
#include "base/core/result.h"

namespace proviso::age {

enum class Task : std::uint8_t { kSeal, kOpen };

class Child {
 public:
  // Sealing, it writes to `file` and reads from us; opening, it reads `file` and writes to us.
  static Result<std::unique_ptr<Child>> start(Task task,
                                              std::span<const std::string> words,
                                              Descriptor file);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  Child(Child&&) = delete;
  Child& operator=(Child&&) = delete;
  ~Child();  // Ends it.

  Status write(std::span<const std::byte> bytes);
  // How many bytes came; 0 at the end.
  Result<std::size_t> read(std::span<std::byte> into);
  // Waits for its end; where that was no success, the error has what it said.
  Status finish();

  int file() const { return file_.number(); }

 private:
  Child(Task task, int id, Descriptor file, Descriptor pipe, Descriptor words)
      : task_(task),
        id_(id),
        file_(std::move(file)),
        pipe_(std::move(pipe)),
        words_(std::move(words)) {}
  // Waits until the pipe is ready for `events`, or where they are 0 until its words end; takes in
  // its words meanwhile.
  Status wait_for(short events);
  void listen();
  void kill();

  Task task_;
  int id_;  // -1 once it has ended.
  Descriptor file_;
  Descriptor pipe_;
  Descriptor words_;  // Its stderr.
  std::string said_;
};

}  // namespace proviso::age
