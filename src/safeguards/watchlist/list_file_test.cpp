#include "safeguards/watchlist/list_file.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "safeguards/watchlist/sealed_list.h"
#include "safeguards/watchlist/small_list_tool.h"

// Stands in for the one maker of a Reference, which lies above this folder: this program does not
// link it.
namespace proviso::embed {

class Embedder {
 public:
  static watchlist::Reference reference(std::vector<float> values) {
    return watchlist::Reference(std::move(values));
  }
};

}  // namespace proviso::embed

namespace proviso::watchlist {
namespace {

constexpr std::size_t kDimension = 4;

NewEntry new_entry(std::string_view id, std::string_view photograph) {
  return {.id = entry_named(id),
          .label = "Label",
          .photographs = {crypto::sha256(photograph)},
          .reference = embed::Embedder::reference({0, 1, 0, 0}),
          .thumbnail_jpeg = {1, 2, 3}};
}

NewEntry new_entry(const ListEntry& entry) {
  return {.id = entry.id,
          .label = entry.label,
          .photographs = entry.photographs,
          .reference = embed::Embedder::reference(entry.values),
          .thumbnail_jpeg = entry.thumbnail_jpeg};
}

class ListFileTest : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  void TearDown() override { std::filesystem::remove(file_); }

  // Refused, with the list as it was.
  void expect_refused(NewEntry entry, ErrorCode code, std::string_view part) {
    const auto before = list_.seal(now_);
    const Status added = list_.add(std::move(entry));
    ASSERT_FALSE(added.has_value()) << part;
    EXPECT_EQ(added.error().code, code);
    EXPECT_NE(added.error().message.find(part), std::string::npos)
        << part << " in: " << added.error().message;
    EXPECT_EQ(list_.seal(now_), before);
  }

  void expect_added(NewEntry entry) {
    const std::size_t before = list_.entries().size();
    const Status added = list_.add(std::move(entry));
    ASSERT_TRUE(added.has_value()) << added.error().message;
    EXPECT_EQ(list_.entries().size(), before + 1);
  }

  Result<ListFile> load(const ListContents& contents) {
    EXPECT_TRUE(write_file_durably(file_, std::span<const std::byte>(to_bytes(contents))));
    return ListFile::load(file_);
  }

  const WallTime now_ = small_list(ListState::kDraft).made_at;
  const std::filesystem::path file_ =
      concat(testing::TempDir(),
             "list-file-",
             testing::UnitTest::GetInstance()->current_test_info()->name());
  ListFile list_ = ListFile::create(crypto::sha256("pack"), kDimension, now_);
};

// But for what a list by itself does not know: the vectors' salts, and a vault's category.
std::vector<std::byte> like_the_vectors(std::span<const std::byte> bytes) {
  ListContents list = parse_list(bytes).value();
  for (ListEntry& entry : list.entries) entry.salt = salt_of(entry.id.text());
  list.entries[0].category = small_list(list.state).entries[0].category;
  return to_bytes(list);
}

TEST_F(ListFileTest, BecomesTheVectorsWhateverTheOrderOfItsEntries) {
  const ListContents small = small_list(ListState::kDraft);
  expect_added(new_entry(small.entries[1]));
  expect_added(new_entry(small.entries[0]));

  ASSERT_TRUE(list_.save(file_));
  EXPECT_EQ(like_the_vectors(read_file(file_, kFileBytesMax).value()),
            vector_bytes(ListState::kDraft));
  EXPECT_EQ(like_the_vectors(list_.seal(small_list(ListState::kSealed).made_at)),
            vector_bytes(ListState::kSealed));
}

TEST_F(ListFileTest, SaltsEachEntrySoThatItsDigestSaysNothingOfIt) {
  expect_added(new_entry("anna", "first"));
  ListFile other = ListFile::create(crypto::sha256("pack"), kDimension, now_);
  ASSERT_TRUE(other.add(new_entry("anna", "first")));
  EXPECT_NE(list_.entries()[0].salt, other.entries()[0].salt);
  EXPECT_NE(list_.seal(now_), other.seal(now_));
}

TEST_F(ListFileTest, IsLoadedAndGoesOnGrowing) {
  list_ = ListFile::load(vector_file(ListState::kDraft)).value();
  EXPECT_EQ(list_.model_pack(), crypto::sha256("pack"));
  EXPECT_EQ(list_.dimension(), kDimension);
  ASSERT_EQ(list_.entries().size(), 2U);

  expect_added(new_entry("anne", "fourth"));
  const auto sealed = SealedList::parse(list_.seal(now_)).value();
  ASSERT_EQ(sealed->entries().size(), 3U);
  EXPECT_EQ(sealed->entries()[1].id.text(), "anne");
  EXPECT_EQ(sealed->templates()[kDimension + 1], 1.0F);
  EXPECT_EQ(sealed->sealed_at(), now_);
  EXPECT_EQ(sealed->model_pack(), list_.model_pack());
}

TEST_F(ListFileTest, OfNobodyIsSavedLoadedAndSealed) {
  ASSERT_TRUE(list_.save(file_));
  EXPECT_TRUE(ListFile::load(file_).value().entries().empty());
  EXPECT_TRUE(SealedList::parse(list_.seal(now_)).has_value());
}

TEST_F(ListFileTest, RefusesToLoadWhatIsSealedAbsentOrCut) {
  ASSERT_TRUE(ListFile::load(vector_file(ListState::kDraft)).has_value());
  const auto sealed = ListFile::load(vector_file(ListState::kSealed));
  EXPECT_EQ(sealed.error().code, ErrorCode::kInvalidInput);
  EXPECT_NE(sealed.error().message.find("a sealed list does not change"), std::string::npos);
  EXPECT_EQ(ListFile::load(file_).error().code, ErrorCode::kNotFound);

  auto bytes = vector_bytes(ListState::kDraft);
  bytes.pop_back();
  ASSERT_TRUE(write_file_durably(file_, std::span<const std::byte>(bytes)));
  EXPECT_EQ(ListFile::load(file_).error().code, ErrorCode::kCorrupt);
}

TEST_F(ListFileTest, RefusesAnEntryThatIsOnItAlready) {
  expect_added(new_entry("anna", "first"));
  expect_refused(
      new_entry("anna", "second"), ErrorCode::kInvalidInput, "entry anna is on the list");
  expect_added(new_entry("anna-2", "second"));
}

TEST_F(ListFileTest, RefusesAPhotographUnderTwoEntries) {
  expect_added(new_entry("anna", "first"));
  expect_refused(new_entry("bo", "first"), ErrorCode::kInvalidInput, "stands under entry anna");
  NewEntry second = new_entry("bo", "second");
  second.photographs.push_back(crypto::sha256("first"));
  expect_refused(second, ErrorCode::kInvalidInput, "stands under entry anna");
  expect_added(new_entry("bo", "second"));
}

TEST_F(ListFileTest, RefusesToLoadADraftWithAPhotographUnderTwoEntriesAndRemembersThoseLoaded) {
  ListContents contents = small_list(ListState::kDraft);
  ASSERT_TRUE(load(contents).has_value());
  list_ = load(contents).value();
  expect_refused(new_entry("cy", "third"), ErrorCode::kInvalidInput, "stands under entry bo.2");

  contents.entries[1].photographs[0] = contents.entries[0].photographs[1];
  const auto refused = load(contents);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kCorrupt);
  EXPECT_NE(refused.error().message.find("stands under entry anna"), std::string::npos);
}

TEST_F(ListFileTest, TakesTheMostOfEverythingInOneEntryAndRefusesOneMore) {
  NewEntry most = new_entry(std::string(kIdLengthMax, 'a'), "first");
  most.label = std::string(kLabelBytesMax, 'l');
  for (std::size_t n = 1; n < kPhotographsMax; ++n) {
    most.photographs.push_back(crypto::sha256(concat("photograph ", n)));
  }
  most.thumbnail_jpeg.assign(kThumbnailBytesMax, 0xFF);

  NewEntry over = most;
  over.label += 'l';
  expect_refused(over, ErrorCode::kInvalidInput, "at most 128 bytes");
  over = most;
  over.photographs.push_back(crypto::sha256("one more"));
  expect_refused(over, ErrorCode::kOverLimit, "65 photographs of one entry, the limit is 64");
  over = most;
  over.thumbnail_jpeg.push_back(0);
  expect_refused(over, ErrorCode::kOverLimit, "has 65537 bytes, the limit is 65536");

  expect_added(most);
  ASSERT_TRUE(list_.save(file_));
  EXPECT_EQ(ListFile::load(file_).value().entries()[0].photographs, most.photographs);
  EXPECT_TRUE(SealedList::parse(list_.seal(now_)).has_value());
}

TEST_F(ListFileTest, RefusesAnEntryWithoutAPhotographAndALabelThatActsOnATerminal) {
  NewEntry entry = new_entry("anna", "first");
  entry.photographs.clear();
  expect_refused(entry, ErrorCode::kInvalidInput, "has no photograph");
  entry = new_entry("anna", "first");
  entry.label = "\x1B[2J";
  expect_refused(entry, ErrorCode::kInvalidInput, "printable");
  expect_added(new_entry("anna", "first"));
}

TEST_F(ListFileTest, RefusesATemplateOfAnotherDimension) {
  for (const std::size_t dimension : {kDimension - 1, kDimension + 1}) {
    std::vector<float> values(dimension, 0);
    values[0] = 1;
    NewEntry entry = new_entry("anna", "first");
    entry.reference = embed::Embedder::reference(values);
    expect_refused(
        entry, ErrorCode::kInvalidInput, concat("has ", dimension, " values, the list needs 4"));
  }
  expect_added(new_entry("anna", "first"));
}

TEST_F(ListFileTest, TakesTheMostEntriesAndRefusesOneMore) {
  ListContents contents = small_list(ListState::kDraft);
  contents.dimension = 2;
  contents.entries.assign(kEntriesMax - 1, contents.entries[1]);
  for (std::size_t n = 0; n < contents.entries.size(); ++n) {
    ListEntry& entry = contents.entries[n];
    const std::string digits = std::to_string(n);
    entry.id = entry_named(concat(std::string(7 - digits.size(), '0'), digits));
    std::memcpy(entry.photographs[0].bytes.data(), &n, sizeof(n));
    entry.values = {1, 0};
  }
  auto list = load(contents).value();
  contents.entries.clear();

  NewEntry entry = new_entry("last", "first");
  entry.reference = embed::Embedder::reference({0, 1});
  ASSERT_TRUE(list.add(entry).has_value());
  EXPECT_EQ(list.entries().size(), kEntriesMax);
  entry.id = entry_named("one-more");
  entry.photographs = {crypto::sha256("second")};
  const Status refused = list.add(entry);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(list.entries().size(), kEntriesMax);
}

TEST(ListFileDeathTest, IsNotMadeForADimensionThatNoEmbedderHas) {
  EXPECT_DEATH(ListFile::create({}, kDimensionMin - 1, {}), "check failed");
  EXPECT_DEATH(ListFile::create({}, kDimensionMax + 1, {}), "check failed");
}

}  // namespace
}  // namespace proviso::watchlist
