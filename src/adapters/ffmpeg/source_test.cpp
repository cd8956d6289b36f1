#include "adapters/ffmpeg/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "adapters/ffmpeg/media_tool.h"
#include "base/core/file.h"

namespace proviso::ffmpeg {
namespace {

using std::chrono::microseconds;
using testing_tools::address_of;
using testing_tools::luma_at;
using testing_tools::make_media;
using testing_tools::play;
using testing_tools::Played;
using testing_tools::source_options;

constexpr std::size_t kRawBytesMax = std::size_t{64} << 20U;

std::string clip(const std::string& name) {
  return PROVISO_DEPS "/media/" + name;
}

void append_plane(const image::YuvPlane& plane, int width, int height, std::string& to) {
  for (int y = 0; y < height; ++y) {
    const auto* row = plane.data + y * plane.stride_bytes;
    to.append(row, row + width);
  }
}

// Planes without padding, as `-f rawvideo -pix_fmt yuv420p` writes them.
std::string raw_of(const std::vector<video::Frame>& frames) {
  std::string raw;
  for (const video::Frame& frame : frames) {
    const image::SizePx size = frame.pixels.size;
    append_plane(frame.pixels.y, size.width, size.height, raw);
    append_plane(frame.pixels.u, (size.width + 1) / 2, (size.height + 1) / 2, raw);
    append_plane(frame.pixels.v, (size.width + 1) / 2, (size.height + 1) / 2, raw);
  }
  return raw;
}

class SourceTest : public testing::Test {
 protected:
  std::string file(const std::string& name) const { return folder_ / name; }

  // A made picture in motion; `more` are arguments of ffmpeg after the input.
  std::string make(const std::string& name,
                   const std::string& source,
                   const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"-f", "lavfi", "-i", source};
    arguments.insert(arguments.end(), more.begin(), more.end());
    make_media(arguments, file(name));
    return file(name);
  }
  std::string remake(const std::string& name,
                     const std::string& from,
                     const std::vector<std::string>& more) const {
    std::vector<std::string> arguments{"-i", from};
    arguments.insert(arguments.end(), more.begin(), more.end());
    make_media(arguments, file(name));
    return file(name);
  }
  std::string write(const std::string& name, const std::string& content) const {
    EXPECT_TRUE(write_file_durably(file(name), std::as_bytes(std::span(content))));
    return file(name);
  }
  static std::string content(const std::string& path) {
    return read_text_file(path, kRawBytesMax).value();
  }
  // What the ffmpeg program decodes from `path`, turned upright as it does by itself.
  std::string raw_by_program(const std::string& path, const std::string& format) const {
    return content(remake(
        "program.raw",
        path,
        {"-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", format}));
  }

  Played play_file(const std::string& path) const {
    return play(open(address_of(path), source_options(), clock_));
  }
  void expect_no_video(const std::string& path) const {
    const Played played = play_file(path);
    ASSERT_TRUE(played.error.has_value()) << path;
    EXPECT_EQ(played.error->code, ErrorCode::kInvalidInput) << played.error->message;
    EXPECT_TRUE(played.error->message.starts_with("no video in " + path)) << played.error->message;
    EXPECT_TRUE(played.frames.empty());
  }
  void expect_as_the_program_decodes(const std::string& path) const {
    const Played played = play_file(path);
    EXPECT_FALSE(played.error.has_value()) << played.error->message;
    EXPECT_EQ(played.warning, std::nullopt);
    ASSERT_FALSE(played.frames.empty());
    EXPECT_TRUE(raw_of(played.frames) == raw_by_program(path, "yuv420p")) << path;
  }

  testing_tools::TemporaryFolder folder_;
  SystemClock clock_;
};

TEST_F(SourceTest, ARealClipIsReadToItsLastFrameByteForByte) {
  const Played played = play_file(clip("carphone_pristine.mp4"));
  EXPECT_FALSE(played.error.has_value());
  EXPECT_EQ(played.warning, std::nullopt);
  ASSERT_EQ(played.frames.size(), 120U);
  EXPECT_EQ(played.frames[0].pixels.size, (image::SizePx{176, 144}));
  EXPECT_TRUE(raw_of(played.frames) == raw_by_program(clip("carphone_pristine.mp4"), "yuv420p"));
}

TEST_F(SourceTest, FramesOfARecordingAreNumberedAndTimedByTheirStamps) {
  const WallTime before = clock_.wall();
  const Played played = play_file(clip("bikes.mp4"));
  ASSERT_EQ(played.frames.size(), 250U);
  const WallTime opened = played.frames[0].key.captured_at;
  EXPECT_GE(opened, before);
  for (std::size_t n = 0; n < played.frames.size(); ++n) {
    const video::Frame& frame = played.frames[n];
    EXPECT_EQ(frame.key.sequence, n + 1);
    EXPECT_EQ(frame.media_time, microseconds(40'000 * n));
    EXPECT_EQ(frame.key.captured_at, opened + frame.media_time);
  }
}

TEST_F(SourceTest, AThinnedSourceGivesTheSamePicturesAtTheSameTimesLessTheOnesItCounts) {
  const std::string path = make("ordered.mp4",
                                "testsrc=s=64x48:r=25:d=8",
                                {"-c:v",
                                 "libx264",
                                 "-x264-params",
                                 "bframes=3:b-adapt=0:b-pyramid=normal:scenecut=0",
                                 "-pix_fmt",
                                 "yuv420p"});
  const Played whole = play_file(path);
  ASSERT_EQ(whole.frames.size(), 200U);
  for (const auto& [level, share] : {std::pair{video::Thinned::kNothing, 1},
                                     {video::Thinned::kUnreferenced, 2},
                                     {video::Thinned::kBetween, 4}}) {
    auto opened = open(address_of(path), source_options(), clock_);
    ASSERT_TRUE(opened.has_value());
    video::Source& source = *opened.value();
    source.thin(level);
    std::size_t given = 0;
    while (true) {
      auto next = source.next();
      ASSERT_TRUE(next.has_value()) << next.error().message;
      const auto* frame = std::get_if<video::Frame>(&next.value());
      if (frame == nullptr) break;
      ++given;
      const auto number = static_cast<std::size_t>(frame->media_time.count() / 40'000);
      EXPECT_EQ(raw_of({*frame}), raw_of({whole.frames.at(number)})) << number;
    }
    EXPECT_NEAR(static_cast<double>(given), 200.0 / share, 4) << share;
    EXPECT_EQ(source.left_out(), 200 - given);
  }
}

TEST_F(SourceTest, SoundBesideThePicturesIsLeftOut) {
  const Played played = play_file(clip("bigbuckbunny.mp4"));
  EXPECT_EQ(played.frames.size(), 132U);
  EXPECT_EQ(played.frames.at(0).pixels.matrix, image::YuvMatrix::kBt709);
}

TEST_F(SourceTest, VariableFrameRateKeepsTheTimeOfEachFrame) {
  const std::string path = make("variable.mp4",
                                "testsrc=s=64x48:r=25:d=2",
                                {"-vf", "select=not(eq(mod(n\\,5)\\,1))", "-fps_mode", "vfr"});
  const Played played = play_file(path);
  std::vector<microseconds> expected;
  for (int n = 0; n < 50; ++n) {
    if (n % 5 != 1) expected.emplace_back(40'000 * n);
  }
  std::vector<microseconds> found;
  for (const video::Frame& frame : played.frames) found.push_back(frame.media_time);
  EXPECT_EQ(found, expected);
}

TEST_F(SourceTest, RotationInTheMetadataIsUndone) {
  const std::string upright = make("upright.mp4",
                                   "testsrc=s=64x32:r=5:d=1",
                                   {"-vf", "drawbox=0:0:16:8:white:fill", "-pix_fmt", "yuv420p"});
  for (const char* const degrees : {"90", "180", "270"}) {
    const std::string turned = remake(
        "turned.mp4", upright, {"-c", "copy", "-metadata:s:v:0", std::string("rotate=") + degrees});
    expect_as_the_program_decodes(turned);
  }
  const Played played = play_file(file("turned.mp4"));
  EXPECT_EQ(played.frames.at(0).pixels.size, (image::SizePx{32, 64}));
}

TEST_F(SourceTest, OddSizesAreReadToTheLastRowAndColumn) {
  for (const std::string codec : {"ffv1", "mjpeg", "mpeg4"}) {
    const std::string format = codec == "mjpeg" ? "yuvj420p" : "yuv420p";
    const std::string path =
        make(codec + ".mkv", "testsrc=s=175x143:r=5:d=1", {"-c:v", codec, "-pix_fmt", format});
    const Played played = play_file(path);
    ASSERT_EQ(played.frames.size(), 5U) << codec;
    EXPECT_EQ(played.frames[0].pixels.size, (image::SizePx{175, 143}));
    EXPECT_TRUE(raw_of(played.frames) == raw_by_program(path, format)) << codec;
  }
}

TEST_F(SourceTest, GreyPicturesHaveNeutralChroma) {
  const std::string path =
      make("grey.mkv", "testsrc=s=63x47:r=5:d=1", {"-c:v", "ffv1", "-pix_fmt", "gray"});
  const Played played = play_file(path);
  ASSERT_EQ(played.frames.size(), 5U);
  std::string luma;
  for (const video::Frame& frame : played.frames) {
    append_plane(frame.pixels.y, 63, 47, luma);
    std::string chroma;
    append_plane(frame.pixels.u, 32, 24, chroma);
    append_plane(frame.pixels.v, 32, 24, chroma);
    EXPECT_EQ(chroma, std::string(std::size_t{2} * 32 * 24, '\x80'));
  }
  EXPECT_TRUE(luma == raw_by_program(path, "gray"));
  EXPECT_EQ(played.frames[0].pixels.range, image::YuvRange::kFull);
}

TEST_F(SourceTest, TenBitVideoBecomesEightBit) {
  const std::string path =
      make("ten.mp4", "testsrc=s=64x48:r=5:d=1", {"-c:v", "libx264", "-pix_fmt", "yuv420p10le"});
  const Played played = play_file(path);
  ASSERT_EQ(played.frames.size(), 5U);
  const std::string ours = raw_of(played.frames);
  const std::string theirs = raw_by_program(path, "yuv420p");
  ASSERT_EQ(ours.size(), theirs.size());
  int apart_max = 0;
  for (std::size_t n = 0; n < ours.size(); ++n) {
    const int apart = static_cast<std::uint8_t>(ours[n]) - static_cast<std::uint8_t>(theirs[n]);
    apart_max = std::max(apart_max, std::abs(apart));
  }
  EXPECT_LE(apart_max, 1);  // Two roundings of ten bits to eight.
}

TEST_F(SourceTest, MotionJpegIsInFullRange) {
  const std::string path = make("motion.avi", "testsrc=s=64x48:r=5:d=1", {"-c:v", "mjpeg"});
  const Played played = play_file(path);
  ASSERT_EQ(played.frames.size(), 5U);
  EXPECT_EQ(played.frames[0].pixels.range, image::YuvRange::kFull);
}

TEST_F(SourceTest, AGifIsReadInColour) {
  const std::string path = make("red.gif", "color=red:s=64x48:r=5:d=1", {});
  const Played played = play_file(path);
  ASSERT_EQ(played.frames.size(), 5U);
  EXPECT_EQ(played.frames[0].pixels.size, (image::SizePx{64, 48}));
  EXPECT_NEAR(luma_at(played.frames[0], 32, 24), 81, 2);  // Red in BT.601, limited.
  EXPECT_NEAR(played.frames[0].pixels.v.data[0], 240, 2);
}

TEST_F(SourceTest, TheSmallestAndTheLargestPicturesAreRead) {
  const Played tiny = play_file(make("tiny.mp4", "testsrc=s=16x16:r=5:d=1", {}));
  EXPECT_EQ(tiny.frames.size(), 5U);
  EXPECT_EQ(tiny.frames.at(0).pixels.size, (image::SizePx{16, 16}));
  const std::string path =
      make("huge.mov", "color=s=7680x4320:r=1:d=1", {"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"});
  const Played huge = play_file(path);
  EXPECT_FALSE(huge.error.has_value()) << huge.error->message;
  ASSERT_EQ(huge.frames.size(), 1U);
  EXPECT_EQ(huge.frames[0].pixels.size, (image::SizePx{7680, 4320}));
}

TEST_F(SourceTest, LargerPicturesAreRefusedWhenTheSourceIsOpened) {
  const std::vector<std::string> as_jpeg{"-c:v", "mjpeg", "-pix_fmt", "yuvj420p"};
  const std::vector<std::string> paths{
      make("wide.mov", "color=s=7682x4320:r=1:d=1", as_jpeg),
      make("high.mov", "color=s=7680x4322:r=1:d=1", as_jpeg),
      make("bare.h264", "color=s=7696x4320:r=1:d=1", {"-c:v", "libx264", "-preset", "ultrafast"}),
      remake("turned.mov",
             make("most.mov", "color=s=7680x4320:r=1:d=1", as_jpeg),
             {"-c", "copy", "-metadata:s:v:0", "rotate=90"}),
  };
  for (const std::string& path : paths) {
    const auto opened = open(address_of(path), source_options(), clock_);
    ASSERT_FALSE(opened.has_value()) << path;
    EXPECT_EQ(opened.error().code, ErrorCode::kOverLimit) << opened.error().message;
    EXPECT_NE(opened.error().message.find("the limit is 7680x4320"), std::string::npos)
        << opened.error().message;
  }
}

TEST_F(SourceTest, CutVideoIsReadToTheCutAndThenWarnedOf) {
  const std::vector<std::string> copied{"-c", "copy", "-movflags", "faststart"};
  for (const std::string name : {"cut.mp4", "cut.mkv"}) {
    const std::string whole = content(remake("whole-" + name, clip("bikes.mp4"), copied));
    EXPECT_EQ(play_file(file("whole-" + name)).warning, std::nullopt);
    const Played played = play_file(write(name, whole.substr(0, whole.size() / 2)));
    EXPECT_FALSE(played.error.has_value()) << played.error->message;
    EXPECT_GT(played.frames.size(), 50U) << name;
    EXPECT_LT(played.frames.size(), 200U) << name;
    ASSERT_TRUE(played.warning.has_value()) << name;
    EXPECT_NE(played.warning->find("is cut or damaged"), std::string::npos) << *played.warning;
  }
}

TEST_F(SourceTest, ADamagedPieceIsLeftOutAndWarnedOf) {
  std::string damaged = content(
      remake("whole.mp4", clip("carphone_pristine.mp4"), {"-c", "copy", "-movflags", "faststart"}));
  std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(damaged.size() / 2), 2000, '\xFF');
  const Played played = play_file(write("damaged.mp4", damaged));
  EXPECT_FALSE(played.error.has_value()) << played.error->message;
  EXPECT_GT(played.frames.size(), 50U);
  EXPECT_TRUE(played.warning.has_value());
}

TEST_F(SourceTest, WhatIsNoVideoIsToldSo) {
  expect_no_video(write("empty.mp4", ""));
  expect_no_video(write("text.mp4", "this is no video, and says so in a few words more\n"));
  expect_no_video(make("sound.mp4", "sine=d=1", {"-c:a", "aac"}));
  expect_no_video(make("sound.wav", "sine=d=1", {}));
  const std::string late = content(clip("carphone_pristine.mp4"));  // Its index stands at the end.
  expect_no_video(write("cut-before-its-index.mp4", late.substr(0, late.size() / 2)));
}

TEST_F(SourceTest, AListOfOtherFilesIsNotFollowed) {
  const std::string tiny = make("tiny.mp4", "testsrc=s=16x16:r=5:d=1", {});
  expect_no_video(write("list.mp4", "ffconcat version 1.0\nfile tiny.mp4\n"));
  expect_no_video(write(
      "list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\ntiny.mp4\n#EXT-X-ENDLIST\n"));
  EXPECT_EQ(play_file(tiny).frames.size(), 5U);
}

// The limit itself: broken packets in a row end a source one after kBadPacketsMax, not before.
TEST_F(SourceTest, PicturesThatAreAllBrokenAreNoVideo) {
  for (const int count : {kBadPacketsMax, kBadPacketsMax + 1}) {
    const std::string number = std::to_string(count);
    const std::string whole = make("whole" + number + ".mov",
                                   "color=s=16x16:r=25",
                                   {"-frames:v", number, "-c:v", "dpx", "-pix_fmt", "gray"});
    const std::string path =
        remake("broken" + number + ".mov", whole, {"-c", "copy", "-bsf:v", "noise=amount=1"});
    expect_no_video(path);
    const Played played = play_file(path);
    ASSERT_TRUE(played.error.has_value());
    const bool was_given_up =
        played.error->message.find("its pictures are broken") != std::string::npos;
    EXPECT_EQ(was_given_up, count > kBadPacketsMax) << played.error->message;
  }
}

TEST_F(SourceTest, WhatIsNotAFileIsNotFound) {
  ASSERT_EQ(mkfifo(file("pipe.mp4").c_str(), 0600), 0);
  for (const std::string& path : {file("absent.mp4"), file("."), file("pipe.mp4")}) {
    const auto opened = open(address_of(path), source_options(), clock_);
    ASSERT_FALSE(opened.has_value());
    EXPECT_EQ(opened.error().code, ErrorCode::kNotFound);
    EXPECT_NE(opened.error().message.find(path), std::string::npos) << opened.error().message;
  }
}

TEST_F(SourceTest, ADeviceThatIsAbsentMayComeLater) {
  const auto opened = open(address_of("/dev/video4095"), source_options(), clock_);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(opened.error().message.find("cannot open /dev/video4095"), std::string::npos)
      << opened.error().message;
}

TEST_F(SourceTest, AnInterruptEndsItForGood) {
  auto opened = open(address_of(clip("bikes.mp4")), source_options(), clock_);
  ASSERT_TRUE(opened.has_value());
  video::Source& source = *opened.value();
  EXPECT_EQ(source.peer_state(), "recording");
  EXPECT_TRUE(source.next().has_value());
  source.interrupt();
  for (int n = 0; n < 2; ++n) {
    const auto next = source.next();
    ASSERT_FALSE(next.has_value());
    EXPECT_EQ(next.error().code, ErrorCode::kUnavailable);
  }
}

TEST_F(SourceTest, AStopThatWasRequestedBeforeEndsTheOpening) {
  std::stop_source stop;
  stop.request_stop();
  SourceOptions options = source_options();
  options.stop = stop.get_token();
  const auto opened = open(address_of(clip("bikes.mp4")), options, clock_);
  ASSERT_FALSE(opened.has_value());
  EXPECT_EQ(opened.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace proviso::ffmpeg
