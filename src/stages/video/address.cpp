#include "stages/video/address.h"

#include <algorithm>
#include <charconv>

#include "base/core/concat.h"
#include "base/core/utf8.h"

namespace proviso::video {
namespace {

constexpr std::string_view kRtsp = "rtsp://";
constexpr std::string_view kRtsps = "rtsps://";
constexpr std::uint16_t kRtspPort = 554;
constexpr std::uint16_t kRtspsPort = 322;

Error refused(std::string_view what) {
  return {ErrorCode::kInvalidInput,
          concat("camera address: ", what, "; give a file, /dev/videoN, rtsp:// or rtsps://")};
}

// "scheme:" at the start, as in http://x or concat:a|b. A path with a colon later is a file.
bool has_scheme(std::string_view typed) {
  const std::size_t colon = typed.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(typed.begin(), typed.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '-' || c == '.';
  });
}

Address without_user(Transport transport, std::string_view scheme, std::string_view rest) {
  Address address;
  address.transport = transport;
  const std::size_t path = rest.find('/');
  const std::string_view authority = rest.substr(0, path);
  const std::size_t at = authority.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = authority.substr(0, at);
    const std::size_t colon = user.find(':');
    address.user = user.substr(0, colon);
    if (colon != std::string_view::npos) address.password = user.substr(colon + 1);
    rest = rest.substr(at + 1);
  }
  address.text = concat(scheme, rest);
  return address;
}

}  // namespace

Result<Address> Address::parse(std::string_view typed) {
  if (typed.empty()) return refused("empty");
  if (typed.front() == '-') return refused("starts with '-'");
  if (!is_printable_utf8(typed, kAddressBytesMax)) {
    return refused("not printable text of at most 1024 bytes");
  }
  if (typed.starts_with(kRtsp)) {
    return without_user(Transport::kRtsp, kRtsp, typed.substr(kRtsp.size()));
  }
  if (typed.starts_with(kRtsps)) {
    return without_user(Transport::kRtsps, kRtsps, typed.substr(kRtsps.size()));
  }
  if (has_scheme(typed)) {
    return refused(concat("scheme ", in_quotes(typed.substr(0, typed.find(':') + 1))));
  }
  Address address;
  address.transport = typed.starts_with("/dev/") ? Transport::kDevice : Transport::kFile;
  address.text = typed;
  return address;
}

Result<HostPort> host_port(const Address& address) {
  PROVISO_CHECK(address.transport == Transport::kRtsp || address.transport == Transport::kRtsps);
  const bool tls = address.transport == Transport::kRtsps;
  std::string_view rest(address.text);
  rest.remove_prefix(tls ? kRtsps.size() : kRtsp.size());
  HostPort found;
  found.port = tls ? kRtspsPort : kRtspPort;
  const std::size_t path = rest.find('/');
  std::string_view authority = rest.substr(0, path);
  if (path != std::string_view::npos) found.rest = rest.substr(path);

  std::size_t port_at = authority.rfind(':');
  if (authority.starts_with('[')) {  // IPv6
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return refused("no closing ']'");
    found.host = authority.substr(1, bracket - 1);
    port_at = authority.find(':', bracket);
  } else {
    found.host = authority.substr(0, port_at);
  }
  if (found.host.empty()) return refused("no host");
  if (port_at != std::string_view::npos) {
    const std::string_view digits = authority.substr(port_at + 1);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), found.port);
    if (error != std::errc{} || end != digits.data() + digits.size() || found.port == 0) {
      return refused("the port is not 1 to 65535");
    }
  }
  return found;
}

}  // namespace proviso::video
