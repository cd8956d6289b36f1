#include "adapters/http/client.h"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "base/core/concat.h"

namespace proviso::http {
namespace {

struct CloseHandle {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct FreeHeaders {
  void operator()(curl_slist* headers) const noexcept { curl_slist_free_all(headers); }
};
struct FreeUrl {
  void operator()(CURLU* url) const noexcept { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const noexcept { curl_free(text); }
};
using Handle = std::unique_ptr<CURL, CloseHandle>;
using Headers = std::unique_ptr<curl_slist, FreeHeaders>;
using Url = std::unique_ptr<CURLU, FreeUrl>;

Error bad_url(std::string_view url, std::string_view why) {
  return Error{ErrorCode::kInvalidInput,
               concat("a witness is at https://HOST[:PORT][/PATH], or at http:// on this machine; ",
                      in_quotes(url),
                      " ",
                      why,
                      "; correct the address")};
}

// The part of a URL; empty where there is none.
std::string part(const Url& url, CURLUPart which) {
  char* text = nullptr;
  if (curl_url_get(url.get(), which, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> held(text);
  return text;
}

// What libcurl's callbacks reach.
struct Exchange {
  std::string body;
  std::size_t header_bytes = 0;
  const Limits& limits;
  const std::stop_token& stop;
  bool is_too_long = false;
};

// libcurl ends the transfer when fewer bytes are taken than it gave.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* exchange) {
  auto& taken = *static_cast<Exchange*>(exchange);
  const std::size_t length = size * count;
  if (length > taken.limits.answer_bytes_max - taken.body.size()) {
    taken.is_too_long = true;
    return 0;
  }
  taken.body.append(bytes, length);
  return length;
}

std::size_t count_header(char* /*bytes*/, std::size_t size, std::size_t count, void* exchange) {
  auto& taken = *static_cast<Exchange*>(exchange);
  const std::size_t length = size * count;
  if (length > kHeaderBytesMax - taken.header_bytes) {
    taken.is_too_long = true;
    return 0;
  }
  taken.header_bytes += length;
  return length;
}

int asked_to_stop(void* exchange, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<Exchange*>(exchange)->stop.stop_requested() ? 1 : 0;
}

// Sets options, and remembers whether all were taken.
class Options {
 public:
  explicit Options(CURL* handle) : handle_(handle) {}

  template <typename Setting>
  Options& set(CURLoption option, Setting setting) {
    are_taken_ = are_taken_ && curl_easy_setopt(handle_, option, setting) == CURLE_OK;
    return *this;
  }
  bool are_taken() const { return are_taken_; }

 private:
  CURL* handle_;
  bool are_taken_ = true;
};

bool prepare(CURL* handle, const std::string& url, const std::string& ca_file, Exchange& exchange) {
  Options options(handle);
  options.set(CURLOPT_URL, url.c_str())
      .set(CURLOPT_PROTOCOLS_STR, "https,http")
      .set(CURLOPT_FOLLOWLOCATION, 0L)
      .set(CURLOPT_PROXY, "")
      .set(CURLOPT_NOSIGNAL, 1L)
      .set(CURLOPT_USERAGENT, "proviso")
      .set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(exchange.limits.connect.count()))
      .set(CURLOPT_TIMEOUT_MS, static_cast<long>(exchange.limits.whole.count()))
      .set(CURLOPT_SSL_VERIFYPEER, 1L)
      .set(CURLOPT_SSL_VERIFYHOST, 2L)
      .set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2))
      .set(CURLOPT_WRITEFUNCTION, take_body)
      .set(CURLOPT_WRITEDATA, static_cast<void*>(&exchange))
      .set(CURLOPT_HEADERFUNCTION, count_header)
      .set(CURLOPT_HEADERDATA, static_cast<void*>(&exchange))
      .set(CURLOPT_NOPROGRESS, 0L)
      .set(CURLOPT_XFERINFOFUNCTION, asked_to_stop)
      .set(CURLOPT_XFERINFODATA, static_cast<void*>(&exchange));
  if (!ca_file.empty()) options.set(CURLOPT_CAINFO, ca_file.c_str()).set(CURLOPT_CAPATH, nullptr);
  return options.are_taken();
}

Error failed(CURLcode code, const std::string& url, const Exchange& exchange) {
  if (exchange.is_too_long) {
    return Error{ErrorCode::kOverLimit,
                 concat("an answer has at most ",
                        exchange.limits.answer_bytes_max,
                        " bytes, and ",
                        kHeaderBytesMax,
                        " of headers; that of ",
                        in_quotes(url),
                        " is longer; check the address")};
  }
  if (code == CURLE_SSL_CACERT_BADFILE) {
    return Error{ErrorCode::kInvalidInput,
                 "the file of authorities must hold certificates in PEM; it cannot be read"};
  }
  return Error{ErrorCode::kUnavailable,
               concat("the witness must answer in time and prove its name; ",
                      in_quotes(url),
                      ": ",
                      curl_easy_strerror(code),
                      "; try again later")};
}

}  // namespace

Status start_http() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK) return Done{};
  return Error{ErrorCode::kUnavailable, "libcurl must start; it does not: install it again"};
}

Status check_url(std::string_view url) {
  if (url.size() > kUrlBytesMax) return bad_url(url, "is too long");
  const Url parsed(curl_url());
  if (!parsed ||
      curl_url_set(parsed.get(), CURLUPART_URL, std::string(url).c_str(), 0) != CURLUE_OK ||
      url.find('\0') != std::string_view::npos) {
    return bad_url(url, "is no URL");
  }
  if (!part(parsed, CURLUPART_USER).empty() || !part(parsed, CURLUPART_PASSWORD).empty() ||
      url.find('@') != std::string_view::npos) {
    return bad_url(url, "has a user in it");
  }
  if (url.find('#') != std::string_view::npos) return bad_url(url, "has a fragment");
  // libcurl would take the first part of the path for the host.
  if (url.find(":///") != std::string_view::npos) return bad_url(url, "has no host");
  const std::string scheme = part(parsed, CURLUPART_SCHEME);
  const std::string host = part(parsed, CURLUPART_HOST);
  if (scheme == "https") return Done{};
  if (scheme != "http") return bad_url(url, "is of another protocol");
  if (host == "127.0.0.1" || host == "[::1]") return Done{};
  return bad_url(url, "would go unprotected over a network");
}

Result<Answer> post(const std::string& url,
                    std::string_view body,
                    const std::string& ca_file,
                    const Limits& limits,
                    const std::stop_token& stop) {
  PROVISO_TRY_DONE(check_url(url));
  const Handle handle(curl_easy_init());
  Exchange exchange{.body = {}, .limits = limits, .stop = stop};
  // Unasked, libcurl would wait for `100 Continue`, and call the body a form.
  Headers headers(curl_slist_append(nullptr, "Expect:"));
  if (!headers ||
      curl_slist_append(headers.get(), "Content-Type: application/octet-stream") == nullptr ||
      !handle || !prepare(handle.get(), url, ca_file, exchange)) {
    return Error{ErrorCode::kUnavailable, "libcurl must take its options; it does not"};
  }
  Options options(handle.get());
  options.set(CURLOPT_HTTPHEADER, headers.get())
      .set(CURLOPT_POST, 1L)
      .set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()))
      // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): its size is given above.
      .set(CURLOPT_POSTFIELDS, body.data());
  if (!options.are_taken()) return failed(CURLE_BAD_FUNCTION_ARGUMENT, url, exchange);
  if (const CURLcode code = curl_easy_perform(handle.get()); code != CURLE_OK) {
    return failed(code, url, exchange);
  }
  long status = 0;
  char* type = nullptr;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(handle.get(), CURLINFO_CONTENT_TYPE, &type);
  return Answer{.status = static_cast<int>(status),
                .content_type = type == nullptr ? "" : type,
                .body = std::move(exchange.body)};
}

}  // namespace proviso::http
