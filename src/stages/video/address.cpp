#include "stages/video/address.h"

#include <algorithm>
#include <charconv>

#include "base/core/concat.h"
#include "base/core/utf8.h"

namespace proviso::video {
namespace {

constexpr std::string_view kRtsp = "rtsp://";
constexpr std::string_view kRtsps = "rtsps://";
constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kEndsOfAuthority = "/?#";
constexpr std::uint16_t kRtspPort = 554;
constexpr std::uint16_t kRtspsPort = 322;

Error refused(std::string_view what) {
  return {ErrorCode::kInvalidInput,
          concat("camera address: ", what, "; give a file, /dev/videoN, rtsp:// or rtsps://")};
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with_scheme(std::string_view typed, std::string_view scheme) {
  return typed.size() >= scheme.size() &&
         std::equal(scheme.begin(), scheme.end(), typed.begin(), [](char a, char b) {
           return a == lower(b);
         });
}

// "scheme:" at the start, as in http://x or concat:a|b. A path with a colon later is a file.
bool has_scheme(std::string_view typed) {
  const std::size_t colon = typed.find(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  return std::all_of(typed.begin(), typed.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-' ||
           c == '.';
  });
}

bool is_device(std::string_view typed) {
  constexpr std::string_view kByNumber = "/dev/video";
  constexpr std::string_view kByName = "/dev/v4l/";
  if (typed.starts_with(kByName)) return true;
  const std::string_view number = typed.substr(std::min(kByNumber.size(), typed.size()));
  return typed.starts_with(kByNumber) && !number.empty() &&
         number.find_first_not_of(kDigits) == std::string_view::npos;
}

Result<Address> without_user(Transport transport, std::string_view scheme, std::string_view rest) {
  Address address;
  address.transport = transport;
  const std::size_t path = std::min(rest.find_first_of(kEndsOfAuthority), rest.size());
  if (rest.substr(path).find('@') != std::string_view::npos) {
    return refused(
        "an '@' after the first '/', '?' or '#'; write '/' in a password as %2F and '@' in a path "
        "as %40");
  }
  const std::size_t at = rest.rfind('@');
  if (at != std::string_view::npos) {
    const std::string_view user = rest.substr(0, at);
    if (user.size() > kUserBytesMax) {
      return refused(concat(
          "user and password of ", user.size(), " bytes, at most ", kUserBytesMax, " can be sent"));
    }
    const std::size_t colon = user.find(':');
    address.user = user.substr(0, colon);
    if (address.user.empty()) return refused("a password without a user");
    if (colon != std::string_view::npos) address.password = user.substr(colon + 1);
    rest = rest.substr(at + 1);
  }
  address.text = concat(scheme, rest);
  PROVISO_TRY_DONE(host_port(address));
  return address;
}

Result<std::uint16_t> port_of(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    return refused("the port is not 1 to 65535");
  }
  return port;
}

}  // namespace

Result<Address> Address::parse(std::string_view typed) {
  if (typed.empty()) return refused("empty");
  if (typed.front() == '-') return refused("starts with '-'");
  if (!is_printable_utf8(typed, kAddressBytesMax)) {
    return refused(concat("not printable text of at most ", kAddressBytesMax, " bytes"));
  }
  if (starts_with_scheme(typed, kRtsp)) {
    return without_user(Transport::kRtsp, kRtsp, typed.substr(kRtsp.size()));
  }
  if (starts_with_scheme(typed, kRtsps)) {
    return without_user(Transport::kRtsps, kRtsps, typed.substr(kRtsps.size()));
  }
  if (has_scheme(typed)) {
    return refused(
        concat("scheme ", in_quotes(typed.substr(0, typed.find(':') + 1)), " is not read"));
  }
  Address address;
  address.transport = is_device(typed) ? Transport::kDevice : Transport::kFile;
  address.text = typed;
  return address;
}

Result<HostPort> host_port(const Address& address) {
  PROVISO_CHECK(address.transport == Transport::kRtsp || address.transport == Transport::kRtsps);
  const bool is_tls = address.transport == Transport::kRtsps;
  std::string_view rest(address.text);
  rest.remove_prefix(is_tls ? kRtsps.size() : kRtsp.size());
  HostPort found;
  found.port = is_tls ? kRtspsPort : kRtspPort;
  const std::size_t path = std::min(rest.find_first_of(kEndsOfAuthority), rest.size());
  const std::string_view authority = rest.substr(0, path);
  found.rest = rest.substr(path);

  std::size_t port_at = authority.find(':');
  if (authority.starts_with('[')) {  // IPv6
    const std::size_t bracket = authority.find(']');
    if (bracket == std::string_view::npos) return refused("no closing ']'");
    found.host = authority.substr(1, bracket - 1);
    port_at = bracket + 1 == authority.size() ? std::string_view::npos : bracket + 1;
    if (port_at != std::string_view::npos && authority[port_at] != ':') {
      return refused("something other than a port after ']'");
    }
  } else {
    found.host = authority.substr(0, port_at);
  }
  if (found.host.empty()) return refused("no host");
  if (port_at != std::string_view::npos) {
    PROVISO_TRY(found.port, port_of(authority.substr(port_at + 1)));
  }
  return found;
}

}  // namespace proviso::video
