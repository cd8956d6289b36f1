#include "adapters/openssl/tls_connection.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <array>

#include "base/core/concat.h"

namespace proviso::openssl {
namespace {

Error refused(std::string message) {
  return {ErrorCode::kInvalidInput, std::move(message)};
}

// The oldest words of OpenSSL's queue, which is emptied.
std::string openssl_reason() {
  const char* text = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return text == nullptr ? "broken off" : text;
}

bool is_ip_address(const std::string& host) {
  ASN1_OCTET_STRING* address = a2i_IPADDRESS(host.c_str());
  ASN1_OCTET_STRING_free(address);
  ERR_clear_error();
  return address != nullptr;
}

}  // namespace

int TlsConnection::check_certificate(X509_STORE_CTX* store, void* check) {
  auto& [trust, found, refusal] = *static_cast<Check*>(check);
  unsigned size = 0;
  const X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (certificate == nullptr ||
      X509_digest(certificate, EVP_sha256(), found.bytes.data(), &size) != 1) {
    refusal = "it shows none";
    return 0;
  }
  PROVISO_CHECK(size == found.bytes.size());
  if (trust.pinned &&
      CRYPTO_memcmp(trust.pinned->bytes.data(), found.bytes.data(), found.bytes.size()) != 0) {
    refusal = concat("its fingerprint is not the pinned ", trust.pinned->text());
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
    return 0;
  }
  if (!trust.ca_file.empty() && X509_verify_cert(store) != 1) {
    refusal = X509_verify_cert_error_string(X509_STORE_CTX_get_error(store));
    return 0;
  }
  return 1;
}

Status TlsConnection::prepare(Socket socket, const std::string& host, const Trust& trust) {
  ERR_clear_error();
  socket_ = std::move(socket);
  host_ = host;
  check_ = std::make_unique<Check>(Check{.trust = trust, .found = {}, .refusal = {}});
  context_.reset(SSL_CTX_new(TLS_client_method()));
  PROVISO_CHECK(context_ != nullptr);
  SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
  SSL_CTX_set_options(context_.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(context_.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context_.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context_.get(), check_certificate, check_.get());
  if (!trust.ca_file.empty() &&
      SSL_CTX_load_verify_file(context_.get(), trust.ca_file.c_str()) != 1) {
    return refused(concat("the CA file ",
                          trust.ca_file,
                          " cannot be used: ",
                          openssl_reason(),
                          "; give a PEM file with the certificate of the CA"));
  }
  session_.reset(SSL_new(context_.get()));
  PROVISO_CHECK(session_ != nullptr);
  X509_VERIFY_PARAM* rules = SSL_get0_param(session_.get());
  // A camera's own certificate may be trusted as it is, without the CA that issued it.
  X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_ip = is_ip_address(host);
  const int named = is_ip ? X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str())
                          : X509_VERIFY_PARAM_set1_host(rules, host.data(), host.size());
  if (named != 1 || (!is_ip && SSL_set_tlsext_host_name(session_.get(), host.c_str()) != 1) ||
      SSL_set_fd(session_.get(), socket_.fd()) != 1) {
    return refused(concat("the name ", in_quotes(host), " cannot be checked; correct it"));
  }
  return Done{};
}

Error TlsConnection::handshake_failed(int result) const {
  if (!check_->refusal.empty()) {
    ERR_clear_error();
    return refused(concat("the certificate of ",
                          host_,
                          " is refused: ",
                          check_->refusal,
                          "; it has the SHA-256 fingerprint ",
                          check_->found.text(),
                          "; pin that only if the camera itself shows the same"));
  }
  const bool is_broken_off = result != SSL_ERROR_SSL ||
                             ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING;
  const std::string why = openssl_reason();
  if (is_broken_off) {
    return {ErrorCode::kUnavailable,
            concat(host_, " broke off the TLS handshake; check that this port speaks TLS")};
  }
  return refused(
      concat("no TLS with ",
             host_,
             ": ",
             why,
             "; it needs TLS 1.2 or later on this port; correct the port, or use rtsp://"));
}

Status TlsConnection::shake_hands(TimePoint deadline, const Waker& waker) {
  while (true) {
    const int done = SSL_connect(session_.get());
    if (done == 1) return Done{};
    const int result = SSL_get_error(session_.get(), done);
    if (result != SSL_ERROR_WANT_READ && result != SSL_ERROR_WANT_WRITE) {
      return handshake_failed(result);
    }
    const short wants = result == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    switch (wait_for(socket_, wants, deadline, waker)) {
      case Waited::kReady: break;
      case Waited::kWoken: return Error{ErrorCode::kUnavailable, "stopped"};
      case Waited::kTooLate:
        return Error{
            ErrorCode::kUnavailable,
            concat("no TLS answer from ", host_, " in time; check that this port speaks TLS")};
    }
  }
}

Result<TlsConnection> TlsConnection::open(Socket socket,
                                          const std::string& host,
                                          const Trust& trust,
                                          TimePoint deadline,
                                          const Waker& waker) {
  TlsConnection connection;
  PROVISO_TRY_DONE(connection.prepare(std::move(socket), host, trust));
  PROVISO_TRY_DONE(connection.shake_hands(deadline, waker));
  return connection;
}

std::optional<std::size_t> TlsConnection::read(std::span<std::byte> into) {
  ERR_clear_error();
  std::size_t moved = 0;
  const int done = SSL_read_ex(session_.get(), into.data(), into.size(), &moved);
  if (done == 1) return moved;
  switch (SSL_get_error(session_.get(), done)) {
    case SSL_ERROR_WANT_READ: read_wants_ = POLLIN; return 0;
    case SSL_ERROR_WANT_WRITE: read_wants_ = POLLOUT; return 0;
    default: return std::nullopt;
  }
}

std::optional<std::size_t> TlsConnection::write(std::span<const std::byte> from) {
  ERR_clear_error();
  std::size_t moved = 0;
  const int done = SSL_write_ex(session_.get(), from.data(), from.size(), &moved);
  if (done == 1) return moved;
  switch (SSL_get_error(session_.get(), done)) {
    case SSL_ERROR_WANT_READ: write_wants_ = POLLIN; return 0;
    case SSL_ERROR_WANT_WRITE: write_wants_ = POLLOUT; return 0;
    default: return std::nullopt;
  }
}

void TlsConnection::say_goodbye() {
  ERR_clear_error();
  SSL_shutdown(session_.get());
  ERR_clear_error();
}

}  // namespace proviso::openssl
