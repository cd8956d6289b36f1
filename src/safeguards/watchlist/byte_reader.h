#pragma once

// Takes bytes off the front of a foreign table, and never past its end.
//
//   out      nothing where fewer bytes are left than asked for; the reader is then where it was
//   threads  one reader belongs to one thread
//   lifetime a reader looks at its bytes, which must outlive it and what it gave

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace proviso::watchlist {

class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  bool finished() const { return bytes_.empty(); }
  std::span<const std::byte> rest() const { return bytes_; }

  std::optional<std::span<const std::byte>> take(std::size_t count) {
    if (count > bytes_.size()) return std::nullopt;
    const auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  // Of a length that was itself read, and may be missing.
  std::optional<std::string_view> take_text(std::optional<std::uint8_t> length) {
    if (!length) return std::nullopt;
    const auto taken = take(*length);
    if (!taken) return std::nullopt;
    const auto* const first = reinterpret_cast<const char*>(taken->data());  // NOLINT(*-cast)
    return std::string_view(first, taken->size());
  }

  std::optional<std::uint8_t> take_byte() { return take_number<std::uint8_t>(); }
  std::optional<std::uint32_t> take_u32() {
    return take_number<std::uint32_t>();
  }  // Little-endian.

 private:
  template <typename Number>
  std::optional<Number> take_number() {
    const auto taken = take(sizeof(Number));
    if (!taken) return std::nullopt;
    Number number{};
    std::memcpy(&number, taken->data(), sizeof(Number));
    return number;
  }

  std::span<const std::byte> bytes_;
};

}  // namespace proviso::watchlist
