#pragma once

// One HTTP POST, with an answer that is bounded in time and size: how a checkpoint reaches a
// witness (safeguards/audit/witness.h).
//
//   in       https://HOST[:PORT][/PATH]; http:// only to 127.0.0.1 or [::1], as in a test or to a
//            proxy of the same machine. No name and password, no fragment
//   checked  the server's certificate for its name, TLS 1.2 or later, by the system's authorities
//            or by `ca_file` alone. Nothing switches this off
//   never    redirects (the answer is then 3xx, for the caller to judge), cookies, proxies from the
//            environment, compression, other protocols
//   limits   Limits; the answer's headers kHeaderBytesMax
//   errors   kInvalidInput  the URL is none of the above, or `ca_file` is no file of certificates
//            kUnavailable   no answer within the deadline, refused, broken off, stopped, or a
//                           certificate that is not the server's
//            kOverLimit     the answer is longer than `answer_bytes_max`
//   threads  reentrant; start_http() once before any thread
//
// By libcurl.

#include <chrono>
#include <cstddef>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace proviso::http {

inline constexpr std::size_t kUrlBytesMax = 2048;
inline constexpr std::size_t kHeaderBytesMax = std::size_t{16} * 1024;

struct Limits {
  std::chrono::milliseconds connect{5'000};
  std::chrono::milliseconds whole{15'000};  // From the look-up of the name to the last byte.
  std::size_t answer_bytes_max = std::size_t{64} * 1024;
};

struct Answer {
  int status = 0;
  std::string content_type;  // Empty where there is none.
  std::string body;
};

// Errors: kUnavailable if libcurl cannot start.
Status start_http();

// Errors: kInvalidInput as above.
Status check_url(std::string_view url);

// `ca_file`: PEM; empty for the system's authorities.
Result<Answer> post(const std::string& url,
                    std::string_view body,
                    const std::string& ca_file,
                    const Limits& limits,
                    const std::stop_token& stop);

}  // namespace proviso::http
