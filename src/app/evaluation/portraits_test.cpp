#include "app/evaluation/portraits.h"

#include <gtest/gtest.h>

#include "adapters/jpeg/jpeg.h"
#include "adapters/openssl/child_process_tool.h"
#include "base/core/file.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::evaluation {
namespace {

std::vector<Person> one_person(float face_width_px, bool is_listable = true) {
  image::BgrImage picture({400, 400});
  image::fill(picture, {0, 0, 400, 400}, {90, 120, 200});
  const Cutout head = cut_out(image::to_yuv(picture), {100, 100, face_width_px, face_width_px});
  return {{"p0", {head}, picture, true, true, 0.8, is_listable}};
}

Status make(const std::filesystem::path& folder,
            const std::vector<Person>& persons,
            std::size_t count = 3,
            std::int64_t seed = 1) {
  return make_portraits(
      {.count = count, .seed = seed, .folder = folder}, persons, [](std::size_t) {});
}

TEST(Portraits, AreTheSameForTheSameSeedAndOthersForAnother) {
  const testing_tools::TemporaryFolder folder;
  const auto persons = one_person(100);
  const std::filesystem::path root(folder / "");
  ASSERT_TRUE(make(root / "a", persons).has_value());
  ASSERT_TRUE(make(root / "b", persons).has_value());
  ASSERT_TRUE(make(root / "c", persons, 3, 2).has_value());
  const auto second_of = [&](const char* set) {
    return read_file(root / set / "000002.jpg", jpeg::kBytesMax).value();
  };
  EXPECT_EQ(second_of("a"), second_of("b"));
  EXPECT_NE(second_of("a"), second_of("c"));
  EXPECT_TRUE(jpeg::decode(second_of("a")).has_value());
  EXPECT_EQ(read_text_file(root / "a" / "persons.csv", 1000).value(),
            "file,person\n000001.jpg,p0\n000002.jpg,p0\n000003.jpg,p0\n");
}

TEST(Portraits, AreNotMadeOfSmallFacesNorOfPeopleWhoCannotBeRecognised) {
  const testing_tools::TemporaryFolder folder;
  EXPECT_TRUE(make(folder / "a", one_person(kPortraitFacePxMin + 1)).has_value());
  const Status small = make(folder / "b", one_person(kPortraitFacePxMin - 1));
  ASSERT_FALSE(small.has_value());
  EXPECT_EQ(small.error().code, ErrorCode::kNotFound);
  EXPECT_FALSE(make(folder / "c", one_person(100, false)).has_value());
}

TEST(Portraits, AreAtMostAsManyAsTheLimit) {
  const testing_tools::TemporaryFolder folder;
  const Status none = make(folder / "a", one_person(100), 0);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().code, ErrorCode::kInvalidInput);
  EXPECT_FALSE(make(folder / "b", one_person(100), kPortraitsMax + 1).has_value());
}

}  // namespace
}  // namespace proviso::evaluation
