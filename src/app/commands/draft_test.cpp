#include "app/commands/draft.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/core/file.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::commands {
namespace {

class Draft : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  Draft() {
    watchlist::ListContents list;
    list.state = watchlist::ListState::kSealed;
    list.dimension = 2;
    list.entries.push_back({.id = EntryId::parse("ada").value(),
                            .label = "Ada",
                            .photographs = {crypto::Digest{}},
                            .values = {1, 0},
                            .thumbnail_jpeg = {}});
    bytes_ = watchlist::to_bytes(list);
    request_.sealed_list =
        std::filesystem::path(testing::TempDir()) /
        (std::string("draft-") + testing::UnitTest::GetInstance()->current_test_info()->name());
    request_.reference = "deployment-1";
    EXPECT_TRUE(write_file_durably(request_.sealed_list, std::span<const std::byte>(bytes_)));
    request_.cameras.push_back(parse_camera("car=clip.mp4").value());
  }
  ~Draft() override { std::filesystem::remove(request_.sealed_list); }
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  Draft(Draft&&) = delete;
  Draft& operator=(Draft&&) = delete;

  std::vector<std::byte> bytes_;
  DraftRequest request_;
  WallTime now_ = WallTime{} + std::chrono::hours{24 * 365 * 50} + std::chrono::milliseconds{250};
};

TEST_F(Draft, NamesTheHashOfTheListAsItLies) {
  const auto statement = draft(request_, now_);
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement.value().watchlist, crypto::sha256(bytes_));
  EXPECT_EQ(statement.value().watchlist_entries_max, 1U);
  EXPECT_EQ(statement.value().not_after - statement.value().not_before, std::chrono::hours{1});
  EXPECT_LE(statement.value().not_before, now_);
}

TEST_F(Draft, FilesAreRecordingsAndStreamsAreLiveWithoutTheirPassword) {
  request_.cameras.push_back(parse_camera("gate=rtsp://eve:secret@10.0.0.1/stream").value());
  const auto statement = draft(request_, now_);
  ASSERT_TRUE(statement) << statement.error().message;
  const auto* car = statement.value().find_camera(CameraId::parse("car").value());
  const auto* gate = statement.value().find_camera(CameraId::parse("gate").value());
  ASSERT_TRUE(car != nullptr && gate != nullptr);
  EXPECT_EQ(car->kind, authority::CameraKind::kRecording);
  EXPECT_EQ(gate->kind, authority::CameraKind::kLive);
  EXPECT_EQ(statement.value().to_json().find("secret"), std::string::npos);
}

TEST_F(Draft, AZoneReplacesTheWholeFrameOfItsCamera) {
  request_.cameras.push_back(parse_camera("street=other.mp4").value());
  request_.zones.push_back(parse_zone("street=0,0;500,0;0,500").value());
  const auto statement = draft(request_, now_);
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement.value().find_camera(CameraId::parse("street").value())->zone.corners.size(),
            3U);
  EXPECT_EQ(statement.value().find_camera(CameraId::parse("car").value())->zone.corners.size(), 4U);
}

TEST_F(Draft, RefusesAZoneOfACameraThatIsNotGiven) {
  request_.zones.push_back(parse_zone("street=0,0;500,0;0,500").value());
  const auto statement = draft(request_, now_);
  ASSERT_FALSE(statement);
  EXPECT_NE(statement.error().message.find("street"), std::string::npos);
}

TEST_F(Draft, RefusesTwoCamerasOfOneIdAndAListThatIsAbsent) {
  request_.cameras.push_back(parse_camera("car=other.mp4").value());
  EXPECT_FALSE(draft(request_, now_));
  request_.cameras.pop_back();
  EXPECT_TRUE(draft(request_, now_));
  request_.sealed_list += ".absent";
  EXPECT_EQ(draft(request_, now_).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace proviso::commands
