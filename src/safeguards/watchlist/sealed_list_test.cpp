#include "safeguards/watchlist/sealed_list.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iostream>

#include "safeguards/watchlist/small_list_tool.h"

namespace proviso::watchlist {
namespace {

class SealedListTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  void TearDown() override { std::filesystem::remove(file_); }

  const std::filesystem::path file_ =
      concat(testing::TempDir(),
             "sealed-list-",
             testing::UnitTest::GetInstance()->current_test_info()->name());
};

std::vector<std::byte> sealed_bytes() {
  return vector_bytes(ListState::kSealed);
}

// The bytes of a sealed list of so many entries, without holding them as values.
std::vector<std::byte> large_list(std::size_t entries, std::size_t dimension) {
  constexpr std::size_t kIdLength = 7;  // Of 0000000 and on, so that the order is theirs.
  constexpr std::size_t kRecordBytes = 1 + kIdLength + sizeof(std::uint32_t) + 32;
  constexpr std::size_t kRowAt = sizeof(Salt) + 3 + 32;
  const std::size_t content_bytes = kRowAt + dimension * sizeof(float);
  const std::string lines = concat("proviso/watchlist/v2\n{\"contents_bytes\":",
                                   entries * content_bytes,
                                   ",\"dimension\":",
                                   dimension,
                                   ",\"entries\":",
                                   entries,
                                   ",\"made_at\":\"2026-11-24T09:00:00Z\",\"model_pack_sha256\":\"",
                                   std::string(64, 'a'),
                                   "\",\"state\":\"sealed\",\"table_bytes\":",
                                   entries * kRecordBytes,
                                   "}\n");
  std::vector<std::byte> bytes(lines.size() + entries * (kRecordBytes + content_bytes));
  std::memcpy(bytes.data(), lines.data(), lines.size());
  std::byte* record = bytes.data() + lines.size();
  std::byte* content = record + entries * kRecordBytes;
  constexpr float kOne = 1;
  for (std::size_t n = 0; n < entries; ++n) {
    const std::string digits = std::to_string(n);
    const std::string id = std::string(kIdLength - digits.size(), '0') + digits;
    content[kRowAt - 33] = std::byte{1};  // One photograph.
    std::memcpy(content + kRowAt + n % dimension * sizeof(float), &kOne, sizeof(float));
    const auto digest = crypto::sha256(std::span(content, content_bytes));
    const auto length = static_cast<std::uint32_t>(content_bytes);
    record[0] = std::byte{kIdLength};
    std::memcpy(record + 1, id.data(), kIdLength);
    std::memcpy(record + 1 + kIdLength, &length, sizeof(length));
    std::memcpy(record + 1 + kIdLength + sizeof(length), digest.bytes.data(), sizeof(digest));
    record += kRecordBytes;
    content += content_bytes;
  }
  return bytes;
}

TEST_F(SealedListTest, SaysWhatTheVectorSays) {
  const auto bytes = sealed_bytes();
  const auto list = SealedList::parse(bytes).value();

  EXPECT_EQ(list->digest(), digest_of(small_list(ListState::kSealed)));
  EXPECT_FALSE(list->is_of_vault());
  EXPECT_EQ(list->model_pack(), crypto::sha256("pack"));
  EXPECT_EQ(to_rfc3339(list->sealed_at()), "2026-11-24T09:00:00.250000Z");
  ASSERT_EQ(list->dimension(), 4U);
  ASSERT_EQ(list->entries().size(), 2U);
  EXPECT_EQ(list->entries()[0].id.text(), "anna");
  EXPECT_EQ(list->entries()[0].label, "Anna M\xC3\xBCller");
  EXPECT_EQ(list->entries()[0].category, "missing-at-risk");
  EXPECT_EQ(list->entries()[0].photographs, 2U);
  EXPECT_EQ(list->entries()[0].thumbnail_jpeg, (std::vector<std::uint8_t>{0xFF, 0xD8, 0xFF}));
  EXPECT_EQ(list->entries()[1].id.text(), "bo.2");
  EXPECT_EQ(list->entries()[1].photographs, 1U);
  const std::vector<float> rows{0.6F, 0.8F, 0, 0, 0, 0, -1, 0};
  EXPECT_TRUE(std::ranges::equal(list->templates(), rows));
}

TEST_F(SealedListTest, KeepsItsTemplatesInOneBlockAtA64ByteBoundary) {
  for (const std::size_t dimension : {2U, 3U, 17U, 1024U}) {
    const auto list = SealedList::parse(large_list(5, dimension)).value();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(list->templates().data()) % 64, 0U);
    EXPECT_EQ(list->templates().size(), 5 * dimension);
    EXPECT_EQ(list->templates()[dimension + 1], 1.0F);
  }
}

TEST_F(SealedListTest, RefusesADraft) {
  ASSERT_TRUE(SealedList::parse(sealed_bytes()).has_value());
  const auto refused = SealedList::parse(vector_bytes(ListState::kDraft));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(refused.error().message.find("a draft"), std::string::npos);
}

TEST_F(SealedListTest, OfNobodyIsAList) {
  const auto list = SealedList::parse(large_list(0, 2)).value();
  EXPECT_TRUE(list->entries().empty());
  EXPECT_TRUE(list->templates().empty());
}

TEST_F(SealedListTest, DamagedAnywhereIsRefusedOrHasAnotherDigest) {
  const crypto::Digest digest = SealedList::parse(sealed_bytes()).value()->digest();
  std::size_t trials = 0;
  std::size_t accepted = 0;
  for (const std::string& damaged : damaged_once(text_of(sealed_bytes()))) {
    ++trials;
    const auto list = SealedList::parse(bytes_of(damaged));
    if (!list) continue;
    ++accepted;
    ASSERT_NE(list.value()->digest(), digest);
  }
  std::cout << accepted << " of " << trials << " damaged lists are lists, of another digest\n";
  EXPECT_GT(accepted, 50U);
}

TEST_F(SealedListTest, IsLoadedFromAFileWithTheDigestOfItsHead) {
  const auto bytes = sealed_bytes();
  ASSERT_TRUE(write_file_durably(file_, std::span<const std::byte>(bytes)));
  EXPECT_EQ(SealedList::load(file_).value()->digest(), digest_of(small_list(ListState::kSealed)));

  std::filesystem::remove(file_);
  EXPECT_EQ(SealedList::load(file_).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(write_file_durably(file_, std::span<const std::byte>(bytes).first(100)));
  EXPECT_EQ(SealedList::load(file_).error().code, ErrorCode::kCorrupt);
}

TEST_F(SealedListTest, OfAFileOverItsMostBytesIsNotRead) {
  std::ofstream(file_).put('p');
  std::filesystem::resize_file(file_, kFileBytesMax + 1);  // Sparse: it takes no room.
  EXPECT_EQ(SealedList::load(file_).error().code, ErrorCode::kOverLimit);
}

TEST_F(SealedListTest, DoesNotLookAtItsBytesOnceItIsParsed) {
  auto bytes = sealed_bytes();
  const auto list = SealedList::parse(bytes).value();
  std::ranges::fill(bytes, std::byte{0});
  bytes.clear();
  bytes.shrink_to_fit();
  EXPECT_EQ(list->templates()[1], 0.8F);
  EXPECT_EQ(list->entries()[1].id.text(), "bo.2");
}

TEST_F(SealedListTest, HoldsNothingOfOneWhomItWasToldToWipe) {
  const auto list = SealedList::parse(sealed_bytes()).value();
  const SealedEntry& anna = list->entries()[0];
  const std::span<const std::uint8_t> picture(anna.thumbnail_jpeg.data(), 3);
  const std::string_view label(anna.label.data(), anna.label.size());
  ASSERT_EQ(picture[0], 0xFF) << "control";
  ASSERT_EQ(label, "Anna M\xC3\xBCller");
  list->wipe(0);
  EXPECT_TRUE(anna.is_erased && anna.label.empty() && anna.category.empty() &&
              anna.thumbnail_jpeg.empty());
  EXPECT_TRUE(std::ranges::all_of(picture, [](std::uint8_t byte) { return byte == 0; }));
  EXPECT_EQ(label, std::string(label.size(), '\0'));
  EXPECT_EQ(list->templates()[0], 0.0F);
  EXPECT_EQ(list->templates()[6], -1.0F) << "the other's";
  EXPECT_FALSE(list->entries()[1].is_erased);
}

TEST_F(SealedListTest, TakesTheMostEntriesAndRefusesOneMore) {
  const auto list = SealedList::parse(large_list(kEntriesMax, 2));
  ASSERT_TRUE(list.has_value()) << list.error().message;
  EXPECT_EQ(list.value()->entries().size(), kEntriesMax);
  EXPECT_EQ(list.value()->entries().back().id.text(), "0999999");

  const auto refused = SealedList::parse(large_list(kEntriesMax + 1, 2));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kOverLimit);
}

// The figures are for the reader; the limit only catches a loader that has become far slower.
TEST_F(SealedListTest, OfThousandsOfEntriesLoadsWithinSeconds) {
  using Seconds = std::chrono::duration<double>;
  for (const std::size_t entries : {1'000U, 10'000U, 100'000U}) {
    const auto bytes = large_list(entries, 128);
    const auto start = std::chrono::steady_clock::now();
    ASSERT_TRUE(SealedList::parse(bytes).has_value());
    const Seconds took = std::chrono::steady_clock::now() - start;
    std::cout << entries << " entries of 128 values, " << bytes.size() << " bytes: hashed and "
              << "parsed in " << took.count() << " s\n";
    EXPECT_LT(took.count(), 10);
  }
}

}  // namespace
}  // namespace proviso::watchlist
