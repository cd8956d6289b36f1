#include "app/enrolment/enrolment.h"

#include <gtest/gtest.h>

#include <memory>
#include <numeric>

#include "adapters/jpeg/jpeg.h"
#include "app/models/models.h"
#include "base/core/file.h"
#include "base/crypto/guarded_arena.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::enrolment {
namespace {

const std::filesystem::path kMedia = std::filesystem::path(PROVISO_DEPS) / "media";

// The networks are opened once for all the tests.
class EnrolmentOfPhotographs : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_TRUE(crypto::start());
    models_ = std::make_unique<models::Models>(
        models::open(std::filesystem::path(PROVISO_DEPS) / "models", {.device = "CPU", .lanes = 1})
            .value());
    arena_ = crypto::GuardedArena::create(4, models_->dimension).value();
    embedder_ = embed::Embedder::create(models_->embedder, *arena_).value();
    detector_ = std::make_unique<detect::Detector>(models_->detector, detect::DetectorOptions{});
  }
  static void TearDownTestSuite() {
    detector_.reset();
    embedder_.reset();
    arena_.reset();
    models_.reset();
  }

  EnrolmentOfPhotographs() { quality_.face_width_px_min = 40; }

  static Photograph photograph(const std::string& name) {
    return {.name = name, .bytes = read_file(kMedia / name, jpeg::kBytesMax).value()};
  }

  static Photograph encoded(const std::string& name, const image::BgrImage& picture) {
    const auto jpeg = jpeg::encode(picture, 95).value();
    const auto bytes = std::as_bytes(std::span(jpeg));
    return {.name = name, .bytes = {bytes.begin(), bytes.end()}};
  }

  // The photograph scaled down to `width_px` and up again, so that nothing finer is left.
  static Photograph enlarged_from(const std::string& name, int width_px) {
    constexpr int kEnlargement = 16;
    const auto scaled = [](const image::BgrImage& from, image::SizePx size) {
      const image::RectPx all{
          0, 0, static_cast<float>(from.size.width), static_cast<float>(from.size.height)};
      return image::crop_scaled(image::to_yuv(from), all, size);
    };
    const auto whole = jpeg::decode(photograph(name).bytes).value();
    const image::SizePx small{width_px, width_px * whole.size.height / whole.size.width};
    return encoded(
        name,
        scaled(scaled(whole, small), {small.width * kEnlargement, small.height * kEnlargement}));
  }

  Enrolled enrol(const std::vector<Photograph>& photographs) {
    Enrolment enrolment(*detector_, *embedder_, quality_, clock_);
    auto enrolled = enrolment.enrol(id_, "B. Obama", photographs);
    EXPECT_TRUE(enrolled) << enrolled.error().message;
    return std::move(enrolled).value();
  }

  void expect_refused(const Photograph& photograph, std::string_view reason) {
    const Enrolled enrolled = enrol({photograph});
    EXPECT_FALSE(enrolled.entry);
    ASSERT_EQ(enrolled.photographs.size(), 1U);
    ASSERT_TRUE(enrolled.photographs[0].refusal);
    EXPECT_TRUE(enrolled.photographs[0].refusal->starts_with(reason))
        << *enrolled.photographs[0].refusal;
    EXPECT_NE(enrolled.photographs[0].refusal->find(';'), std::string::npos) << "no next step";
  }

  static std::unique_ptr<models::Models> models_;
  static std::unique_ptr<crypto::GuardedArena> arena_;
  static std::unique_ptr<embed::Embedder> embedder_;
  static std::unique_ptr<detect::Detector> detector_;
  SystemClock clock_;
  quality::QualityOptions quality_;
  EntryId id_ = EntryId::parse("obama").value();
};

std::unique_ptr<models::Models> EnrolmentOfPhotographs::models_;
std::unique_ptr<crypto::GuardedArena> EnrolmentOfPhotographs::arena_;
std::unique_ptr<embed::Embedder> EnrolmentOfPhotographs::embedder_;
std::unique_ptr<detect::Detector> EnrolmentOfPhotographs::detector_;

double product(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST_F(EnrolmentOfPhotographs, SeveralPhotographsOfOnePersonMakeOneEntry) {
  const std::vector<Photograph> all{photograph("obama.jpg"), photograph("obama2.jpg")};
  const Enrolled enrolled = enrol(all);
  ASSERT_TRUE(enrolled.entry);
  EXPECT_EQ(enrolled.entry->id, id_);
  EXPECT_EQ(enrolled.entry->photographs,
            (std::vector{crypto::sha256(all[0].bytes), crypto::sha256(all[1].bytes)}));
  const auto fused = enrolled.entry->reference.values();
  EXPECT_NEAR(product(fused, fused), 1, 1e-4);

  const Enrolled third = enrol({photograph("obama3.jpg")});
  const Enrolled other = enrol({photograph("biden.jpg")});
  ASSERT_TRUE(third.entry && other.entry);
  EXPECT_GT(product(fused, third.entry->reference.values()), 0.45);
  EXPECT_LT(product(fused, other.entry->reference.values()), 0.4);
}

TEST_F(EnrolmentOfPhotographs, TemplatesMadeTogetherAreThoseMadeAloneUpToRounding) {
  const auto together = models::open(std::filesystem::path(PROVISO_DEPS) / "models",
                                     {.device = "CPU", .lanes = 1, .images_together = 4})
                            .value();
  ASSERT_EQ(together.embedder->images_together(), 4U);
  const auto embedder = embed::Embedder::create(together.embedder, *arena_).value();
  Enrolment enrolment(*detector_, *embedder, quality_, clock_);
  // Five usable photographs, more than one run takes; a request has none.
  const std::vector<std::vector<Photograph>> requests{
      {photograph("obama.jpg")},
      {photograph("t1.jpg")},
      {photograph("obama2.jpg"), photograph("obama3.jpg")},
      {photograph("biden.jpg")},
      {photograph("obama2.jpg")}};
  std::vector<Looked> looked;
  for (const auto& request : requests) {
    looked.push_back(enrolment.look(id_, "", request).value());
  }

  const auto all = enrolment.templates(std::move(looked)).value();

  ASSERT_EQ(all.size(), requests.size());
  EXPECT_FALSE(all[1].entry);
  for (const std::size_t n : {0U, 2U, 3U, 4U}) {
    const Enrolled alone = enrol(requests[n]);
    ASSERT_TRUE(all[n].entry && alone.entry);
    EXPECT_EQ(all[n].entry->photographs, alone.entry->photographs);
    EXPECT_EQ(all[n].entry->thumbnail_jpeg, alone.entry->thumbnail_jpeg);
    EXPECT_NEAR(
        *all[n].photographs[0].composite_score, *alone.photographs[0].composite_score, 1e-4);
    const auto values = all[n].entry->reference.values();
    for (std::size_t d = 0; d < values.size(); ++d) {
      EXPECT_NEAR(values[d], alone.entry->reference.values()[d], 1e-5);
    }
  }
}

TEST_F(EnrolmentOfPhotographs, TheThumbnailIsASmallJpegOfTheFace) {
  const Enrolled enrolled = enrol({photograph("obama.jpg")});
  ASSERT_TRUE(enrolled.entry);
  const auto& jpeg = enrolled.entry->thumbnail_jpeg;
  EXPECT_LE(jpeg.size(), watchlist::kThumbnailBytesMax);
  const auto thumbnail = jpeg::decode(std::as_bytes(std::span(jpeg)));
  ASSERT_TRUE(thumbnail);
  EXPECT_EQ(thumbnail.value().size.width, 96);
}

TEST_F(EnrolmentOfPhotographs, AnUnusablePhotographBesideAUsableOneIsLeftOut) {
  const Enrolled enrolled = enrol({photograph("t1.jpg"), photograph("obama.jpg")});
  ASSERT_TRUE(enrolled.entry);
  EXPECT_EQ(enrolled.entry->photographs.size(), 1U);
  ASSERT_EQ(enrolled.photographs.size(), 2U);
  EXPECT_TRUE(enrolled.photographs[0].refusal);
  EXPECT_FALSE(enrolled.photographs[1].refusal);
}

TEST_F(EnrolmentOfPhotographs, APhotographOfSomebodyElseAmongThreeIsRefusedByItsName) {
  const Enrolled enrolled =
      enrol({photograph("obama.jpg"), photograph("biden.jpg"), photograph("obama2.jpg")});
  ASSERT_EQ(enrolled.photographs.size(), 3U);
  EXPECT_FALSE(enrolled.photographs[0].refusal);
  ASSERT_TRUE(enrolled.photographs[1].refusal);
  EXPECT_TRUE(enrolled.photographs[1].refusal->starts_with("does not fit: likeness "))
      << *enrolled.photographs[1].refusal;
  EXPECT_FALSE(enrolled.photographs[2].refusal);
  ASSERT_TRUE(enrolled.entry);
  EXPECT_EQ(enrolled.entry->photographs.size(), 2U);
}

TEST_F(EnrolmentOfPhotographs, OfTwoPeopleWithAPhotographEachNeitherIsTaken) {
  const Enrolled enrolled = enrol({photograph("obama.jpg"), photograph("biden.jpg")});
  EXPECT_FALSE(enrolled.entry);
  EXPECT_TRUE(enrolled.photographs[0].refusal && enrolled.photographs[1].refusal);
  EXPECT_TRUE(enrol({photograph("obama.jpg"), photograph("obama2.jpg")}).entry) << "the control";
}

TEST_F(EnrolmentOfPhotographs, SeveralFacesAreRefusedWithTheirNumber) {
  expect_refused(photograph("t1.jpg"), "several faces: 6");
}

TEST_F(EnrolmentOfPhotographs,
       AFaceThatStandsOutIsLookedAtTwiceWhateverThePhotographsSizeAndASmallOneThrice) {
  const auto looks = [&](const Photograph& of) {
    const std::uint64_t before = models_->detector->images_run();
    EXPECT_TRUE(enrol({of}).entry);
    return models_->detector->images_run() - before;
  };
  EXPECT_EQ(looks(photograph("obama.jpg")), 2U);
  const auto whole = jpeg::decode(photograph("obama.jpg").bytes).value();
  const auto width = static_cast<float>(whole.size.width);
  const auto height = static_cast<float>(whole.size.height);
  image::BgrImage large({whole.size.width * 3, whole.size.height * 3});
  image::paste_scaled(large, whole, {0, 0, width * 3, height * 3});
  EXPECT_EQ(looks(encoded("large", large)), 2U);
  image::BgrImage mostly_black({whole.size.width * 4, whole.size.height * 4});
  image::paste_scaled(mostly_black, whole, {0, 0, width, height});
  EXPECT_EQ(looks(encoded("mostly black", mostly_black)), 3U);
}

TEST_F(EnrolmentOfPhotographs, APictureWithoutAFaceIsRefused) {
  expect_refused(encoded("grey", image::BgrImage({320, 240})), "no face");
}

TEST_F(EnrolmentOfPhotographs, AFaceUnderTheFloorIsRefusedWithItsWidth) {
  quality_.face_width_px_min = 10'000;
  expect_refused(photograph("obama.jpg"), "too small: face ");
}

TEST_F(EnrolmentOfPhotographs, AFaceEnlargedFromAFewPixelsIsRefusedAsBlurred) {
  expect_refused(enlarged_from("obama.jpg", 20), "blurred: sharpness ");
  EXPECT_TRUE(enrol({enlarged_from("obama.jpg", 40)}).entry);
}

TEST_F(EnrolmentOfPhotographs, BytesThatAreNoJpegAreRefused) {
  expect_refused({.name = "text", .bytes = std::vector<std::byte>(64, std::byte{'a'})}, "");
}

TEST_F(EnrolmentOfPhotographs, TakesPhotographsUpToTheLimitAndNotOneMore) {
  Enrolment enrolment(*detector_, *embedder_, quality_, clock_);
  const std::vector<Photograph> most(watchlist::kPhotographsMax);
  EXPECT_TRUE(enrolment.enrol(id_, "", most));
  const std::vector<Photograph> more(watchlist::kPhotographsMax + 1);
  EXPECT_EQ(enrolment.enrol(id_, "", more).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(enrolment.enrol(id_, "", {}).error().code, ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso::enrolment
