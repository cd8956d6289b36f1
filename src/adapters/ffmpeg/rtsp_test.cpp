// Cameras over RTSP: GStreamer's server for what real ones do (tests/integration/rtsp_server.py),
// scripted sockets for what no good one does. Skipped, loudly, where Debian's packages of that
// server are absent (tools/dev/packages.txt).

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "adapters/ffmpeg/media_tool.h"
#include "adapters/ffmpeg/source.h"
#include "adapters/openssl/certificates_tool.h"
#include "adapters/openssl/server_tool.h"
#include "base/core/concat.h"

namespace proviso::ffmpeg {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using testing_tools::address_of;
using testing_tools::CertificateFiles;
using testing_tools::ChildProcess;
using testing_tools::count_of_self;
using testing_tools::make_certificate;
using testing_tools::receive_all;
using testing_tools::Server;
using testing_tools::source_options;
using testing_tools::SourceResult;
using testing_tools::TemporaryFolder;

constexpr const char* kServer = PROVISO_SOURCE "/tests/integration/rtsp_server.py";
constexpr const char* kClip = PROVISO_DEPS "/media/carphone_pristine.mp4";
constexpr auto kShort = 300ms;           // A deadline that a test waits for.
constexpr auto kLate = 3s;               // Far over kShort, for a machine that is busy.
constexpr int kFramesUntilReport = 200;  // RFC 3550 6.2: the first RTCP report comes within 3.1 s.

// The camera. Ports by name: plain, digest, basic, tls.
class Camera {
 public:
  explicit Camera(const CertificateFiles& files, int port = 0)
      : process_({"/usr/bin/python3",
                  kServer,
                  "--clip",
                  kClip,
                  "--port",
                  std::to_string(port),
                  "--certificate",
                  files.certificate,
                  "--key",
                  files.key}) {
    while (true) {
      const std::string line = process_.read_line();
      if (line.empty() || line == "ready") break;
      const std::size_t space = line.find(' ');
      ports_[line.substr(0, space)] = std::stoi(line.substr(space + 1));
    }
    EXPECT_EQ(ports_.size(), 4U) << "the server does not start";
  }

  int port(const std::string& name) const { return ports_.at(name); }
  std::string at(const std::string& name, const std::string& path) const {
    return "127.0.0.1:" + std::to_string(port(name)) + path;
  }
  void kill() { process_.kill(); }
  void freeze() { process_.freeze(); }

 private:
  ChildProcess process_;
  std::map<std::string, int> ports_;
};

class RtspTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ChildProcess probe(
        {"/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"});
    if (probe.wait() != 0) return;
    folder_ = std::make_unique<TemporaryFolder>();
    right_ = make_certificate(*folder_, "camera", "DNS:localhost,IP:127.0.0.1");
    other_ = make_certificate(*folder_, "stranger", "IP:127.0.0.1");
    camera_ = std::make_unique<Camera>(right_);
  }
  static void TearDownTestSuite() {
    camera_.reset();
    folder_.reset();
  }
  void SetUp() override {
    if (camera_ == nullptr) {
      GTEST_SKIP() << "SKIPPED LOUDLY: no GStreamer RTSP server; run ./dev test, which installs it";
    }
  }

  SourceResult open_at(const std::string& typed,
                       const SourceOptions& options = source_options()) const {
    return open(address_of(typed), options, clock_);
  }
  static SourceOptions trusting(const std::string& ca_file,
                                std::optional<openssl::Fingerprint> pinned) {
    SourceOptions options = source_options();
    options.trust = {.ca_file = ca_file, .pinned = pinned};
    return options;
  }
  static SourceOptions with_read_deadline(std::chrono::milliseconds deadline) {
    SourceOptions options = source_options();
    options.read_deadline = deadline;
    return options;
  }
  static std::optional<video::Frame> next_frame(video::Source& source) {
    auto next = source.next();
    if (!next || !std::holds_alternative<video::Frame>(next.value())) return std::nullopt;
    return std::get<video::Frame>(std::move(next).value());
  }
  // Reads until the source fails, which it must before `frames_max`.
  static Error failure_of(video::Source& source, int frames_max) {
    for (int n = 0; n < frames_max; ++n) {
      const auto next = source.next();
      if (!next) return next.error();
    }
    ADD_FAILURE() << "it goes on";
    return {ErrorCode::kNotFound, ""};
  }
  void expect_plays(const std::string& typed,
                    const SourceOptions& options = source_options()) const {
    const auto opened = open_at(typed, options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_TRUE(next_frame(*opened.value()).has_value()) << typed;
  }
  Error refusal_of(const std::string& typed,
                   const SourceOptions& options = source_options()) const {
    const auto opened = open_at(typed, options);
    if (!opened) return opened.error();
    ADD_FAILURE() << typed << " was opened";
    return {ErrorCode::kNotFound, ""};
  }

  inline static std::unique_ptr<TemporaryFolder> folder_;
  inline static CertificateFiles right_;
  inline static CertificateFiles other_;
  inline static std::unique_ptr<Camera> camera_;
  SystemClock clock_;
};

TEST_F(RtspTest, PlaysTimedByArrivalWithTheCamerasOwnTimeBeside) {
  const WallTime before = clock_.wall();
  const auto opened = open_at("rtsp://" + camera_->at("plain", "/live"));
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  EXPECT_EQ(opened.value()->peer_state(), "camera not authenticated (plain RTSP)");
  WallTime last = before;
  bool has_camera_time = false;
  for (int n = 1; n <= kFramesUntilReport; ++n) {
    const auto frame = next_frame(*opened.value());
    ASSERT_TRUE(frame.has_value()) << n;
    EXPECT_EQ(frame->pixels.size, (image::SizePx{320, 240}));
    EXPECT_EQ(frame->key.sequence, static_cast<std::uint64_t>(n));
    EXPECT_GE(frame->key.captured_at, last);
    EXPECT_LE(frame->key.captured_at, clock_.wall());
    last = frame->key.captured_at;
    if (!frame->camera_time) continue;
    has_camera_time = true;
    EXPECT_LT(std::chrono::abs(*frame->camera_time - frame->key.captured_at), 5s);  // One machine.
    break;
  }
  EXPECT_TRUE(has_camera_time);
}

TEST_F(RtspTest, AWrongPasswordIsRefusedAndNeverRepeated) {
  for (const std::string method : {"digest", "basic"}) {
    const std::string place = camera_->at(method, "/clip");
    for (const std::string user : {"officer:wrong-word@", "officer@", ""}) {
      const Error refused = refusal_of(concat("rtsp://", user, place));
      EXPECT_EQ(refused.code, ErrorCode::kInvalidInput) << method;
      EXPECT_NE(refused.message.find("user or password refused"), std::string::npos)
          << refused.message;
      EXPECT_EQ(refused.message.find("wrong-word"), std::string::npos) << refused.message;
    }
    expect_plays("rtsp://officer:secret@" + place);
  }
}

TEST_F(RtspTest, AnUnknownPathIsRefused) {
  const Error refused = refusal_of("rtsp://" + camera_->at("plain", "/absent"));
  EXPECT_EQ(refused.code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.message.find("404"), std::string::npos) << refused.message;
}

TEST_F(RtspTest, ACameraWithSoundAloneHasNoVideo) {
  const Error refused = refusal_of("rtsp://" + camera_->at("plain", "/audio"));
  EXPECT_EQ(refused.code, ErrorCode::kInvalidInput);
  EXPECT_TRUE(refused.message.starts_with("no video in rtsp://127.0.0.1:")) << refused.message;
}

TEST_F(RtspTest, SilenceAfterTheConnectionEndsAtTheDeadline) {
  const Server silent([](const openssl::Socket& peer) { receive_all(peer, 1'000'000); });
  SourceOptions options = source_options();
  options.open_deadline = kShort;
  const std::string place = "127.0.0.1:" + std::to_string(silent.port()) + "/a";
  for (const std::string scheme : {"rtsp://", "rtsps://"}) {
    const auto began = steady_clock::now();
    const Error refused = refusal_of(scheme + place, options);
    EXPECT_EQ(refused.code, ErrorCode::kUnavailable) << refused.message;
    EXPECT_GE(steady_clock::now() - began, kShort);
    EXPECT_LT(steady_clock::now() - began, kLate);
  }
}

TEST_F(RtspTest, ACameraThatFallsSilentIsLeftAtTheDeadline) {
  Camera camera(right_);
  const auto opened =
      open_at("rtsp://" + camera.at("plain", "/live"), with_read_deadline(2 * kShort));
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  ASSERT_TRUE(next_frame(*opened.value()).has_value());
  camera.freeze();
  const auto began = steady_clock::now();
  const Error failed = failure_of(*opened.value(), 100);
  EXPECT_EQ(failed.code, ErrorCode::kUnavailable);
  EXPECT_NE(failed.message.find("no frame within 600 ms"), std::string::npos) << failed.message;
  EXPECT_LT(steady_clock::now() - began, kLate);
}

TEST_F(RtspTest, ACameraThatIsKilledPlaysAgainWhenItIsBack) {
  std::optional<Camera> camera(std::in_place, right_);
  const int port = camera->port("plain");
  const std::string typed = "rtsp://" + camera->at("plain", "/live");
  {
    const auto opened = open_at(typed);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    ASSERT_TRUE(next_frame(*opened.value()).has_value());
    camera->kill();
    EXPECT_EQ(failure_of(*opened.value(), 100).code, ErrorCode::kUnavailable);
  }
  EXPECT_EQ(refusal_of(typed).code, ErrorCode::kUnavailable);  // While it is away.
  camera.emplace(right_, port);
  expect_plays(typed);
}

TEST_F(RtspTest, ACameraThatSendsUsElsewhereIsRefusedBeforeAByteGoesThere) {
  std::atomic<int> bytes_elsewhere{0};
  const Server elsewhere([&bytes_elsewhere](const openssl::Socket& peer) {
    bytes_elsewhere += static_cast<int>(receive_all(peer, 1'000'000).size());
  });
  const Server sending_on([&elsewhere](const openssl::Socket& peer) {
    std::string request;
    for (int sequence = 1; !(request = receive_all(peer, 1)).empty(); ++sequence) {
      while (!request.ends_with("\r\n\r\n")) request += receive_all(peer, 1);
      const std::string answer = request.starts_with("OPTIONS")
                                     ? "RTSP/1.0 200 OK\r\nPublic: DESCRIBE\r\n"
                                     : "RTSP/1.0 302 Found\r\nLocation: rtsp://127.0.0.1:" +
                                           std::to_string(elsewhere.port()) + "/b\r\n";
      const std::string sent = answer + "CSeq: " + std::to_string(sequence) + "\r\n\r\n";
      send(peer.fd(), sent.data(), sent.size(), MSG_NOSIGNAL);
    }
  });
  const Error refused =
      refusal_of("rtsp://officer:secret@127.0.0.1:" + std::to_string(sending_on.port()) + "/a");
  EXPECT_EQ(refused.code, ErrorCode::kInvalidInput) << refused.message;
  EXPECT_NE(refused.message.find("sends us on"), std::string::npos) << refused.message;
  EXPECT_EQ(bytes_elsewhere.load(), 0);
}

TEST_F(RtspTest, AStopEndsAnOpeningThatIsUnderWay) {
  for (const std::string scheme : {"rtsp://", "rtsps://"}) {
    std::stop_source stop;
    const Server silent([&stop](const openssl::Socket& peer) {
      stop.request_stop();
      receive_all(peer, 1'000'000);
    });
    SourceOptions patient = source_options();
    patient.open_deadline = 60s;
    patient.stop = stop.get_token();
    const auto began = steady_clock::now();
    const Error stopped =
        refusal_of(scheme + "127.0.0.1:" + std::to_string(silent.port()) + "/a", patient);
    EXPECT_EQ(stopped.code, ErrorCode::kUnavailable);
    EXPECT_NE(stopped.message.find("stopped"), std::string::npos) << stopped.message;
    EXPECT_LT(steady_clock::now() - began, 1s) << scheme;
  }
}

TEST_F(RtspTest, AStopEndsAReadingThatIsUnderWay) {
  Camera camera(right_);
  std::stop_source stop;
  SourceOptions patient = with_read_deadline(60s);
  patient.stop = stop.get_token();
  const auto opened = open_at("rtsp://" + camera.at("plain", "/live"), patient);
  ASSERT_TRUE(opened.has_value()) << opened.error().message;
  camera.freeze();
  const std::jthread stopper([&stop] { stop.request_stop(); });
  const auto began = steady_clock::now();
  EXPECT_EQ(failure_of(*opened.value(), 100).code, ErrorCode::kUnavailable);
  EXPECT_LT(steady_clock::now() - began, 1s);
}

TEST_F(RtspTest, FiftyReconnectsLeaveNothingBehind) {
  const std::string plain = "rtsp://" + camera_->at("plain", "/clip");
  const std::string secured = "rtsps://" + camera_->at("tls", "/clip");
  const SourceOptions trusted = trusting(right_.certificate, std::nullopt);
  expect_plays(plain);
  expect_plays(secured, trusted);
  const std::size_t descriptors = count_of_self("fd");
  const std::size_t threads = count_of_self("task");
  for (int n = 0; n < 25; ++n) {
    expect_plays(plain);
    expect_plays(secured, trusted);
  }
  EXPECT_EQ(count_of_self("fd"), descriptors);
  EXPECT_EQ(count_of_self("task"), threads);
}

TEST_F(RtspTest, ACameraBehindTlsPlaysAndSaysByWhatItIsAuthenticated) {
  const std::string typed = "rtsps://" + camera_->at("tls", "/clip");
  struct Case {
    SourceOptions options;
    std::string state;
  };
  const std::vector<Case> cases{
      {trusting(right_.certificate, std::nullopt),
       "camera authenticated (CA " + right_.certificate + ")"},
      {trusting("", right_.fingerprint()),
       "camera authenticated (pinned " + right_.fingerprint().text() + ")"},
      {source_options(),
       "camera not authenticated (rtsps without CA or fingerprint; it shows " +
           right_.fingerprint().text() + ")"},
  };
  for (const Case& each : cases) {
    const auto opened = open_at(typed, each.options);
    ASSERT_TRUE(opened.has_value()) << opened.error().message;
    EXPECT_EQ(opened.value()->peer_state(), each.state);
    const auto frame = next_frame(*opened.value());
    ASSERT_TRUE(frame.has_value());
    EXPECT_EQ(frame->pixels.size, (image::SizePx{176, 144}));
  }
}

TEST_F(RtspTest, AWrongCertificateIsRefusedForGood) {
  const std::string typed = "rtsps://" + camera_->at("tls", "/clip");
  for (const SourceOptions& wrong : {trusting(other_.certificate, std::nullopt),
                                     trusting("", other_.fingerprint()),
                                     trusting(right_.certificate, other_.fingerprint())}) {
    const Error refused = refusal_of(typed, wrong);
    EXPECT_EQ(refused.code, ErrorCode::kInvalidInput) << refused.message;
    EXPECT_NE(refused.message.find("the certificate of 127.0.0.1 is refused"), std::string::npos)
        << refused.message;
    EXPECT_NE(refused.message.find(right_.fingerprint().text()), std::string::npos)
        << refused.message;
  }
}

TEST_F(RtspTest, APlainCameraAtAnRtspsAddressIsNeverReadUnverified) {
  SourceOptions options = trusting(right_.certificate, std::nullopt);
  options.open_deadline = kShort;  // A plain server may wait for the rest of what it cannot read.
  const auto opened = open_at("rtsps://" + camera_->at("plain", "/clip"), options);
  ASSERT_FALSE(opened.has_value());
  EXPECT_NE(opened.error().message.find("TLS"), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace proviso::ffmpeg
