#pragma once

// A TCP socket whose every wait has a deadline and can be ended from another thread.
//
//   errors   kUnavailable: no answer, refused, stopped; the message says which
//   limits   kLookupsMax name lookups that hang at once in the whole process
//   threads  look_up and connect_tcp are reentrant; a Socket or Waker is thread-bound, except
//            Waker::wake()
//
// getaddrinfo() can hang for as long as its servers do not answer and cannot be ended: it runs on
// a thread of its own, which is left behind when the deadline passes.

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/core/result.h"

namespace proviso::openssl {

inline constexpr int kLookupsMax = 64;

using TimePoint = std::chrono::steady_clock::time_point;

// A file descriptor, closed with it. Move-only.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int fd) : fd_(fd) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  Socket(Socket&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  Socket& operator=(Socket&& other) noexcept;
  ~Socket() { close(); }

  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  void close();
  void send_at_once() const;  // A request is not held back to travel with the next (TCP_NODELAY).

 private:
  int fd_ = -1;
};

// Ends waits from another thread, for good.
class Waker {
 public:
  Waker();
  void wake() const;
  int fd() const { return event_.fd(); }

 private:
  Socket event_;
};

enum class Waited : std::uint8_t { kReady, kTooLate, kWoken };

// Until one of `events` (POLLIN, POLLOUT) or an error is there.
Waited wait_for(const Socket& socket, short events, TimePoint deadline, const Waker& waker);

struct PeerAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;

  std::string host() const;  // As digits, IPv6 without brackets.
};

// All addresses of a name, at least one, in the system's order of preference.
Result<std::vector<PeerAddress>> look_up(const std::string& host,
                                         std::uint16_t port,
                                         TimePoint deadline,
                                         const std::stop_token& stop);

// The first address that accepts; each gets an equal part of the time that is left.
Result<Socket> connect_tcp(const std::vector<PeerAddress>& addresses,
                           TimePoint deadline,
                           const Waker& waker);

}  // namespace proviso::openssl
