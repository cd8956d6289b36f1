#include "app/evaluation/scoring.h"

#include <gtest/gtest.h>

namespace proviso::evaluation {
namespace {

TruthPass pass(int id, const std::string& person, bool listed, std::int64_t first, int x) {
  return {.id = id,
          .person = person,
          .listed = listed,
          .first_frame = first,
          .boxes = std::vector<TruthBox>(50, TruthBox{x * 10, 1000, 600, 700, 1000})};
}

GroundTruth truth() {
  return {.scene = "crowd",
          .video_sha256 = {},
          .frames = 500,
          .size = {1920, 1080},
          .persons = {},
          .passes = {pass(1, "anna", true, 0, 100),
                     pass(2, "b01", false, 0, 600),
                     pass(3, "anna", true, 200, 100)}};
}

AlertLine alert(const std::string& entry, std::int64_t media_time_ms, float x, bool update) {
  return {update, entry, media_time_ms, {x, 100, 60, 70}};
}

TEST(Scoring, CountsAListedPassByItsAlertAndItsRepeatByTheUpdate) {
  const auto score =
      score_run(truth(), {alert("anna", 400, 102, false), alert("anna", 8320, 101, true)}, {});
  EXPECT_EQ(score.usable_listed, 2);
  EXPECT_EQ(score.recognised, 2);
  EXPECT_EQ(score.false_alerts, 0);
  EXPECT_EQ(score.updates, 1);
  EXPECT_EQ(score.latencies_ms, (std::vector<std::int64_t>{320, 400}));
  EXPECT_TRUE(score.missed.empty());
}

TEST(Scoring, CallsAnAlertOnAnotherPersonOrOnNobodyFalse) {
  const auto score =
      score_run(truth(), {alert("anna", 400, 600, false), alert("anna", 400, 1500, false)}, {});
  EXPECT_EQ(score.false_alerts, 2);
  EXPECT_EQ(score.recognised, 0);
  EXPECT_EQ(score.missed, (std::vector<int>{1, 3}));
}

TEST(Scoring, RepeatWithinTheTimeMustBeAnUpdateAndALaterPassANewAlert) {
  const auto lines = [](std::int64_t second_ms, bool is_update) {
    return std::vector{alert("anna", 400, 102, false), alert("anna", second_ms, 101, is_update)};
  };
  const auto score = [&](std::int64_t second_ms, bool is_update, int repeat_s) {
    return score_run(truth(), lines(second_ms, is_update), {.repeat_s = repeat_s});
  };
  EXPECT_EQ(score(8400, true, 8).wrong_kind, 0);
  EXPECT_EQ(score(8400, false, 8).wrong_kind, 1);
  EXPECT_EQ(score(8400, false, 8).recognised, 1);
  EXPECT_EQ(score(8401, false, 8).wrong_kind, 0);
  EXPECT_EQ(score(8401, true, 8).wrong_kind, 1);
  EXPECT_EQ(score_run(truth(), {alert("anna", 400, 102, true)}, {}).wrong_kind, 1);
}

TEST(Scoring, CountsOtherPeoplesPassesAndThoseOfThemThatAlerted) {
  const auto silent = score_run(truth(), {}, {});
  EXPECT_EQ(silent.usable_others, 1);
  EXPECT_EQ(silent.alerted_others, 0);
  const auto wrong = score_run(truth(), {alert("anna", 400, 600, false)}, {});
  EXPECT_EQ(wrong.alerted_others, 1);
  EXPECT_EQ(wrong.new_alerts, 1);
}

TEST(Scoring, ThreeUsableFramesMakeAPassUsableAndTwoDoNot) {
  auto three = truth();
  three.passes.resize(1);
  for (std::size_t i = 3; i < 50; ++i) three.passes[0].boxes[i].visible_permille = 899;
  EXPECT_EQ(score_run(three, {}, {}).usable_listed, 1);
  three.passes[0].boxes[2].width_tenths = 319;
  EXPECT_EQ(score_run(three, {}, {}).usable_listed, 0);
}

TEST(Scoring, APassOfSomebodyWhosePicturesAreBelowTheFloorIsNoMiss) {
  auto turned_away = truth();
  turned_away.persons = {{.id = "anna", .listed = true, .usable = false}};
  EXPECT_EQ(score_run(turned_away, {}, {}).usable_listed, 0);
  turned_away.persons[0].usable = true;
  EXPECT_EQ(score_run(turned_away, {}, {}).usable_listed, 2);
}

TEST(Scoring, ReadsAlertLinesAndPassesOverTheRest) {
  const auto read = parse_alert_line(
      R"({"kind":"new","alert":"a1","entry":"anna","media_time_ms":1240,"box":[10.5,20.0,30.1,40.2]})");
  ASSERT_TRUE(read && read.value().has_value());
  EXPECT_EQ(read.value()->entry, "anna");
  EXPECT_EQ(read.value()->media_time_ms, 1240);
  EXPECT_FLOAT_EQ(read.value()->box.width, 30.1F);
  const auto summary = parse_alert_line(R"({"summary":{"frames":3}})");
  ASSERT_TRUE(summary);
  EXPECT_FALSE(summary.value().has_value());
  EXPECT_FALSE(parse_alert_line(R"({"kind":"new","entry":"anna"})"));
}

TEST(Scoring, WilsonIntervalsAreThoseOfTheSource) {
  EXPECT_NEAR(wilson(12, 12).low, 0.7575, 1e-3);
  EXPECT_NEAR(wilson(12, 12).high, 1.0, 1e-9);
  EXPECT_NEAR(wilson(5, 10).low, 0.2366, 1e-3);
  EXPECT_DOUBLE_EQ(wilson(0, 0).high, 1.0);
}

TEST(Scoring, SaysThatItIsNoAccuracyFigure) {
  EXPECT_NE(to_text({}).find(kFunctionalCheck), std::string::npos);
  EXPECT_NE(to_json({}).find(kFunctionalCheck), std::string::npos);
}

}  // namespace
}  // namespace proviso::evaluation
