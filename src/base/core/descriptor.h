#pragma once

// What every folder that talks to the kernel about files shares: who closes a descriptor, how all
// bytes are written, and how a refused call is told.
//
// Errors: failed_call() makes them. Threads: reentrant; a Descriptor belongs to one thread.

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "base/core/result.h"

namespace proviso {

// Owns a file descriptor; a negative number is none.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { static_cast<void>(close()); }

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  // True if there was nothing to close. Some file systems report a failed write only here.
  bool close();

 private:
  int number_;
};

// False, with errno, if a write is refused; one that a signal broke off goes on.
bool write_all(int descriptor, std::span<const std::byte> bytes);

// `<call> of "<path>" failed: <why>`, with the next step. Reads errno: to be called before anything
// that may change it. kNotFound if there is no such path, else kUnavailable.
Error failed_call(std::string_view call, const std::filesystem::path& path);

}  // namespace proviso
