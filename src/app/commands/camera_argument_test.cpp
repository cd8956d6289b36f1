#include "app/commands/camera_argument.h"

#include <gtest/gtest.h>

namespace proviso::commands {
namespace {

std::string corners(std::size_t count) {
  std::string typed = "gate=0,0";
  for (std::size_t n = 1; n < count; ++n) typed += ";" + std::to_string(n) + ",1000";
  return typed;
}

TEST(CameraArgument, IsAnIdAndAnAddress) {
  const auto camera = parse_camera("gate-2=clips/a=b.mp4");
  ASSERT_TRUE(camera);
  EXPECT_EQ(camera.value().id.text(), "gate-2");
  EXPECT_EQ(camera.value().address.text, "clips/a=b.mp4");
  EXPECT_FALSE(camera.value().address.is_live());
}

TEST(CameraArgument, KeepsThePasswordOutOfTheAddress) {
  const auto camera = parse_camera("gate-2=rtsp://eve:secret@10.0.0.1/stream");
  ASSERT_TRUE(camera);
  EXPECT_TRUE(camera.value().address.is_live());
  EXPECT_EQ(camera.value().address.text.find("secret"), std::string::npos);
  EXPECT_EQ(camera.value().address.password, "secret");
}

TEST(CameraArgument, IsRefusedWithoutAnIdOrASource) {
  for (const char* bad : {"", "clip.mp4", "=clip.mp4", "gate=", "ga te=clip.mp4", "a=http://x/"}) {
    EXPECT_FALSE(parse_camera(bad)) << bad;
  }
}

TEST(ZoneArgument, IsAPolygonInPermille) {
  const auto zone = parse_zone("gate=0,0;1000,0;500,1000");
  ASSERT_TRUE(zone);
  ASSERT_EQ(zone.value().zone.corners.size(), 3U);
  EXPECT_EQ(zone.value().zone.corners[2].x_permille, 500);
  EXPECT_EQ(zone.value().zone.corners[2].y_permille, 1000);
}

TEST(ZoneArgument, IsRefusedOutsideTheFrameOrWithoutThreeCorners) {
  for (const char* bad : {"0,0;1,0;1,1",
                          "gate=",
                          "gate=0,0;1000,0",
                          "gate=0,0;1001,0;1,1",
                          "gate=-1,0;1,0;1,1",
                          "gate=0,0;1,x;1,1",
                          "gate=0,0;;1,0;1,1",
                          "gate=0,0;1 ,0;1,1"}) {
    EXPECT_FALSE(parse_zone(bad)) << bad;
  }
}

TEST(ZoneArgument, TakesCornersUpToTheLimitAndNotOneMore) {
  EXPECT_TRUE(parse_zone(corners(image::ZonePolygon::kCornersMax)));
  EXPECT_FALSE(parse_zone(corners(image::ZonePolygon::kCornersMax + 1)));
}

}  // namespace
}  // namespace proviso::commands
