#include "app/evaluation/simulation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <set>

#include "app/evaluation/renderer.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::evaluation {
namespace {

// Plain discs instead of faces: what is tested here is the plan, not the detector.
std::vector<Person> people(int count) {
  std::vector<Person> persons;
  for (int i = 0; i < count; ++i) {
    image::BgrImage picture({200, 200});
    image::fill(picture, {0, 0, 200, 200}, {90, 120, static_cast<std::uint8_t>(100 + 4 * i)});
    const auto head = cut_out(image::to_yuv(picture), {50, 50, 100, 110});
    persons.push_back({"p" + std::to_string(i), {head, head}, picture, i > 2, true, 0.8, true});
  }
  return persons;
}

Scene planned(const std::string& name, int seconds, const std::vector<Person>& persons) {
  auto scene = plan({.name = name, .seed = 3, .duration_s = seconds}, persons);
  EXPECT_TRUE(scene) << scene.error().message;
  return scene.value();
}

TEST(Plan, CrowdHasSixtyPassesTwelveOfThemListedAndRepeatedWithinAMinute) {
  const auto persons = people(20);
  const auto scene = planned("crowd", 0, persons);
  ASSERT_EQ(scene.passes.size(), static_cast<std::size_t>(kCrowdPasses));
  int listed = 0;
  for (const auto& pass : scene.passes) {
    if (!scene.listed[pass.person]) continue;
    ++listed;
    const auto again =
        std::count_if(scene.passes.begin(), scene.passes.end(), [&](const PassPlan& other) {
          return other.person == pass.person && std::abs(other.start_s - pass.start_s) < 60;
        });
    EXPECT_EQ(again, 2);
    EXPECT_LE(pass.start_s + pass.duration_s, 120);
  }
  EXPECT_EQ(listed, 12);
}

TEST(Plan, ResidueListsNobodyAndStandardClipIsEmptyHalfOfTheTime) {
  const auto persons = people(20);
  const auto residue = planned("residue", 0, persons);
  EXPECT_EQ(residue.passes.size(), static_cast<std::size_t>(kResiduePasses));
  EXPECT_EQ(std::count(residue.listed.begin(), residue.listed.end(), true), 0);
  const auto standard = planned("standard_clip", 0, persons);
  EXPECT_EQ(standard.passes.size(), 24U);
  for (const auto& pass : standard.passes) EXPECT_DOUBLE_EQ(pass.duration_s, 10);
}

TEST(Plan, TakesTheLongestDurationAndRefusesMoreOrAnUnknownSceneOrTooFewPeople) {
  const auto persons = people(20);
  EXPECT_TRUE(plan({.name = "crowd", .duration_s = kSceneSecondsMax}, persons));
  EXPECT_FALSE(plan({.name = "crowd", .duration_s = kSceneSecondsMax + 1}, persons));
  EXPECT_FALSE(plan({.name = "parade"}, persons));
  EXPECT_FALSE(plan({.name = "crowd"}, people(static_cast<int>(kScenePersonsMin) - 1)));
}

TEST(Plan, ListsOnlyPeopleWhoMayBeListedAndThoseWithOtherPicturesFirst) {
  auto persons = people(20);
  persons[1].listable = false;
  for (std::size_t i = 8; i < persons.size(); ++i) persons[i].listable = false;
  const auto scene = planned("crowd", 0, persons);  // 7 may be listed, 6 are.
  EXPECT_TRUE(scene.listed[0] && scene.listed[2]);
  EXPECT_FALSE(scene.listed[1]);
  EXPECT_EQ(std::count(scene.listed.begin() + 3, scene.listed.begin() + 8, true), 4);
  persons[2].listable = false;
  EXPECT_TRUE(plan({.name = "crowd"}, persons));
  persons[0].listable = false;
  EXPECT_FALSE(plan({.name = "crowd"}, persons));
}

TEST(Renderer, NoiseIsTheSameAroundAHeadAsFarFromIt) {
  const auto persons = people(8);
  Scene scene{
      .name = "one", .seed = 1, .duration_s = 4, .listed = std::vector<bool>(8), .passes = {}};
  scene.passes.push_back(
      {.duration_s = 4, .width_from_px = 100, .width_to_px = 100, .x_px = 900, .gain = 0.7});
  Renderer with{scene, persons};
  auto street = scene;
  street.passes.clear();
  Renderer without{street, persons};
  with.draw(0);
  const auto empty = without.draw(0);
  const auto& drawn = with.draw(50);
  const auto box = with.seen().at(0).box.rect();
  // The corner of the head's rectangle, outside its matte: only the noise may differ.
  const auto left = static_cast<int>(box.x - box.width * 0.35F);
  const auto top = static_cast<int>(box.y - box.height * 0.38F);
  int most = 0;
  for (int i = 0; i < 100; ++i) {
    const auto at = static_cast<std::size_t>((top + i / 10) * scene.size.width + left + i % 10) * 3;
    most = std::max(most, std::abs(drawn.pixels[at] - empty.pixels[at]));
  }
  EXPECT_GT(most, 0);   // Renewed,
  EXPECT_LE(most, 18);  // but never added twice, nor darkened with the head.
}

TEST(Renderer, FacesGrowTowardsTheCameraAndACoveredFaceIsNotVisible) {
  const auto persons = people(8);
  Scene scene{
      .name = "one", .seed = 1, .duration_s = 4, .listed = std::vector<bool>(8), .passes = {}};
  scene.passes.push_back({.duration_s = 4,
                          .width_from_px = 50,
                          .width_to_px = 100,
                          .x_px = 900,
                          .covered_at_s = 2,
                          .covered_for_s = 0.4});
  Renderer renderer{scene, persons};
  const auto box = [&](int frame) {
    renderer.draw(frame);
    return renderer.seen().at(0).box;
  };
  EXPECT_EQ(box(0).width_tenths, 500);
  EXPECT_EQ(box(0).visible_permille, 1000);
  EXPECT_EQ(box(55).visible_permille, 0);
  EXPECT_EQ(box(65).visible_permille, 1000);
  EXPECT_GT(box(99).width_tenths, 950);
  renderer.draw(100);
  EXPECT_TRUE(renderer.seen().empty());
}

TEST(Simulation, GivesTheSameVideoForTheSameSeedAndTheTruthNamesItsHash) {
  ASSERT_TRUE(crypto::start());
  const auto persons = people(12);
  auto scene = planned("crowd", 8, persons);
  scene.duration_s = 1;
  scene.size = {640, 360};
  const auto folder = std::filesystem::path(testing::TempDir()) / "simulation";
  const auto first = simulate(scene, persons, folder / "a", {});
  const auto second = simulate(scene, persons, folder / "b", {});
  ASSERT_TRUE(first) << first.error().message;
  ASSERT_TRUE(second);
  EXPECT_EQ(first.value().truth, second.value().truth);
  const auto bytes = read_file(first.value().video, std::size_t{1} << 26U);
  ASSERT_TRUE(bytes);
  EXPECT_EQ(crypto::to_hex(crypto::sha256(bytes.value())), first.value().truth.video_sha256);
  const auto text = read_text_file(first.value().truth_file, std::size_t{1} << 26U);
  ASSERT_TRUE(text);
  const auto read = parse_ground_truth(text.value());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read.value(), first.value().truth);
  EXPECT_TRUE(std::filesystem::exists(folder / "a" / "list" / "p0.jpg"));
}

}  // namespace
}  // namespace proviso::evaluation
