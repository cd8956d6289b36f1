#pragma once

// Secret bytes (a passphrase, a private key) in guarded memory: locked against swap, left out of
// core dumps, between guard pages, wiped when the holder dies (sodium_malloc).
//
// Errors: create() gives kUnavailable if memory is refused.
// Threads: values of one owner; reading is thread-safe.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "base/core/result.h"

namespace proviso::crypto {

class Secret {
 public:
  // `size` zeroed bytes, at least 1.
  static Result<Secret> create(std::size_t size);
  // Copies; the caller wipes what it copied from.
  static Result<Secret> copy_of(std::span<const std::byte> bytes);

  Secret(Secret&& other) noexcept = default;
  Secret& operator=(Secret&& other) noexcept = default;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() = default;

  std::size_t size() const { return size_; }
  std::span<std::byte> bytes() { return {block_.get(), size_}; }
  std::span<const std::byte> bytes() const { return {block_.get(), size_}; }
  // The same bytes; look, and do not copy them into a std::string.
  std::string_view text() const;

 private:
  struct Free {
    void operator()(std::byte* block) const noexcept;
  };
  Secret(std::unique_ptr<std::byte, Free> block, std::size_t size)
      : block_(std::move(block)), size_(size) {}

  std::unique_ptr<std::byte, Free> block_;
  std::size_t size_;
};

}  // namespace proviso::crypto
