#pragma once

// Brings a camera behind TLS to a loopback port: FFmpeg 5.1 cannot verify a TLS peer, so it talks
// to this pump in the clear, within this machine, and the pump to the camera.
//
//   in       the camera's host and port, and what makes it the camera (certificate.h)
//   out      port(), on 127.0.0.1, where exactly one connection is accepted, once, within
//            `open_deadline`; bytes are copied both ways until either side closes
//   errors   of open: as TlsConnection::open, after the peer was verified or refused
//   limits   a buffer of kBufferBytes each way; a peer that takes no byte for `stall_deadline` is
//            cut off
//   threads  one thread per pump (docs/threads.md); interrupt() may be called by any
//
// Whoever is on this machine could connect first, and the decoder would then find the port closed:
// a local stranger gets no more than an unauthenticated RTSP session, and the camera is offline.

#include <chrono>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "adapters/openssl/certificate.h"
#include "base/core/result.h"

namespace proviso::openssl {

inline constexpr std::size_t kBufferBytes = 65'536;

struct TlsPumpOptions {
  std::string host;
  std::uint16_t port = 0;
  Trust trust;
  std::chrono::milliseconds open_deadline{10'000};  // Name, connection and handshake together.
  std::chrono::milliseconds stall_deadline{5'000};
};

class TlsPump {
 public:
  // `stop` ends the opening and, later, the copying.
  static Result<std::unique_ptr<TlsPump>> open(const TlsPumpOptions& options,
                                               const std::stop_token& stop);
  TlsPump(const TlsPump&) = delete;
  TlsPump& operator=(const TlsPump&) = delete;
  TlsPump(TlsPump&&) = delete;
  TlsPump& operator=(TlsPump&&) = delete;
  ~TlsPump() = default;  // Ends the thread and waits for it.

  std::uint16_t port() const { return opened_.port; }
  // Whether the camera is authenticated, by what, or why not.
  const std::string& peer_state() const { return opened_.peer_state; }
  void interrupt() { thread_.request_stop(); }

 private:
  friend class PumpThread;
  struct Opened {
    std::uint16_t port = 0;
    std::string peer_state;
  };
  TlsPump() = default;

  Opened opened_;
  std::jthread thread_;
};

}  // namespace proviso::openssl
