#include "stages/embed/shot_set.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <vector>

#include "base/core/clock.h"
#include "base/crypto/digest.h"
#include "base/crypto/guarded_arena.h"
#include "base/tensor/network.h"
#include "safeguards/authority/open_gate_tool.h"

namespace proviso::embed {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::seconds{1'700'000'000}};
constexpr std::size_t kSlots = 8;

// Gives every crop the same template: what a shot looks like must not matter here.
class SameForAll final : public tensor::Network {
 public:
  image::SizePx input_size() const override { return {112, 112}; }
  std::span<const tensor::OutputSpec> outputs() const override { return outputs_; }
  std::size_t lanes() const override { return 1; }
  Status run(std::span<const tensor::Job> jobs) override {
    for (const tensor::Job& job : jobs) job.outputs[0][0] = 1;
    images_run_ += jobs.size();
    return Done{};
  }
  void wipe() override {}
  std::uint64_t images_run() const override { return images_run_; }

 private:
  std::array<tensor::OutputSpec, 1> outputs_{{{.name = "template", .floats = 4}}};
  std::uint64_t images_run_ = 0;
};

class ShotSetTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::start());
    arena_ = crypto::GuardedArena::create(kSlots, 4).value();
    embedder_ = Embedder::create(std::make_shared<SameForAll>(), *arena_).value();
    gate_ = authority::open_gate("door", clock_);
    luma_.assign(64UL * 64, 128);
    frame_.pixels.size = {64, 64};
    frame_.pixels.y = {luma_.data(), 64};
    frame_.pixels.u = {luma_.data(), 32};
    frame_.pixels.v = {luma_.data(), 32};
  }

  Probe probe(WallTime captured_at) {
    frame_.key = {.camera = CameraId::parse("door").value(),
                  .sequence = ++sequence_,
                  .captured_at = captured_at};
    const authority::LivePermit permit = gate_.admit(frame_.key);
    const LiveShot shot{.permit = permit, .frame = frame_, .face = face_};
    return std::move(embedder_->embed(std::span(&shot, 1)).value()[0]);
  }

  Status add(ShotSet& shots, float quality, WallTime captured_at) {
    return shots.add(probe(captured_at), quality, captured_at, *embedder_);
  }

  FakeClock clock_{kStart};
  std::unique_ptr<crypto::GuardedArena> arena_;
  std::unique_ptr<Embedder> embedder_;
  authority::OpenGate gate_;
  std::vector<std::uint8_t> luma_;
  video::Frame frame_{
      .key = {.camera = CameraId::parse("door").value(), .sequence = 0, .captured_at = kStart},
      .camera_time = {},
      .media_time = {},
      .arrived_at = {},
      .pixels = {}};
  std::uint64_t sequence_ = 0;
  detect::Face face_{.box = {16, 12, 32, 40},
                     .points = {{{24, 28}, {40, 28}, {32, 36}, {26, 44}, {38, 44}}},
                     .confidence = 0.9F};
};

quality::Assessment of_quality(float unified_score) {
  quality::Assessment assessment;
  assessment.unified_score = unified_score;
  return assessment;
}

TEST_F(ShotSetTest, WantsTheFirstUsableFaceHoweverPoorAndNoUnusableOne) {
  const ShotSet shots{{}};
  EXPECT_TRUE(shots.wants(of_quality(0.01F), kStart));
  quality::Assessment turned_away = of_quality(0.9F);
  turned_away.reason = quality::Reason::kTurnedAway;
  EXPECT_FALSE(shots.wants(turned_away, kStart));
  EXPECT_EQ(shots.fused(), nullptr);
  EXPECT_FALSE(shots.first_at().has_value());
}

TEST_F(ShotSetTest, WantsThreeShotsApartAndThenOnlyABetterOne) {
  ShotSet shots{{}};
  for (int n = 0; n < 3; ++n) {
    const WallTime at = kStart + n * 80ms;
    EXPECT_TRUE(shots.is_open());
    ASSERT_TRUE(shots.wants(of_quality(0.5F), at));
    ASSERT_TRUE(add(shots, 0.5F, at));
    // One that comes 10 ms early counts as on time.
    EXPECT_FALSE(shots.wants(of_quality(0.9F), at + 69ms));
    EXPECT_TRUE(shots.wants(of_quality(0.9F), at + 70ms));
  }
  EXPECT_FALSE(shots.is_open());
  EXPECT_EQ(shots.embedded(), 3U);
  EXPECT_EQ(shots.first_at(), kStart);
  EXPECT_FALSE(shots.wants(of_quality(0.59F), kStart + 1s));
  EXPECT_TRUE(shots.wants(of_quality(0.61F), kStart + 1s));
}

TEST_F(ShotSetTest, MeasuresABetterShotByTheBestSoFar) {
  ShotSet shots{{}};
  for (const float quality : {0.3F, 0.7F, 0.4F}) {
    ASSERT_TRUE(add(shots, quality, kStart));
  }
  EXPECT_FALSE(shots.wants(of_quality(0.75F), kStart + 1s));
  EXPECT_TRUE(shots.wants(of_quality(0.85F), kStart + 1s));
}

TEST_F(ShotSetTest, TakesAsManyAsItMayAndWantsNotOneMore) {
  ShotSet shots{{}};
  for (int n = 0; n < 5; ++n) {
    const float quality = 0.1F + 0.15F * static_cast<float>(n);
    const WallTime at = kStart + n * 1s;
    ASSERT_TRUE(shots.wants(of_quality(quality), at)) << n;
    ASSERT_TRUE(add(shots, quality, at));
  }
  EXPECT_EQ(shots.size(), 5U);
  EXPECT_FALSE(shots.wants(of_quality(1), kStart + 10s));
}

TEST_F(ShotSetTest, WipesEveryTemplateWithTheSet) {
  {
    ShotSet shots{{}};
    for (int n = 0; n < 3; ++n) ASSERT_TRUE(add(shots, 0.5F, kStart));
    EXPECT_NE(shots.fused(), nullptr);
    EXPECT_EQ(arena_->slots_in_use(), 4U);  // Three shots and what they say together.
    const ShotSet moved = std::move(shots);
    EXPECT_EQ(arena_->slots_in_use(), 4U);
    EXPECT_EQ(moved.size(), 3U);
  }
  EXPECT_EQ(arena_->slots_in_use(), 0U);
}

TEST_F(ShotSetTest, WipesAShotThirtySecondsOldAndTheFusedOneWithIt) {
  ShotSet shots{{}};
  ASSERT_TRUE(add(shots, 0.5F, kStart));
  ASSERT_TRUE(add(shots, 0.5F, kStart + 20s));

  shots.expire(kStart + 30s - 1us);
  EXPECT_EQ(shots.size(), 2U);
  EXPECT_NE(shots.fused(), nullptr);

  shots.expire(kStart + 30s);
  EXPECT_EQ(shots.size(), 1U);
  EXPECT_EQ(shots.fused(), nullptr);
  EXPECT_EQ(arena_->slots_in_use(), 1U);

  shots.expire(kStart + 50s);
  EXPECT_EQ(arena_->slots_in_use(), 0U);
  EXPECT_EQ(shots.embedded(), 2U) << "what was made stays counted";
  EXPECT_EQ(shots.first_at(), kStart);
}

TEST_F(ShotSetTest, WipesAllWhenTheClockWasSetBack) {
  ShotSet shots{{}};
  ASSERT_TRUE(add(shots, 0.5F, kStart));
  shots.expire(kStart);
  EXPECT_EQ(arena_->slots_in_use(), 2U);
  shots.expire(kStart - 1us);
  EXPECT_EQ(arena_->slots_in_use(), 0U);
}

TEST_F(ShotSetTest, SaysWhenTheArenaHasNoRoomForTheFusedOneAndKeepsTheShot) {
  std::vector<Probe> others;
  for (std::size_t n = 0; n + 1 < kSlots; ++n) others.push_back(probe(kStart));
  ShotSet shots{{}};

  const Status added = add(shots, 0.5F, kStart);

  ASSERT_FALSE(added.has_value());
  EXPECT_EQ(added.error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(shots.size(), 1U);
  EXPECT_EQ(shots.fused(), nullptr);
  // Control: with room the next shot fuses both.
  others.clear();
  EXPECT_TRUE(add(shots, 0.5F, kStart + 80ms));
  EXPECT_NE(shots.fused(), nullptr);
}

}  // namespace
}  // namespace proviso::embed
