// Against tests/integration/http_server.py, with and without TLS.

#include "adapters/http/client.h"

#include <gtest/gtest.h>

#include <thread>

#include "adapters/openssl/certificates_tool.h"
#include "base/core/concat.h"

namespace proviso::http {
namespace {

using namespace std::chrono_literals;
using testing_tools::CertificateFiles;
using testing_tools::ChildProcess;
using testing_tools::TemporaryFolder;

class Server {
 public:
  explicit Server(const std::vector<std::string>& more = {}) : process_(words(more)) {
    const std::string line = process_.read_line();
    EXPECT_TRUE(line.starts_with("ready ")) << line;
    port_ = line.substr(line.find(' ') + 1);
  }
  std::string at(std::string_view path, std::string_view base = "http://127.0.0.1:") const {
    return concat(base, port_, path);
  }

 private:
  static std::vector<std::string> words(const std::vector<std::string>& more) {
    std::vector<std::string> all{"/usr/bin/python3",
                                 PROVISO_SOURCE "/tests/integration/http_server.py"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  ChildProcess process_;
  std::string port_;
};

class ClientTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(start_http());
    server = std::make_unique<Server>();
  }
  static void TearDownTestSuite() { server.reset(); }

  Result<Answer> posted(std::string_view path) {
    return post(server->at(path), "what was asked\n", "", limits_, stop_.get_token());
  }

  static inline std::unique_ptr<Server> server;
  Limits limits_;
  std::stop_source stop_;
};

TEST_F(ClientTest, SendsTheBodyAndTakesTheAnswerWithItsStatusAndType) {
  const auto echo = posted("/echo");
  ASSERT_TRUE(echo) << echo.error().message;
  EXPECT_EQ(echo.value().status, 200);
  EXPECT_EQ(echo.value().content_type, "text/plain");
  EXPECT_EQ(echo.value().body, "what was asked\n");
  const auto type = posted("/type");
  ASSERT_TRUE(type);
  EXPECT_EQ(type.value().status, 409);
  EXPECT_EQ(type.value().content_type, "text/x.tlog.size");
  EXPECT_EQ(type.value().body, "7\n");
  for (const int status : {400, 403, 404, 422, 500, 503}) {
    const auto answer = posted(concat("/status/", status));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer.value().status, status);
    EXPECT_EQ(answer.value().content_type, "");
  }
}

TEST_F(ClientTest, DoesNotGoWhereItIsSent) {
  const auto answer = posted("/redirect");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer.value().status, 302);
  EXPECT_EQ(answer.value().body, "");
}

TEST_F(ClientTest, SaysNothingOfItselfButItsName) {
  const auto seen = posted("/seen");
  ASSERT_TRUE(seen);
  const std::string& headers = seen.value().body;
  EXPECT_NE(headers.find("User-Agent: proviso\n"), std::string::npos) << headers;
  for (const char* other : {"Expect", "Cookie", "Authorization", "Referer", "Accept-Encoding"}) {
    EXPECT_EQ(headers.find(other), std::string::npos) << headers;
  }
}

TEST_F(ClientTest, TakesAnAnswerOfTheLimitAndNotOneByteMore) {
  limits_.answer_bytes_max = 100'000;
  const auto largest = posted("/bytes/100000");
  ASSERT_TRUE(largest) << largest.error().message;
  EXPECT_EQ(largest.value().body.size(), 100'000U);
  EXPECT_EQ(posted("/bytes/100001").error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(posted("/endless").error().code, ErrorCode::kOverLimit);
  EXPECT_TRUE(posted("/headers/15000"));
  EXPECT_EQ(posted("/headers/17000").error().code, ErrorCode::kOverLimit);
}

TEST_F(ClientTest, WaitsNoLongerThanItsDeadline) {
  limits_.whole = 200ms;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(posted("/silent").error().code, ErrorCode::kUnavailable);
  const auto waited = std::chrono::steady_clock::now() - start;
  EXPECT_GE(waited, 200ms);
  EXPECT_LT(waited, 3s);
  EXPECT_TRUE(posted("/echo"));
}

TEST_F(ClientTest, EndsWhenItIsToldTo) {
  const auto start = std::chrono::steady_clock::now();
  const std::jthread stopper([&] { stop_.request_stop(); });
  EXPECT_EQ(posted("/silent").error().code, ErrorCode::kUnavailable);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
}

TEST_F(ClientTest, AnAnswerThatIsBrokenOffIsNone) {
  EXPECT_EQ(posted("/cut").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(post("http://127.0.0.1:1/", "", "", limits_, {}).error().code, ErrorCode::kUnavailable);
}

TEST(Url, IsHttpsOrThisMachine) {
  for (const char* good : {"https://witness.example/prefix",
                           "https://witness.example:8443",
                           "http://127.0.0.1:7380",
                           "http://[::1]:7380/w"}) {
    EXPECT_TRUE(check_url(good)) << good;
  }
  for (const char* bad : {"",
                          "witness.example",
                          "http://witness.example",
                          "http://localhost:7380",
                          "http://127.0.0.1.evil.example/",
                          "http://127.0.0.1@evil.example/",
                          "https://user:secret@witness.example/",
                          "https://witness.example/#part",
                          "ftp://witness.example/",
                          "file:///etc/passwd",
                          "https:///path",
                          "https://a b/"}) {
    EXPECT_FALSE(check_url(bad)) << bad;
    EXPECT_EQ(post(bad, "", "", {}, {}).error().code, ErrorCode::kInvalidInput) << bad;
  }
  const std::string longest = concat("https://a/", std::string(kUrlBytesMax - 10, 'x'));
  EXPECT_TRUE(check_url(longest));
  EXPECT_FALSE(check_url(longest + "x"));
}

TEST(Tls, OnlyAServerThatProvesItsNameIsSpokenTo) {
  ASSERT_TRUE(start_http());
  const TemporaryFolder folder;
  const CertificateFiles right = make_certificate(folder, "right", "IP:127.0.0.1");
  const CertificateFiles other_name = make_certificate(folder, "other", "DNS:witness.example");
  const CertificateFiles stranger = make_certificate(folder, "stranger", "IP:127.0.0.1");
  const Server server({"--certificate", right.certificate, "--key", right.key});
  const Server misnamed({"--certificate", other_name.certificate, "--key", other_name.key});
  const auto asked = [](const Server& at, const std::string& ca_file) {
    return post(at.at("/echo", "https://127.0.0.1:"), "x", ca_file, {}, {});
  };
  const auto answer = asked(server, right.certificate);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer.value().body, "x");
  EXPECT_EQ(asked(server, "").error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(asked(server, stranger.certificate).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(asked(misnamed, other_name.certificate).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(asked(server, folder / "absent.pem").error().code, ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace proviso::http
