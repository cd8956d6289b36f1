#include "adapters/openssl/socket.h"

#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/core/concat.h"

namespace proviso::openssl {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

Error unavailable(std::string message) {
  return {ErrorCode::kUnavailable, std::move(message)};
}

std::string reason(int code) {
  return std::system_category().message(code);
}

int milliseconds_until(TimePoint deadline) {
  const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
  return static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
}

// What getaddrinfo() found, shared with its thread, which may outlive the one that asked.
struct Lookup {
  std::mutex mutex;
  std::condition_variable_any finished;
  bool is_finished = false;
  int code = 0;
  std::vector<PeerAddress> addresses;
};

std::atomic<int>& lookups_under_way() {
  static std::atomic<int> count{0};
  return count;
}

int ask(const std::string& host, std::uint16_t port, int flags, std::vector<PeerAddress>& found) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* first = nullptr;
  const int code = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &first);
  if (code != 0) return code;
  for (const addrinfo* entry = first; entry != nullptr; entry = entry->ai_next) {
    PeerAddress& address = found.emplace_back();
    PROVISO_CHECK(entry->ai_addrlen <= sizeof address.bytes);
    std::memcpy(&address.bytes, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
  }
  freeaddrinfo(first);
  return 0;
}

const sockaddr* generic(const sockaddr_storage& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

Result<Socket> connect_one(const PeerAddress& address, TimePoint deadline, const Waker& waker) {
  Socket socket(::socket(address.bytes.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return unavailable(concat("no socket: ", reason(errno)));
  if (connect(socket.fd(), generic(address.bytes), address.size) != 0 && errno != EINPROGRESS) {
    return unavailable(reason(errno));
  }
  switch (wait_for(socket, POLLOUT, deadline, waker)) {
    case Waited::kWoken: return unavailable("stopped");
    case Waited::kTooLate: return unavailable("no answer");
    case Waited::kReady: break;
  }
  int failed = 0;
  socklen_t size = sizeof failed;
  if (getsockopt(socket.fd(), SOL_SOCKET, SO_ERROR, &failed, &size) != 0) failed = errno;
  if (failed != 0) return unavailable(reason(failed));
  socket.send_at_once();
  return socket;
}

}  // namespace

Socket& Socket::operator=(Socket&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = std::exchange(other.fd_, -1);
  }
  return *this;
}

void Socket::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void Socket::send_at_once() const {
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Waker::Waker() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  PROVISO_CHECK(event_.is_open());
}

void Waker::wake() const {
  const eventfd_t one = 1;
  eventfd_write(event_.fd(), one);  // It can only fail by being awake already.
}

Waited wait_for(const Socket& socket, short events, TimePoint deadline, const Waker& waker) {
  std::array<pollfd, 2> watched{pollfd{.fd = waker.fd(), .events = POLLIN, .revents = 0},
                                pollfd{.fd = socket.fd(), .events = events, .revents = 0}};
  while (true) {
    const int ready = poll(watched.data(), watched.size(), milliseconds_until(deadline));
    if (ready > 0 && watched[0].revents != 0) return Waited::kWoken;
    if (ready > 0) return Waited::kReady;
    if (ready == 0 && steady_clock::now() >= deadline) return Waited::kTooLate;
    PROVISO_CHECK(ready == 0 || errno == EINTR);
  }
}

std::string PeerAddress::host() const {
  std::array<char, NI_MAXHOST> text{};
  const int code = getnameinfo(
      generic(bytes), size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST | NI_NUMERICSERV);
  PROVISO_CHECK(code == 0);
  return text.data();
}

Result<std::vector<PeerAddress>> look_up(const std::string& host,
                                         std::uint16_t port,
                                         TimePoint deadline,
                                         const std::stop_token& stop) {
  std::vector<PeerAddress> numeric;
  if (ask(host, port, AI_NUMERICHOST, numeric) == 0) return numeric;

  const auto failed = [&host](std::string_view why) {
    return unavailable(concat(
        "the name ", in_quotes(host), " was not found: ", why, "; check the name and the network"));
  };
  if (lookups_under_way().fetch_add(1) >= kLookupsMax) {
    lookups_under_way().fetch_sub(1);
    return failed("too many lookups hang already");
  }
  const auto lookup = std::make_shared<Lookup>();
  std::thread([lookup, host, port] {
    std::vector<PeerAddress> found;
    const int code = ask(host, port, AI_ADDRCONFIG, found);
    lookups_under_way().fetch_sub(1);
    const std::lock_guard lock(lookup->mutex);
    lookup->code = code;
    lookup->addresses = std::move(found);
    lookup->is_finished = true;
    lookup->finished.notify_all();
  }).detach();
  std::unique_lock lock(lookup->mutex);
  if (!lookup->finished.wait_until(
          lock, stop, deadline, [&lookup] { return lookup->is_finished; })) {
    return failed(stop.stop_requested() ? "stopped" : "no answer from the name servers");
  }
  if (lookup->code != 0) return failed(gai_strerror(lookup->code));
  return std::move(lookup->addresses);
}

Result<Socket> connect_tcp(const std::vector<PeerAddress>& addresses,
                           TimePoint deadline,
                           const Waker& waker) {
  PROVISO_CHECK(!addresses.empty());
  std::string why;
  for (std::size_t n = 0; n < addresses.size(); ++n) {
    const auto left = deadline - steady_clock::now();
    const auto share = left / static_cast<steady_clock::rep>(addresses.size() - n);
    auto socket = connect_one(addresses[n], steady_clock::now() + share, waker);
    if (socket) return socket;
    why = socket.error().message;
  }
  return unavailable(
      concat("no connection: ", why, "; check that the camera is on, its address and the network"));
}

}  // namespace proviso::openssl
