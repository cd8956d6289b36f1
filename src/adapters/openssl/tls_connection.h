#pragma once

// The client's end of a TLS connection whose peer is checked during the handshake: not a byte is
// sent or taken before.
//
//   in       TLS 1.2 or later; the name or IP address of `host` must stand in the certificate if a
//            CA is trusted
//   errors   kInvalidInput  the certificate is not the camera's (the message has the fingerprint
//                           that was found), the peer does not speak TLS, the CA file is none:
//                           trying again as it is would change nothing
//            kUnavailable   no answer within the deadline, broken off, stopped
//   threads  thread-bound; SIGPIPE must be blocked in the thread (OpenSSL writes without
//            MSG_NOSIGNAL)

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "adapters/openssl/certificate.h"
#include "adapters/openssl/socket.h"
#include "base/core/result.h"

namespace proviso::openssl {

class TlsConnection {
 public:
  static Result<TlsConnection> open(Socket socket,
                                    const std::string& host,
                                    const Trust& trust,
                                    TimePoint deadline,
                                    const Waker& waker);

  // Bytes moved; 0 for nothing possible now (see wants()); closed for good: no value.
  std::optional<std::size_t> read(std::span<std::byte> into);
  std::optional<std::size_t> write(std::span<const std::byte> from);
  void say_goodbye();

  // What the last read or write that gave 0 waits for: POLLIN or POLLOUT.
  short read_wants() const { return read_wants_; }
  short write_wants() const { return write_wants_; }
  const Socket& socket() const { return socket_; }
  const Fingerprint& found() const { return check_->found; }  // Of the peer's certificate.

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };
  struct FreeSession {
    void operator()(SSL* session) const noexcept { SSL_free(session); }
  };
  // What the certificate callback looks at; it stays where it is while the connection moves.
  struct Check {
    Trust trust;
    Fingerprint found;
    std::string refusal;
  };

  TlsConnection() = default;
  Status prepare(Socket socket, const std::string& host, const Trust& trust);
  Status shake_hands(TimePoint deadline, const Waker& waker);
  Error handshake_failed(int result) const;
  static int check_certificate(X509_STORE_CTX* store, void* check);

  Socket socket_;
  std::string host_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<Check> check_;
  std::unique_ptr<SSL, FreeSession> session_;
  short read_wants_ = 0;
  short write_wants_ = 0;
};

}  // namespace proviso::openssl
