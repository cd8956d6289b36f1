#include "adapters/openssl/tls_pump.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <fstream>
#include <functional>
#include <future>

#include "adapters/openssl/certificates_tool.h"
#include "adapters/openssl/server_tool.h"
#include "adapters/openssl/socket.h"

namespace proviso::openssl {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing_tools::CertificateFiles;
using testing_tools::connect_to;
using testing_tools::count_of_self;
using testing_tools::make_certificate;
using testing_tools::receive_all;
using testing_tools::Server;
using testing_tools::TemporaryFolder;

constexpr auto kDeadline = 400ms;
constexpr auto kLate = 3s;  // Far over every deadline, for a machine that is busy.

// Speaks TLS with `files`, then does `talk`.
std::function<void(const Socket&)> over_tls(const CertificateFiles& files,
                                            std::function<void(SSL*)> talk,
                                            int version_max = TLS1_3_VERSION) {
  return [files, talk = std::move(talk), version_max](const Socket& peer) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, version_max);
    SSL_CTX_use_certificate_file(context, files.certificate.c_str(), SSL_FILETYPE_PEM);
    SSL_CTX_use_PrivateKey_file(context, files.key.c_str(), SSL_FILETYPE_PEM);
    SSL* session = SSL_new(context);
    SSL_set_fd(session, peer.fd());
    if (SSL_accept(session) == 1) talk(session);
    SSL_free(session);
    SSL_CTX_free(context);
  };
}

void echo(SSL* session) {
  std::array<char, 10'000> bytes{};
  int count = 0;
  while ((count = SSL_read(session, bytes.data(), bytes.size())) > 0) {
    if (SSL_write(session, bytes.data(), count) != count) return;
  }
}

class TlsPumpTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    right_ = make_certificate(*folder_, "camera", "DNS:localhost,IP:127.0.0.1");
    other_ = make_certificate(*folder_, "stranger", "DNS:camera.example");
  }
  static void TearDownTestSuite() { delete folder_; }

  static TlsPumpOptions options(const Server& server, Trust trust) {
    return {.host = "127.0.0.1",
            .port = server.port(),
            .trust = std::move(trust),
            .open_deadline = kDeadline,
            .stall_deadline = kDeadline};
  }
  static Trust ca(const CertificateFiles& files) {
    return {.ca_file = files.certificate, .pinned = {}};
  }
  static Trust pin(const CertificateFiles& files) {
    return {.ca_file = "", .pinned = files.fingerprint()};
  }
  // Opens within a generous deadline: the machine may be busy, and nothing here should fail late.
  static Result<std::unique_ptr<TlsPump>> open_well(const Server& server, Trust trust) {
    TlsPumpOptions chosen = options(server, std::move(trust));
    chosen.open_deadline = 10s;
    return TlsPump::open(chosen, {});
  }

  inline static TemporaryFolder* folder_ = nullptr;
  inline static CertificateFiles right_;
  inline static CertificateFiles other_;
};

TEST_F(TlsPumpTest, CopiesBothWaysWhatACameraOfATrustedCaSays) {
  const Server server(over_tls(right_, echo));
  const auto pump = open_well(server, ca(right_));
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  EXPECT_EQ(pump.value()->peer_state(), "camera authenticated (CA " + right_.certificate + ")");
  const Socket decoder = connect_to(pump.value()->port());
  std::string sent(5'000'000, '\0');
  for (std::size_t n = 0; n < sent.size(); ++n) sent[n] = static_cast<char>(n * 2654435761U >> 24U);
  std::jthread sender([&decoder, &sent] {
    for (std::size_t at = 0; at < sent.size();) {
      const ssize_t count = send(decoder.fd(), sent.data() + at, sent.size() - at, MSG_NOSIGNAL);
      if (count <= 0) return;
      at += static_cast<std::size_t>(count);
    }
  });
  EXPECT_EQ(receive_all(decoder, sent.size()), sent);
}

TEST_F(TlsPumpTest, APinnedCertificateNeedsNeitherCaNorName) {
  const Server server(over_tls(other_, echo));
  const auto pump = open_well(server, pin(other_));
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  EXPECT_EQ(pump.value()->peer_state(),
            "camera authenticated (pinned " + other_.fingerprint().text() + ")");
}

TEST_F(TlsPumpTest, WithCaAndPinBothMustHold) {
  const Server server(over_tls(right_, echo));
  Trust both = ca(right_);
  both.pinned = right_.fingerprint();
  {
    const auto pump = open_well(server, both);
    ASSERT_TRUE(pump.has_value()) << pump.error().message;
    EXPECT_NE(pump.value()->peer_state().find(", pinned "), std::string::npos);
  }
  both.pinned = other_.fingerprint();
  EXPECT_EQ(open_well(server, both).error().code, ErrorCode::kInvalidInput);
  both = {.ca_file = other_.certificate, .pinned = right_.fingerprint()};
  EXPECT_EQ(open_well(server, both).error().code, ErrorCode::kInvalidInput);
}

TEST_F(TlsPumpTest, WithoutCaAndPinItSaysThatNobodyIsAuthenticated) {
  const Server server(over_tls(right_, echo));
  const auto pump = open_well(server, {});
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  EXPECT_TRUE(pump.value()->peer_state().starts_with(
      "camera not authenticated (rtsps without CA or fingerprint"));
  EXPECT_NE(pump.value()->peer_state().find(right_.fingerprint().text()), std::string::npos);
}

// Each wrong certificate is refused for good, and the camera's end hears not a byte.
TEST_F(TlsPumpTest, AWrongCertificateIsRefusedAndItsFingerprintIsSaid) {
  std::atomic<int> talks{0};
  const auto counted = [&talks](SSL* session) {
    char byte = 0;
    if (SSL_read(session, &byte, 1) > 0) talks.fetch_add(1);
  };
  const Server right(over_tls(right_, counted));
  const Server other(over_tls(other_, counted));
  struct Case {
    const Server& server;
    const CertificateFiles& shown;
    Trust trust;
    std::string why;
  };
  const std::vector<Case> cases{
      {right, right_, ca(other_), "self-signed"},
      {right, right_, pin(other_), "not the pinned " + other_.fingerprint().text()},
      {other, other_, ca(other_), "IP address mismatch"},
  };
  for (const Case& wrong : cases) {
    const auto pump = open_well(wrong.server, wrong.trust);
    ASSERT_FALSE(pump.has_value()) << wrong.why;
    EXPECT_EQ(pump.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(pump.error().message.find(wrong.why), std::string::npos) << pump.error().message;
    EXPECT_NE(pump.error().message.find(wrong.shown.fingerprint().text()), std::string::npos);
  }
  EXPECT_EQ(talks.load(), 0);
}

TEST_F(TlsPumpTest, ANameIsCheckedAsANameAndAnAddressAsAnAddress) {
  const Server right(over_tls(right_, echo));
  TlsPumpOptions by_name = options(right, ca(right_));
  by_name.open_deadline = 10s;
  by_name.host = "localhost";
  EXPECT_TRUE(TlsPump::open(by_name, {}).has_value());

  const Server other(over_tls(other_, echo));
  by_name = options(other, ca(other_));
  by_name.open_deadline = 10s;
  by_name.host = "localhost";
  const auto refused = TlsPump::open(by_name, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("hostname mismatch"), std::string::npos)
      << refused.error().message;
}

TEST_F(TlsPumpTest, OldTlsIsRefused) {
  const Server old(over_tls(right_, echo, TLS1_1_VERSION));
  const auto pump = open_well(old, ca(right_));
  ASSERT_FALSE(pump.has_value());
  EXPECT_EQ(pump.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(pump.error().message.find("TLS 1.2"), std::string::npos) << pump.error().message;
  const Server oldest_allowed(over_tls(right_, echo, TLS1_2_VERSION));
  EXPECT_TRUE(open_well(oldest_allowed, ca(right_)).has_value());
}

TEST_F(TlsPumpTest, APeerThatSpeaksNoTlsIsRefused) {
  const Server plain([](const Socket& peer) {
    const std::string answer = "RTSP/1.0 400 Bad Request\r\n\r\n";
    send(peer.fd(), answer.data(), answer.size(), MSG_NOSIGNAL);
    receive_all(peer, 1'000'000);
  });
  const auto pump = open_well(plain, ca(right_));
  ASSERT_FALSE(pump.has_value());
  EXPECT_EQ(pump.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(pump.error().message.find("no TLS with 127.0.0.1"), std::string::npos)
      << pump.error().message;
}

TEST_F(TlsPumpTest, APeerThatBreaksOffMayBeTriedAgain) {
  const Server closing([](const Socket&) {});
  const auto pump = open_well(closing, ca(right_));
  ASSERT_FALSE(pump.has_value());
  EXPECT_EQ(pump.error().code, ErrorCode::kUnavailable);
}

TEST_F(TlsPumpTest, SilenceEndsAtTheDeadline) {
  const Server silent([](const Socket& peer) { receive_all(peer, 1'000'000); });
  const auto began = steady_clock::now();
  const auto pump = TlsPump::open(options(silent, ca(right_)), {});
  ASSERT_FALSE(pump.has_value());
  EXPECT_EQ(pump.error().code, ErrorCode::kUnavailable);
  EXPECT_GE(steady_clock::now() - began, kDeadline);
  EXPECT_LT(steady_clock::now() - began, kLate);
}

TEST_F(TlsPumpTest, AClosedPortAndAnUnknownNameMayBeTriedAgain) {
  TlsPumpOptions gone;
  {
    const Server server([](const Socket&) {});
    gone = options(server, {});
  }
  EXPECT_EQ(TlsPump::open(gone, {}).error().code, ErrorCode::kUnavailable);
  gone.host = "no-such-camera.invalid";
  const auto began = steady_clock::now();
  const auto unknown = TlsPump::open(gone, {});
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(unknown.error().message.find("no-such-camera.invalid"), std::string::npos);
  EXPECT_LT(steady_clock::now() - began, kLate);
}

TEST_F(TlsPumpTest, ACaFileThatIsNoneIsRefused) {
  const Server server(over_tls(right_, echo));
  const std::string text = *folder_ / "text.pem";
  std::ofstream(text) << "no certificate";
  for (const std::string& file : {text, *folder_ / "absent.pem"}) {
    const auto pump = open_well(server, {.ca_file = file, .pinned = {}});
    ASSERT_FALSE(pump.has_value());
    EXPECT_EQ(pump.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(pump.error().message.find(file), std::string::npos) << pump.error().message;
  }
}

TEST_F(TlsPumpTest, OnlyOneConnectionIsAccepted) {
  const Server server(over_tls(right_, echo));
  const auto pump = open_well(server, ca(right_));
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  const Socket first = connect_to(pump.value()->port());
  ASSERT_TRUE(first.is_open());
  ASSERT_EQ(send(first.fd(), "a", 1, MSG_NOSIGNAL), 1);
  ASSERT_EQ(receive_all(first, 1), "a");  // The pump has accepted it by now.
  EXPECT_FALSE(connect_to(pump.value()->port()).is_open());
}

TEST_F(TlsPumpTest, WhenTheCameraClosesTheDecoderReadsTheEnd) {
  const Server server(over_tls(right_, [](SSL* session) { SSL_write(session, "bye", 3); }));
  const auto pump = open_well(server, ca(right_));
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  const Socket decoder = connect_to(pump.value()->port());
  EXPECT_EQ(receive_all(decoder, 1000), "bye");
}

TEST_F(TlsPumpTest, ADecoderThatReadsNothingIsCutOff) {
  std::promise<void> cut_off;
  auto is_cut_off = cut_off.get_future();
  const Server server(over_tls(right_, [&cut_off](SSL* session) {
    const std::string much(100'000, 'm');
    while (SSL_write(session, much.data(), static_cast<int>(much.size())) > 0) continue;
    cut_off.set_value();
  }));
  const auto pump = open_well(server, ca(right_));
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  const Socket decoder = connect_to(pump.value()->port());
  EXPECT_EQ(is_cut_off.wait_for(10s), std::future_status::ready);
}

TEST_F(TlsPumpTest, AStopEndsAnOpeningThatIsUnderWay) {
  std::stop_source stop;
  const Server silent([&stop](const Socket& peer) {
    stop.request_stop();
    receive_all(peer, 1'000'000);
  });
  TlsPumpOptions patient = options(silent, {});
  patient.open_deadline = 60s;
  const auto began = steady_clock::now();
  const auto pump = TlsPump::open(patient, stop.get_token());
  ASSERT_FALSE(pump.has_value());
  EXPECT_EQ(pump.error().code, ErrorCode::kUnavailable);
  EXPECT_LT(steady_clock::now() - began, kLate);
}

TEST_F(TlsPumpTest, AnInterruptEndsTheCopying) {
  const Server server(over_tls(right_, echo));
  const auto pump = open_well(server, ca(right_));
  ASSERT_TRUE(pump.has_value()) << pump.error().message;
  const Socket decoder = connect_to(pump.value()->port());
  pump.value()->interrupt();
  EXPECT_EQ(receive_all(decoder, 1), "");
}

TEST_F(TlsPumpTest, FiftyPumpsLeaveNothingBehind) {
  const Server server(over_tls(right_, echo));
  const auto once = [&] {
    const auto pump = open_well(server, ca(right_));
    ASSERT_TRUE(pump.has_value()) << pump.error().message;
    const Socket decoder = connect_to(pump.value()->port());
    ASSERT_EQ(send(decoder.fd(), "a", 1, MSG_NOSIGNAL), 1);
    ASSERT_EQ(receive_all(decoder, 1), "a");
  };
  once();
  const std::size_t descriptors = count_of_self("fd");
  const std::size_t threads = count_of_self("task");
  for (int n = 0; n < 50; ++n) once();
  EXPECT_LE(count_of_self("fd"), descriptors + 1);  // The server may still hold its last peer.
  EXPECT_EQ(count_of_self("task"), threads);
}

}  // namespace
}  // namespace proviso::openssl
