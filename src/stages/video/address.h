#pragma once

// Where a camera is, as people type it: a file, a device, or an rtsp(s) URL.
//
//   in      at most kAddressBytesMax of printable text
//   out     the kind, and the address without user and password, which stands in statements and
//           logs; the secret stays apart
//   errors  kInvalidInput for another scheme (http:, file:, concat:, ...), no host, a bad port, an
//           '@' after the path has begun (it may end a password with a '/' in it), an empty
//           address or one that starts with '-'; the message never repeats a password
//   threads values
//
// A password that a camera wants inside the path or query is part of the address: it cannot be told
// from the rest (docs/cameras.md).
// Source: RFC 7826 4.2 (rtsp, rtsps), RFC 3986 3.2.1 (user information).

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso::video {

inline constexpr std::size_t kAddressBytesMax = 1024;
inline constexpr std::size_t kUserBytesMax = 127;  // "user:password" as typed; what FFmpeg keeps.

enum class Transport : std::uint8_t { kFile, kDevice, kRtsp, kRtsps };

struct Address {
  Transport transport = Transport::kFile;
  std::string text;  // Without user and password; the scheme in lower case.
  std::string user;  // As typed (percent-encoded).
  std::string password;

  bool is_live() const { return transport != Transport::kFile; }  // Else a recording.
  static Result<Address> parse(std::string_view typed);
};

struct HostPort {
  std::string host;  // A name or an IP address, IPv6 without brackets.
  std::uint16_t port = 0;
  std::string rest;  // From the first '/', '?' or '#' on, or empty.
};
// Of an rtsp(s) address (PROVISO_CHECK). Errors: kInvalidInput for no host or a bad port.
Result<HostPort> host_port(const Address& address);

}  // namespace proviso::video
