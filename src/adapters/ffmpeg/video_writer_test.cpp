#include "adapters/ffmpeg/video_writer.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <random>
#include <variant>
#include <vector>

#include "adapters/ffmpeg/source.h"
#include "base/core/file.h"
#include "base/image/canvas.h"

namespace proviso::ffmpeg {
namespace {

constexpr image::SizePx kSize{320, 240};
constexpr int kFrames = 30;

std::filesystem::path place(const std::string& name) {
  return std::filesystem::path(testing::TempDir()) / ("video_writer_" + name + ".mp4");
}

image::BgrImage picture(int frame) {
  image::BgrImage made(kSize);
  image::fill(made, {0, 0, 320, 240}, {60, 120, 60});
  image::fill(made, {static_cast<float>(frame * 8), 40, 60, 60}, {200, 200, 200});
  return made;
}

Status write(const std::filesystem::path& path) {
  PROVISO_TRY(const auto writer, VideoWriter::create(path, {.size = kSize}));
  for (int i = 0; i < kFrames; ++i) PROVISO_TRY_DONE(writer->write(picture(i)));
  return writer->finish();
}

TEST(VideoWriter, GivesFramesThatTheDecoderReadsBackInOrder) {
  const auto path = place("round_trip");
  ASSERT_TRUE(write(path));
  const SystemClock clock;
  const auto address = video::Address::parse(path.string());
  ASSERT_TRUE(address);
  SourceOptions options{.camera = CameraId::parse("written").value()};
  auto source = open(address.value(), options, clock);
  ASSERT_TRUE(source) << source.error().message;
  for (int i = 0; i < kFrames; ++i) {
    auto got = source.value()->next();
    ASSERT_TRUE(got) << got.error().message;
    const auto* frame = std::get_if<video::Frame>(&got.value());
    ASSERT_NE(frame, nullptr) << i;
    EXPECT_EQ(frame->pixels.size, kSize);
    EXPECT_EQ(frame->media_time.count(), i * 40'000);
    const int centre_x = i * 8 + 30;
    const int luma = frame->pixels.y.data[70 * frame->pixels.y.stride_bytes + centre_x];
    EXPECT_NEAR(luma, 188, 12) << "frame " << i;
  }
  auto end = source.value()->next();
  ASSERT_TRUE(end);
  EXPECT_TRUE(std::holds_alternative<video::EndOfStream>(end.value()));
}

// Noise, at a rate that is far too low for it: the encoder has to choose all the time.
std::vector<std::byte> written_under_pressure() {
  const auto path = place("noise");
  const auto writer = VideoWriter::create(path, {.size = kSize, .bits_per_s = 100'000}).value();
  std::minstd_rand noise(1);
  image::BgrImage made(kSize);
  for (int i = 0; i < kFrames; ++i) {
    for (auto& sample : made.pixels) sample = static_cast<std::uint8_t>(noise() % 256);
    EXPECT_TRUE(writer->write(made));
  }
  EXPECT_TRUE(writer->finish());
  return read_file(path, std::size_t{1} << 24U).value();
}

TEST(VideoWriter, GivesTheSameBytesForTheSamePictures) {
  const auto first = written_under_pressure();
  EXPECT_FALSE(first.empty());
  for (int again = 0; again < 5; ++again) EXPECT_EQ(written_under_pressure(), first);
}

TEST(VideoWriter, RefusesWhatIsOutsideItsLimitsAndTakesTheMaximum) {
  const auto refused = [](const VideoWriterOptions& options) {
    const auto writer = VideoWriter::create(place("limits"), options);
    return !writer && writer.error().code == ErrorCode::kInvalidInput;
  };
  EXPECT_TRUE(refused({.size = {image::kFrameWidthMax + 2, 240}}));
  EXPECT_TRUE(refused({.size = {321, 240}}));
  EXPECT_TRUE(refused({.size = {14, 240}}));
  EXPECT_TRUE(refused({.size = kSize, .frames_per_s = kFrameRateMax + 1}));
  EXPECT_TRUE(refused({.size = kSize, .bits_per_s = kBitRateMax + 1}));
  EXPECT_TRUE(VideoWriter::create(
      place("limits"),
      {.size = {16, 16}, .frames_per_s = kFrameRateMax, .bits_per_s = kBitRateMax}));
}

TEST(VideoWriter, SaysWhichFileCannotBeMadeAndWhichPresetIsUnknown) {
  const auto nowhere = VideoWriter::create("/nowhere/at/all.mp4", {.size = kSize});
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(nowhere.error().message.find("/nowhere/at/all.mp4"), std::string::npos);
  const auto preset = VideoWriter::create(place("preset"), {.size = kSize, .preset = "warp"});
  ASSERT_FALSE(preset);
  EXPECT_NE(preset.error().message.find("warp"), std::string::npos);
}

}  // namespace
}  // namespace proviso::ffmpeg
