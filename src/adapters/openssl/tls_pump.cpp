#include "adapters/openssl/tls_pump.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <future>
#include <span>
#include <utility>

#include "adapters/openssl/socket.h"
#include "adapters/openssl/tls_connection.h"
#include "base/core/concat.h"

namespace proviso::openssl {
namespace {

using std::chrono::steady_clock;

// Bytes on their way in one direction.
class Buffer {
 public:
  std::span<std::byte> space() { return std::span(bytes_).subspan(end_); }
  std::span<const std::byte> pending() const {
    return std::span(bytes_).subspan(begin_, end_ - begin_);
  }
  void added(std::size_t count) { end_ += count; }
  void taken(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

 private:
  std::array<std::byte, kBufferBytes> bytes_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

// As TlsConnection's read and write.
std::optional<std::size_t> moved_of(ssize_t result) {
  if (result > 0) return static_cast<std::size_t>(result);
  const bool is_later = result < 0 && (errno == EAGAIN || errno == EINTR);
  return is_later ? std::optional<std::size_t>(0) : std::nullopt;
}
std::optional<std::size_t> receive(const Socket& socket, std::span<std::byte> into) {
  return moved_of(recv(socket.fd(), into.data(), into.size(), 0));
}
std::optional<std::size_t> send_to(const Socket& socket, std::span<const std::byte> from) {
  return moved_of(send(socket.fd(), from.data(), from.size(), MSG_NOSIGNAL));
}

// Copies between the decoder on loopback and the camera behind TLS.
class Copier {
 public:
  Copier(Socket local, TlsConnection camera, std::chrono::milliseconds stall, const Waker& waker)
      : local_(std::move(local)), camera_(std::move(camera)), stall_(stall), waker_(waker) {}

  void run() {
    TimePoint moved_at = steady_clock::now();
    while (true) {
      const bool has_moved = copy_once();
      if (local_is_closed_ && to_camera_.pending().empty()) return camera_.say_goodbye();
      if (camera_is_closed_ && to_local_.pending().empty()) return;
      if (has_moved) {
        moved_at = steady_clock::now();
      } else if (!wait(moved_at + stall_)) {
        return;
      }
    }
  }

 private:
  bool copy_once() {
    bool has_moved = false;
    const auto read = [&](Buffer& buffer, bool& is_closed, auto&& reader) {
      if (is_closed || buffer.space().empty()) return;
      const auto count = reader(buffer.space());
      is_closed = !count;
      buffer.added(count.value_or(0));
      has_moved |= count.value_or(1) > 0;
    };
    const auto write = [&](Buffer& buffer, bool& is_closed, auto&& writer) {
      if (buffer.pending().empty()) return;
      const auto count = is_closed ? std::nullopt : writer(buffer.pending());
      is_closed = !count;
      const std::size_t taken = count ? *count : buffer.pending().size();  // Nobody will read it.
      buffer.taken(taken);
      has_moved |= taken > 0;
    };
    read(to_camera_, local_is_closed_, [this](auto into) { return receive(local_, into); });
    write(to_camera_, camera_is_closed_, [this](auto from) { return camera_.write(from); });
    read(to_local_, camera_is_closed_, [this](auto into) { return camera_.read(into); });
    write(to_local_, local_is_closed_, [this](auto from) { return send_to(local_, from); });
    return has_moved;
  }

  // Until something can be copied; false when the pump must end. Only bytes that wait can stall.
  bool wait(TimePoint stalled_at) {
    const bool has_waiting = !to_camera_.pending().empty() || !to_local_.pending().empty();
    int local_events = 0;
    if (!local_is_closed_ && !to_camera_.space().empty()) local_events |= POLLIN;
    if (!to_local_.pending().empty()) local_events |= POLLOUT;
    int camera_events = 0;
    if (!camera_is_closed_ && !to_local_.space().empty()) camera_events |= camera_.read_wants();
    if (!to_camera_.pending().empty()) camera_events |= camera_.write_wants();
    std::array<pollfd, 3> watched{pollfd{.fd = waker_.fd(), .events = POLLIN, .revents = 0},
                                  pollfd{.fd = local_events == 0 ? -1 : local_.fd(),
                                         .events = static_cast<short>(local_events),
                                         .revents = 0},
                                  pollfd{.fd = camera_events == 0 ? -1 : camera_.socket().fd(),
                                         .events = static_cast<short>(camera_events),
                                         .revents = 0}};
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(stalled_at - steady_clock::now()).count();
    const int timeout_ms = has_waiting ? static_cast<int>(std::max<std::int64_t>(left, 0)) : -1;
    const int ready = poll(watched.data(), watched.size(), timeout_ms);
    if (ready < 0) return errno == EINTR;
    return ready > 0 && watched[0].revents == 0;
  }

  Socket local_;
  TlsConnection camera_;
  std::chrono::milliseconds stall_;
  const Waker& waker_;
  Buffer to_camera_;
  Buffer to_local_;
  bool local_is_closed_ = false;
  bool camera_is_closed_ = false;
};

struct Listener {
  Socket socket;
  std::uint16_t port = 0;
};

Result<Listener> listen_on_loopback() {
  Listener listener{
      .socket = Socket(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), .port = 0};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (!listener.socket.is_open() || bind(listener.socket.fd(), generic, size) != 0 ||
      listen(listener.socket.fd(), 1) != 0 ||
      getsockname(listener.socket.fd(), generic, &size) != 0) {
    return Error{ErrorCode::kUnavailable, "no port on loopback for the TLS pump; free some"};
  }
  listener.port = ntohs(address.sin_port);
  return listener;
}

void block_sigpipe() {
  sigset_t signals{};
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

std::string state_of(const Trust& trust, const Fingerprint& found) {
  if (trust.is_empty()) {
    return concat(
        "camera not authenticated (rtsps without CA or fingerprint; it shows ", found.text(), ")");
  }
  const std::string ca = trust.ca_file.empty() ? "" : concat("CA ", trust.ca_file);
  const std::string pin = trust.pinned ? concat("pinned ", trust.pinned->text()) : "";
  return concat("camera authenticated (", ca, ca.empty() || pin.empty() ? "" : ", ", pin, ")");
}

Result<TlsConnection> connect_camera(const TlsPumpOptions& options,
                                     TimePoint deadline,
                                     const Waker& waker,
                                     const std::stop_token& stop) {
  PROVISO_TRY(const auto addresses, look_up(options.host, options.port, deadline, stop));
  PROVISO_TRY(auto socket, connect_tcp(addresses, deadline, waker));
  return TlsConnection::open(std::move(socket), options.host, options.trust, deadline, waker);
}

}  // namespace

// What the pump's thread does from beginning to end.
class PumpThread {
 public:
  using Answer = std::promise<Result<TlsPump::Opened>>;

  static void run(const std::stop_token& own,
                  const std::stop_token& callers,
                  const TlsPumpOptions& options,
                  Answer answer) {
    block_sigpipe();
    const Waker waker;
    const std::stop_callback wake_by_owner(own, [&waker] { waker.wake(); });
    const std::stop_callback wake_by_caller(callers, [&waker] { waker.wake(); });
    const TimePoint deadline = steady_clock::now() + options.open_deadline;
    auto camera = connect_camera(options, deadline, waker, callers);
    if (!camera) return answer.set_value(camera.error());
    auto listening = listen_on_loopback();
    if (!listening) return answer.set_value(listening.error());
    Listener listener = std::move(listening).value();
    answer.set_value(TlsPump::Opened{
        .port = listener.port, .peer_state = state_of(options.trust, camera.value().found())});

    if (wait_for(listener.socket, POLLIN, steady_clock::now() + options.open_deadline, waker) !=
        Waited::kReady) {
      return;
    }
    Socket local(accept4(listener.socket.fd(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    listener.socket.close();
    if (!local.is_open()) return;
    local.send_at_once();
    const auto copier = std::make_unique<Copier>(
        std::move(local), std::move(camera).value(), options.stall_deadline, waker);
    copier->run();
  }
};

Result<std::unique_ptr<TlsPump>> TlsPump::open(const TlsPumpOptions& options,
                                               const std::stop_token& stop) {
  PumpThread::Answer answer;
  auto opened = answer.get_future();
  std::unique_ptr<TlsPump> pump(new TlsPump);
  pump->thread_ = std::jthread(PumpThread::run, stop, options, std::move(answer));
  PROVISO_TRY(pump->opened_, opened.get());
  return pump;
}

}  // namespace proviso::openssl
