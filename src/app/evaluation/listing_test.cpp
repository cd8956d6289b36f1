#include "app/evaluation/listing.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "adapters/jpeg/jpeg.h"
#include "app/models/models.h"
#include "base/core/file.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::evaluation {
namespace {

class Listing : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::start());
    auto opened =
        models::open(std::filesystem::path(PROVISO_DEPS) / "models", {.device = "CPU", .lanes = 1});
    ASSERT_TRUE(opened) << opened.error().message;
    models_ = std::move(opened).value();
    arena_ = crypto::GuardedArena::create(4, models_.dimension).value();
    embedder_ = embed::Embedder::create(models_.embedder, *arena_).value();
    detector_ = std::make_unique<detect::Detector>(models_.detector, detect::DetectorOptions{});
  }

  static image::BgrImage photograph(const char* name) {
    const auto path = std::filesystem::path(PROVISO_DEPS) / "media" / name;
    return jpeg::decode(read_file(path, jpeg::kBytesMax).value()).value();
  }

  Cutout shown(const char* name) {
    const auto pixels = image::to_yuv(photograph(name));
    const auto permit = desk_.admit().value();
    return cut_out(pixels, detector_->detect(permit, pixels).value().at(0).box);
  }

  SystemClock clock_;
  authority::EvaluationDesk desk_{authority::PictureSet::kBenchmark, clock_};
  models::Models models_;
  std::unique_ptr<crypto::GuardedArena> arena_;
  std::unique_ptr<embed::Embedder> embedder_;
  std::unique_ptr<detect::Detector> detector_;
};

TEST_F(Listing, TakesThePersonEnrolledAndNobodyElseNorAPictureWithoutAFace) {
  Cutout grey = shown("biden.jpg");
  const auto [width, height] = grey.picture.size;
  image::fill(
      grey.picture, {0, 0, static_cast<float>(width), static_cast<float>(height)}, {128, 128, 128});
  const auto obama = photograph("obama.jpg");
  std::vector<Person> persons{
      {.id = "same", .shown = {shown("obama2.jpg")}, .enrolled = obama},
      {.id = "another", .shown = {shown("biden.jpg")}, .enrolled = obama},
      {.id = "once-another", .shown = {shown("obama2.jpg"), shown("biden.jpg")}, .enrolled = obama},
      {.id = "no-face-shown", .shown = {grey}, .enrolled = obama},
      {.id = "no-face-enrolled", .shown = {shown("obama2.jpg")}, .enrolled = grey.picture}};
  for (auto& person : persons) {
    const auto id = person.id;
    std::vector<Person> alone{std::move(person)};
    const auto measured = measure_people(alone, {}, *detector_, *embedder_, desk_);
    ASSERT_TRUE(measured) << measured.error().message;
    EXPECT_EQ(alone.at(0).listable, id == "same") << id << ' ' << alone.at(0).score_small;
  }
}

TEST_F(Listing, TakesOutTheWorseOfTwoWhoMayBeOnePersonAndNobodyElse) {
  std::vector<Person> persons{
      {.id = "obama-shown-as-another",
       .shown = {shown("biden.jpg")},
       .enrolled = photograph("obama.jpg")},
      {.id = "obama", .shown = {shown("obama3.jpg")}, .enrolled = photograph("obama2.jpg")},
      {.id = "biden", .shown = {shown("biden.jpg")}, .enrolled = photograph("biden.jpg")}};
  ASSERT_TRUE(measure_people(persons, {}, *detector_, *embedder_, desk_));
  ASSERT_EQ(persons.size(), 2U);
  EXPECT_EQ(persons[0].id, "obama");
  EXPECT_EQ(persons[1].id, "biden");
}

}  // namespace
}  // namespace proviso::evaluation
