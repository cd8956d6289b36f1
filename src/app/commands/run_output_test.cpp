#include "app/commands/run_output.h"

#include <gtest/gtest.h>

#include "adapters/jpeg/jpeg.h"
#include "base/core/file.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::commands {
namespace {

using std::chrono::milliseconds;

class RunOutput : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  RunOutput() {
    constexpr std::size_t kLumaBytes = std::size_t{64} * 48;
    pixels_.assign(kLumaBytes * 3 / 2, 128);
    frame_.media_time = milliseconds{1240};
    frame_.pixels = {.size = {64, 48},
                     .y = {pixels_.data(), 64},
                     .u = {pixels_.data() + kLumaBytes, 32},
                     .v = {pixels_.data() + kLumaBytes * 5 / 4, 32},
                     .owner = {}};
    watchlist::ListContents list;
    list.state = watchlist::ListState::kSealed;
    list.dimension = 2;
    list.entries.push_back({.id = EntryId::parse("ada").value(),
                            .label = "Ada \"the\" Countess",
                            .category = {},
                            .photographs = {crypto::Digest{}},
                            .values = {1, 0},
                            .thumbnail_jpeg = {}});
    const auto bytes = watchlist::to_bytes(list);
    list_ = watchlist::SealedList::parse(bytes).value();
    summary_.stop_reason = "sources ended";
    summary_.face_width_px_min = 32;
    summary_.face_width_px_looked_for = 16;
    summary_.cameras.emplace_back(camera_);
    auto& camera = summary_.cameras.front();
    camera.state = "ended";
    camera.frames = 120;
    camera.not_compared.at(static_cast<std::size_t>(quality::Reason::kTooSmall)) = 7;
    camera.warnings = {"cut off after 4.0 s"};
  }

  CameraId camera_ = CameraId::parse("car").value();
  std::vector<std::uint8_t> pixels_;
  video::Frame frame_{.key = {.camera = camera_, .sequence = 31, .captured_at = {}},
                      .camera_time = {},
                      .media_time = {},
                      .arrived_at = {},
                      .pixels = {}};
  alert::Alert alert_{.id = AlertId::parse("alert-1").value(),
                      .kind = alert::Kind::kNew,
                      .linked_to = {},
                      .entry = EntryId::parse("ada").value(),
                      .camera = camera_,
                      .track = {.value = 3},
                      .captured_at = {},
                      .first_usable_at = {},
                      .score = 0.612349,
                      .threshold = 0.45,
                      .shots_agreeing = 3,
                      .box = {10, 8.26F, 20, 24}};
  pipeline::Latency latency_{.from_capture = milliseconds{41},
                             .from_first_usable = milliseconds{90}};
  std::shared_ptr<const watchlist::SealedList> list_;
  pipeline::Summary summary_;
};

TEST_F(RunOutput, AnAlertIsOneLineWithItsFieldsInOrder) {
  const std::string line = alert_line(alert_, *list_, frame_, latency_);
  EXPECT_TRUE(line.starts_with(R"({"kind":"new","alert":"alert-1","entry":"ada",)")) << line;
  for (const char* field : {R"("label":"Ada \"the\" Countess")",
                            R"("camera":"car","track":3)",
                            R"("media_time_ms":1240,"score":0.6123,"threshold":0.4500)",
                            R"("shots":3,"box":[10.0,8.3,20.0,24.0])",
                            R"("latency_ms":41.0,"latency_from_first_usable_ms":90.0})"}) {
    EXPECT_NE(line.find(field), std::string::npos) << field << "\nin " << line;
  }
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST_F(RunOutput, OnlyALinkedAlertNamesTheOneBefore) {
  EXPECT_EQ(alert_line(alert_, *list_, frame_, latency_).find("linked_to"), std::string::npos);
  alert_.kind = alert::Kind::kUpdate;
  alert_.linked_to = AlertId::parse("alert-0").value();
  const std::string line = alert_line(alert_, *list_, frame_, latency_);
  EXPECT_NE(line.find(R"("kind":"update","alert":"alert-1","linked_to":"alert-0")"),
            std::string::npos)
      << line;
}

TEST_F(RunOutput, TheSummarySaysWhyAndWhatWasNotCompared) {
  const std::string text = summary_text(summary_);
  for (const char* part : {"sources ended",
                           "camera car: ended",
                           "too small",
                           "cut off after 4.0 s",
                           "faces under 16 px are not looked for",
                           "under 32 px are not compared"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\nin " << text;
  }
}

TEST_F(RunOutput, PercentilesAreGivenWithTheirCountAndOnlyWhenThereAreAlerts) {
  EXPECT_EQ(summary_text(summary_).find("p99"), std::string::npos);
  EXPECT_NE(summary_line(summary_).find(R"("latencies":0)"), std::string::npos);
  for (int n = 1; n <= 100; ++n) {
    summary_.latencies.push_back({.from_capture = milliseconds{n}, .from_first_usable = {}});
  }
  const std::string text = summary_text(summary_);
  EXPECT_NE(text.find("p50 50 ms, p95 95 ms, p99 99 ms (n=100)"), std::string::npos) << text;
}

TEST_F(RunOutput, TheSummaryLineIsJsonUnderOneName) {
  const std::string line = summary_line(summary_);
  EXPECT_TRUE(line.starts_with(
      R"({"summary":{"stop_reason":"sources ended","stop_rule":"","inferences":0,"cameras":[{)"))
      << line;
  EXPECT_NE(line.find(R"("too small":7)"), std::string::npos) << line;
}

TEST_F(RunOutput, ThePictureIsTwoTilesEvenWhereTheFaceLeavesTheFrame) {
  const auto path = std::filesystem::path(testing::TempDir()) / "run_output_picture.jpg";
  alert_.box = {50, 30, 40, 40};
  ASSERT_TRUE(write_alert_picture(alert_, *list_, frame_, path));
  const auto bytes = read_file(path, jpeg::kBytesMax);
  ASSERT_TRUE(bytes);
  const auto picture = jpeg::decode(bytes.value());
  ASSERT_TRUE(picture);
  EXPECT_EQ(picture.value().size.width, 2 * 192);
  EXPECT_EQ(picture.value().size.height, 224);
  std::filesystem::remove(path);
}

TEST_F(RunOutput, APictureWithoutAFolderIsAnError) {
  const auto path = std::filesystem::path(testing::TempDir()) / "absent" / "picture.jpg";
  EXPECT_FALSE(write_alert_picture(alert_, *list_, frame_, path));
}

}  // namespace
}  // namespace proviso::commands
