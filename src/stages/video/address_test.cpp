#include "stages/video/address.h"

#include <gtest/gtest.h>

namespace proviso::video {
namespace {

Address parsed(std::string_view typed) {
  auto address = Address::parse(typed);
  EXPECT_TRUE(address.has_value()) << typed << ": " << address.error().message;
  return std::move(address).value();
}

std::string refusal(std::string_view typed) {
  const auto address = Address::parse(typed);
  EXPECT_FALSE(address.has_value()) << typed;
  if (address.has_value()) return {};
  EXPECT_EQ(address.error().code, ErrorCode::kInvalidInput);
  return address.error().message;
}

TEST(Address, APathIsARecording) {
  // The last is FFmpeg's syntax for a part of a file; here it is a strange name.
  for (const char* path : {"clip.mp4",
                           "/media/a clip.mkv",
                           "./http:clip.mp4",
                           "a/b:c.avi",
                           "/dev/shm/clip.mp4",
                           "subfile,,end,9,,:clip.mp4"}) {
    const Address address = parsed(path);
    EXPECT_EQ(address.transport, Transport::kFile) << path;
    EXPECT_EQ(address.text, path);
    EXPECT_FALSE(address.is_live());
  }
}

TEST(Address, AVideoDeviceIsLive) {
  for (const char* path : {"/dev/video0", "/dev/video12", "/dev/v4l/by-id/usb-camera-index0"}) {
    const Address address = parsed(path);
    EXPECT_EQ(address.transport, Transport::kDevice) << path;
    EXPECT_TRUE(address.is_live());
  }
  EXPECT_EQ(parsed("/dev/videos.mp4").transport, Transport::kFile);
  EXPECT_EQ(parsed("/dev/video").transport, Transport::kFile);
}

TEST(Address, UserAndPasswordStayOutOfTheText) {
  const Address address = parsed("rtsp://officer:p%40ss:w@camera.example:8554/stream?channel=1");
  EXPECT_EQ(address.transport, Transport::kRtsp);
  EXPECT_EQ(address.text, "rtsp://camera.example:8554/stream?channel=1");
  EXPECT_EQ(address.user, "officer");
  EXPECT_EQ(address.password, "p%40ss:w");
  EXPECT_TRUE(address.is_live());
}

TEST(Address, TheLastAtSignEndsThePassword) {
  const Address address = parsed("rtsps://officer:a@b@10.0.0.7/stream");
  EXPECT_EQ(address.transport, Transport::kRtsps);
  EXPECT_EQ(address.text, "rtsps://10.0.0.7/stream");
  EXPECT_EQ(address.password, "a@b");
}

TEST(Address, AUserNeedsNoPasswordAndAStreamNeedsNoUser) {
  EXPECT_EQ(parsed("rtsp://officer@camera/").user, "officer");
  EXPECT_EQ(parsed("rtsp://officer@camera/").password, "");
  EXPECT_EQ(parsed("rtsp://camera/").user, "");
}

TEST(Address, TheSchemeMayBeWrittenInCapitals) {
  EXPECT_EQ(parsed("RTSP://camera/Stream").text, "rtsp://camera/Stream");
  EXPECT_EQ(parsed("RtspS://camera/").transport, Transport::kRtsps);
}

TEST(Address, OtherSchemesAreRefusedByName) {
  for (const char* typed : {"http://camera/video.mjpg",
                            "https://camera/",
                            "file:clip.mp4",
                            "file:///clip.mp4",
                            "concat:a.ts|b.ts",
                            "tcp://127.0.0.1:80",
                            "rtmp://camera/",
                            "data:video/mp4;base64,AAAA",
                            "RTSPU://camera/"}) {
    const std::string message = refusal(typed);
    EXPECT_NE(message.find("scheme"), std::string::npos) << message;
    EXPECT_NE(message.find("rtsps://"), std::string::npos) << message;
  }
}

TEST(Address, ARefusalNeverRepeatsAPassword) {
  for (const char* typed : {"rtsp://officer:sec/ret@camera/stream",
                            "rtsp://officer:12/secret@camera/stream",
                            "rtsp://officer:secret@camera:99999/stream",
                            "rtsp://officer:secret@/stream",
                            "rtsp://officer:secret?@camera/stream",
                            "rtsp://:secret@camera/stream",
                            "http://officer:secret@camera/"}) {
    EXPECT_EQ(refusal(typed).find("sec"), std::string::npos) << refusal(typed);
  }
  EXPECT_EQ(parsed("rtsp://officer:sec%2Fret@camera/stream").password, "sec%2Fret");
}

TEST(Address, EmptyOptionLikeAndUnprintableAddressesAreRefused) {
  refusal("");
  refusal("-rtsp://camera/");
  refusal(std::string_view("clip\0.mp4", 9));
  refusal("clip\n.mp4");
  refusal("rtsp://");
  refusal("rtsp:///stream");
}

TEST(Address, ItsLengthHasALimit) {
  EXPECT_EQ(parsed(std::string(kAddressBytesMax, 'a')).text.size(), kAddressBytesMax);
  refusal(std::string(kAddressBytesMax + 1, 'a'));
  const std::string secret(kUserBytesMax - 2, 's');
  EXPECT_EQ(parsed("rtsp://u:" + secret + "@camera/").password, secret);
  EXPECT_NE(refusal("rtsp://u:s" + secret + "@camera/").find("127"), std::string::npos);
}

TEST(HostPort, HasTheDefaultOfItsScheme) {
  EXPECT_EQ(host_port(parsed("rtsp://camera")).value().port, 554);
  EXPECT_EQ(host_port(parsed("rtsps://camera")).value().port, 322);
}

TEST(HostPort, IsTakenFromBeforeThePath) {
  const HostPort found = host_port(parsed("rtsp://u:p@camera.example:8554/a/b?c=1")).value();
  EXPECT_EQ(found.host, "camera.example");
  EXPECT_EQ(found.port, 8554);
  EXPECT_EQ(found.rest, "/a/b?c=1");
  EXPECT_EQ(host_port(parsed("rtsp://camera?c=1:2")).value().rest, "?c=1:2");
}

TEST(HostPort, ReadsIpv6InBrackets) {
  const HostPort found = host_port(parsed("rtsps://[2001:db8::7]:8322/stream")).value();
  EXPECT_EQ(found.host, "2001:db8::7");
  EXPECT_EQ(found.port, 8322);
  EXPECT_EQ(host_port(parsed("rtsp://[::1]")).value().port, 554);
  refusal("rtsp://[::1/stream");
  refusal("rtsp://[::1]8554/stream");
  refusal("rtsp://2001:db8::7/stream");
}

TEST(HostPort, RefusesAPortThatIsNone) {
  EXPECT_EQ(host_port(parsed("rtsp://camera:65535/")).value().port, 65535);
  for (const char* typed : {"rtsp://camera:65536/",
                            "rtsp://camera:0/",
                            "rtsp://camera:/",
                            "rtsp://camera:-1/",
                            "rtsp://camera:55 4/",
                            "rtsp://camera:rtsp/"}) {
    EXPECT_NE(refusal(typed).find("port"), std::string::npos) << typed;
  }
}

}  // namespace
}  // namespace proviso::video
