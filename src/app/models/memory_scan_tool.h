#pragma once

// For tests: does this process still hold a template anywhere in its memory?
//
// A needle is kWindowBytes of a template, kept under a mask, so that looking for it does not put it
// there. Every readable and writable mapping is read at steps of 4 bytes, which is where floats
// stand. Works without root and for a process that is not dumpable (process_vm_readv on itself).
//
// Threads: thread-bound; what other threads write meanwhile may be missed. Not for sanitized
// builds: their shadow memory has no end.

#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "base/core/check.h"

namespace proviso::models {

inline constexpr std::size_t kWindowBytes = 32;
inline constexpr std::uint8_t kMask = 0x5A;

struct Needle {
  std::string form;  // "raw", "normalised", "fused".
  std::array<std::uint8_t, kWindowBytes> masked{};
};

// Three windows of a template: its beginning, middle and end.
inline void add_needles(std::vector<Needle>& needles,
                        const std::string& form,
                        std::span<const float> values) {
  const auto bytes = std::as_bytes(values);
  for (const std::size_t at :
       {std::size_t{0}, bytes.size() / 2 - kWindowBytes / 2, bytes.size() - kWindowBytes}) {
    Needle needle{.form = form, .masked = {}};
    for (std::size_t n = 0; n < kWindowBytes; ++n) {
      needle.masked.at(n) =
          static_cast<std::uint8_t>(std::to_integer<std::uint8_t>(bytes[at + n]) ^ kMask);
    }
    needles.push_back(std::move(needle));
  }
}

class MemoryScan {
 public:
  MemoryScan()
      : buffer_(static_cast<std::uint8_t*>(::mmap(
            nullptr, kBufferBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    PROVISO_CHECK(buffer_ != MAP_FAILED);
  }
  MemoryScan(const MemoryScan&) = delete;
  MemoryScan& operator=(const MemoryScan&) = delete;
  MemoryScan(MemoryScan&&) = delete;
  MemoryScan& operator=(MemoryScan&&) = delete;
  ~MemoryScan() { ::munmap(buffer_, kBufferBytes); }

  // How many places hold each of `needles`, in their order.
  std::vector<int> count(std::span<const Needle> needles) {
    std::vector<int> found(needles.size(), 0);
    std::vector<char> starts(std::size_t{1} << 16U, 0);  // A byte each is fastest.
    for (const Needle& needle : needles) starts[hash(two_floats(needle.masked.data()))] = 1;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      const auto [from, to] = range_of(line);
      if (from == to || from == reinterpret_cast<std::uintptr_t>(buffer_)) continue;  // NOLINT
      scan(from, to, needles, starts, found);
    }
    std::fill_n(buffer_, kBufferBytes, std::uint8_t{0});
    return found;
  }

 private:
  static constexpr std::size_t kBufferBytes = std::size_t{1} << 22U;

  // 16 bits of two floats' hash: the low bits of one float alone are everywhere in memory.
  static std::uint16_t hash(std::uint64_t two_floats) {
    return static_cast<std::uint16_t>(two_floats * 0x9E3779B97F4A7C15U >> 48U);
  }
  static std::uint64_t two_floats(const std::uint8_t* bytes) {
    std::uint64_t floats = 0;
    std::memcpy(&floats, bytes, sizeof floats);
    return floats;
  }

  // Empty unless the mapping can be written to.
  static std::pair<std::uintptr_t, std::uintptr_t> range_of(const std::string& line) {
    std::size_t dash = 0;
    const std::uintptr_t from = std::stoull(line, &dash, 16);
    std::size_t end = 0;
    const std::uintptr_t to = std::stoull(line.substr(dash + 1), &end, 16);
    const bool is_open = line.compare(dash + 1 + end + 1, 2, "rw") == 0;
    return is_open ? std::pair{from, to} : std::pair{from, from};
  }

  void scan(std::uintptr_t from,
            std::uintptr_t to,
            std::span<const Needle> needles,
            const std::vector<char>& starts,
            std::vector<int>& found) {
    for (std::uintptr_t at = from; at < to; at += kBufferBytes - kWindowBytes) {
      const std::size_t wanted = std::min<std::size_t>(kBufferBytes, to - at);
      iovec local{.iov_base = buffer_, .iov_len = wanted};
      iovec remote{.iov_base = reinterpret_cast<void*>(at), .iov_len = wanted};  // NOLINT
      const ssize_t got = ::process_vm_readv(::getpid(), &local, 1, &remote, 1, 0);
      if (got <= 0) return;  // Guard pages and the like.
      // Asked of every float: no call may be in the loop.
      const char* const is_start = starts.data();
      for (std::size_t n = 0; n + kWindowBytes <= static_cast<std::size_t>(got); n += 4) {
        const std::uint64_t masked = two_floats(buffer_ + n) ^ (kMask * 0x0101010101010101U);
        if (is_start[hash(masked)] != 0) compare(n, needles, found);
      }
      if (wanted < kBufferBytes) return;
    }
  }

  void compare(std::size_t at, std::span<const Needle> needles, std::vector<int>& found) const {
    for (std::size_t n = 0; n < needles.size(); ++n) {
      bool is_same = true;
      for (std::size_t byte = 0; byte < kWindowBytes && is_same; ++byte) {
        is_same = (buffer_[at + byte] ^ kMask) == needles[n].masked.at(byte);
      }
      found[n] += is_same ? 1 : 0;
    }
  }

  std::uint8_t* buffer_;
};

}  // namespace proviso::models
