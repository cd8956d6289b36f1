#pragma once

// For tests: a scripted server on loopback, and sockets to talk to it.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "adapters/openssl/socket.h"

namespace proviso::testing_tools {

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// A server on loopback that hands every connection to `serve`, one after another.
class Server {
 public:
  explicit Server(std::function<void(const openssl::Socket&)> serve)
      : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_.fd(), generic, size), 0);
    EXPECT_EQ(listen(listener_.fd(), 8), 0);
    EXPECT_EQ(getsockname(listener_.fd(), generic, &size), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::jthread([this, serve = std::move(serve)] {
      signal(SIGPIPE, SIG_IGN);
      while (true) {
        const openssl::Socket peer(accept4(listener_.fd(), nullptr, nullptr, SOCK_CLOEXEC));
        if (!peer.is_open()) return;
        peer.send_at_once();
        serve(peer);
      }
    });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  Server(Server&&) = delete;
  Server& operator=(Server&&) = delete;
  ~Server() { shutdown(listener_.fd(), SHUT_RDWR); }

  std::uint16_t port() const { return port_; }

 private:
  openssl::Socket listener_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

inline openssl::Socket connect_to(std::uint16_t port) {
  openssl::Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  if (connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    socket.close();
  }
  return socket;
}

inline std::string receive_all(const openssl::Socket& socket, std::size_t bytes_max) {
  std::string all;
  std::array<char, 65'536> bytes{};
  while (all.size() < bytes_max) {
    const ssize_t count = recv(socket.fd(), bytes.data(), bytes.size(), 0);
    if (count <= 0) break;
    all.append(bytes.data(), static_cast<std::size_t>(count));
  }
  return all;
}

}  // namespace proviso::testing_tools
