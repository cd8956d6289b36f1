#include "safeguards/audit/tile.h"

#include <gtest/gtest.h>

#include "safeguards/audit/tree.h"

namespace proviso::audit {
namespace {

TEST(Tile, LiesWhereTheSpecificationSays) {
  EXPECT_EQ(tile_path(0, {.index = 1'234'067}), "tile/0/x001/x234/067");
  EXPECT_EQ(tile_path(1, {.index = 0, .width = 17}), "tile/1/000.p/17");
  EXPECT_EQ(tile_path(63, {.index = 999}), "tile/63/999");
  EXPECT_EQ(bundle_path({.index = 1000, .width = 255}), "tile/entries/x001/000.p/255");
}

// The specification's worked example.
TEST(Tile, OfATreeOf70000LeavesAre273FullOnesAndFourMore) {
  constexpr std::uint64_t kSize = 70'000;
  EXPECT_EQ(last_tile(0, kSize), (TileName{.index = 273, .width = 112}));
  EXPECT_EQ(last_tile(1, kSize), (TileName{.index = 1, .width = 17}));
  EXPECT_EQ(last_tile(2, kSize), (TileName{.index = 0, .width = 1}));
  EXPECT_EQ(last_tile(3, kSize).width, 0U);
}

TEST(Tile, IsFullAtAMultipleOfItsWidth) {
  EXPECT_EQ(last_tile(0, 0).width, 0U);
  EXPECT_EQ(last_tile(0, 255), (TileName{.index = 0, .width = 255}));
  EXPECT_EQ(last_tile(0, 256), (TileName{.index = 0, .width = 256}));
  EXPECT_EQ(last_tile(1, 256), (TileName{.index = 0, .width = 1}));
  EXPECT_EQ(last_tile(0, 257), (TileName{.index = 1, .width = 1}));
  EXPECT_EQ(last_tile(1, 65'536), (TileName{.index = 0, .width = 256}));
  EXPECT_EQ(last_tile(2, 65'535).width, 0U);
  EXPECT_EQ(last_tile(2, 65'536), (TileName{.index = 0, .width = 1}));
}

TEST(Tile, ComesBackAsItWentAndHasOneLength) {
  ASSERT_TRUE(crypto::start());
  const Tile tile{leaf_hash("a"), leaf_hash("b")};
  EXPECT_EQ(parse_tile(to_bytes(tile), 2).value(), tile);
  EXPECT_EQ(parse_tile(to_bytes(tile), 3).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(parse_tile(to_bytes(tile).substr(1), 2).error().code, ErrorCode::kCorrupt);
}

TEST(Bundle, CarriesEntriesUpToTheirLengthAndRefusesAnythingElse) {
  std::string bundle;
  const std::string longest(kEntryBytesMax, 'x');
  append_entry(bundle, longest);
  append_entry(bundle, "");
  append_entry(bundle, "one");
  const auto entries = parse_bundle(bundle, 3);
  ASSERT_TRUE(entries);
  EXPECT_EQ(entries.value(), (std::vector<std::string_view>{longest, "", "one"}));

  EXPECT_FALSE(parse_bundle(bundle, 2));
  EXPECT_FALSE(parse_bundle(bundle, 4));
  EXPECT_FALSE(parse_bundle(bundle + 'x', 3));
  EXPECT_FALSE(parse_bundle(std::string_view(bundle).substr(0, bundle.size() - 1), 3));
}

}  // namespace
}  // namespace proviso::audit
