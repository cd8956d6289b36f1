#include "safeguards/watchlist/list_format.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <limits>
#include <new>
#include <random>

#include "safeguards/watchlist/reference.h"
#include "safeguards/watchlist/sealed_list.h"
#include "safeguards/watchlist/small_list_tool.h"

namespace {

std::atomic<std::size_t> largest_allocation_bytes{0};

}  // namespace

// The whole program's, so that a test sees what a foreign number made the parser ask for.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  if (bytes > largest_allocation_bytes) largest_allocation_bytes = bytes;
  if (void* const block = std::malloc(bytes)) return block;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* block) noexcept {
  std::free(block);
}
[[gnu::noinline]] void operator delete(void* block, std::size_t /*bytes*/) noexcept {
  std::free(block);
}

namespace proviso::watchlist {
namespace {

class ListFormat : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }
};

std::string little_endian(std::uint32_t number) {
  std::string bytes(sizeof(number), '\0');
  std::memcpy(bytes.data(), &number, sizeof(number));
  return bytes;
}

std::string byte_of(std::size_t number) {
  return {static_cast<char>(static_cast<unsigned char>(number))};
}

struct Record {
  std::string id = "anna";
  std::string label = "";
  std::string category = "";
  std::size_t photographs = 1;
  std::size_t thumbnail_bytes = 0;
  std::vector<float> row{1, 0};
  std::size_t content_bytes_missing = 0;

  std::string content() const {
    std::string bytes = concat(std::string(sizeof(Salt), 's'),
                               byte_of(label.size()),
                               label,
                               byte_of(category.size()),
                               category,
                               byte_of(photographs),
                               std::string(photographs * sizeof(crypto::Digest), 'd'),
                               text_of(std::as_bytes(std::span(row))),
                               std::string(thumbnail_bytes, 't'));
    bytes.resize(bytes.size() - content_bytes_missing);
    return bytes;
  }
  std::string bytes() const {
    const std::string content = this->content();
    const crypto::Digest digest = crypto::sha256(content);
    return concat(byte_of(id.size()),
                  id,
                  little_endian(static_cast<std::uint32_t>(content.size())),
                  text_of(std::as_bytes(std::span(digest.bytes))));
  }
};

// A file made by hand, sound by default.
struct RawList {
  std::vector<Record> records{Record{}};
  std::string after_the_table;
  std::size_t contents_bytes_more = 0;  // Said by the header alone.
  std::string state = "draft";

  std::string text() const {
    std::string table;
    std::string contents;
    for (const Record& record : records) {
      table += record.bytes();
      contents += record.content();
    }
    table += after_the_table;
    contents.append(contents_bytes_more, 'c');
    return concat("proviso/watchlist/v2\n{\"contents_bytes\":",
                  contents.size(),
                  ",\"dimension\":2,\"entries\":",
                  records.size(),
                  ",\"made_at\":\"2026-11-24T08:30:00Z\",\"model_pack_sha256\":\"",
                  std::string(64, 'a'),
                  "\",\"state\":\"",
                  state,
                  "\",\"table_bytes\":",
                  table.size(),
                  "}\n",
                  table,
                  contents);
  }
};

Result<ListContents> parsed(std::string_view text) {
  return parse_list(bytes_of(text));
}

void expect_read(std::string_view text) {
  const auto list = parsed(text);
  ASSERT_TRUE(list.has_value()) << list.error().message;
  EXPECT_EQ(text_of(to_bytes(list.value())), text);
}

void expect_refused(std::string_view text,
                    std::string_view part,
                    ErrorCode code = ErrorCode::kCorrupt) {
  const auto list = parsed(text);
  ASSERT_FALSE(list.has_value()) << part;
  EXPECT_EQ(list.error().code, code) << list.error().message;
  EXPECT_NE(list.error().message.find(part), std::string::npos)
      << part << " in: " << list.error().message;
}

// The small draft with one part of its text changed.
std::string with(std::string_view part, std::string_view becomes) {
  std::string text = text_of(vector_bytes(ListState::kDraft));
  text.replace(text.find(part), part.size(), becomes);
  return text;
}

TEST_F(ListFormat, ReadsAndWritesTheVectorsOfBothStates) {
  for (const ListState state : {ListState::kDraft, ListState::kSealed}) {
    const auto bytes = vector_bytes(state);
    EXPECT_EQ(to_bytes(small_list(state)), bytes);

    const ListContents list = parse_list(bytes).value();
    EXPECT_EQ(list.state, state);
    EXPECT_EQ(list.made_at, small_list(state).made_at);
    EXPECT_EQ(list.model_pack, crypto::sha256("pack"));
    ASSERT_EQ(list.entries.size(), 2U);
    EXPECT_EQ(list.entries[0].label, "Anna M\xC3\xBCller");
    EXPECT_EQ(list.entries[0].category, "missing-at-risk");
    EXPECT_EQ(list.entries[0].salt, salt_of("anna"));
    EXPECT_EQ(list.entries[0].photographs[1], crypto::sha256("second"));
    EXPECT_EQ(list.entries[0].values, (std::vector<float>{0.6F, 0.8F, 0, 0}));
    EXPECT_EQ(list.entries[0].thumbnail_jpeg, (std::vector<std::uint8_t>{0xFF, 0xD8, 0xFF}));
    EXPECT_EQ(list.entries[1].id.text(), "bo.2");
    EXPECT_TRUE(list.entries[1].thumbnail_jpeg.empty());
    EXPECT_EQ(to_bytes(list), bytes);
  }
  EXPECT_EQ(crypto::to_hex(digest_of(small_list(ListState::kDraft))),
            "e1e8c088a341dfe8432276774231e7f795fc7d51c179406c458f60f6609528a7");
  EXPECT_EQ(crypto::to_hex(digest_of(small_list(ListState::kSealed))),
            "790dc6336f947d0141d967146780c801cd3cd33899084fc5d3a2497551f0d3ad");
}

// What stands in the head but for its first line can say something else; a content cannot.
TEST_F(ListFormat, DamagedAnywhereIsRefusedOrIsAnotherListOfExactlyItsBytes) {
  std::size_t trials = 0;
  std::size_t accepted = 0;
  for (const std::string& damaged : damaged_once(text_of(vector_bytes(ListState::kSealed)))) {
    ++trials;
    const auto list = parsed(damaged);
    if (list) {
      ++accepted;
      ASSERT_EQ(text_of(to_bytes(list.value())), damaged);
    } else {
      ASSERT_TRUE(list.error().code == ErrorCode::kCorrupt ||
                  list.error().code == ErrorCode::kOverLimit);
      ASSERT_NE(list.error().message.find("; "), std::string::npos) << list.error().message;
    }
  }
  std::cout << accepted << " of " << trials << " damaged lists are lists\n";
  EXPECT_GT(accepted, 50U);
  EXPECT_GT(trials - accepted, 2000U);
}

TEST_F(ListFormat, RefusesAHeaderWithAFieldDroppedDoubledUnknownOrOfAnotherKind) {
  expect_read(with("", ""));
  const std::array<std::array<std::string_view, 3>, 8> cases{{
      {"\"dimension\":4,", "", "header must have the field \"dimension\""},
      {"\"state\":\"draft\",", "", "header must have the field \"state\""},
      {"\"entries\":2,", "\"entries\":2,\"entries\":2,", "\"entries\" twice"},
      {"\"state\"", "\"note\":1,\"state\"", "found \"note\""},
      {"\"dimension\":4", "\"dimension\":\"4\"", "header.dimension"},
      {"\"table_bytes\":", "\"table_bytes\":-", "header.table_bytes"},
      {"\"state\":\"draft\"", "\"state\":\"open\"", "header.state"},
      {"08:30:00Z", "08:30:00+00:00", "a time is written"},
  }};
  for (const auto& [part, becomes, message] : cases) expect_refused(with(part, becomes), message);
}

TEST_F(ListFormat, RefusesAHeaderInAnyFormButTheCanonical) {
  expect_refused(with("{\"contents", "{ \"contents"), "not canonical");
  expect_refused(with("\"dimension\":4,\"entries\":2", "\"entries\":2,\"dimension\":4"),
                 "not canonical");
  expect_refused(with("08:30:00Z", "08:30:00.000000Z"), "not canonical");
  expect_refused(with("v2\n", "v2\r\n"), "the first line");
  expect_refused(with("watchlist/v2", "watchlist/v1"), "the first line");
}

TEST_F(ListFormat, LooksForTheHeadersEndInItsMostBytesOnly) {
  const std::string text = text_of(vector_bytes(ListState::kDraft));
  const std::size_t start = text.find('\n') + 1;
  const std::size_t length = text.find('\n', start) - start;
  std::string longest = text;
  longest.insert(start + 1, kHeaderBytesMax - length, ' ');
  expect_refused(longest, "not canonical");
  longest.insert(start + 1, 1, ' ');
  expect_refused(longest, "the header line is cut off");
}

TEST_F(ListFormat, TakesTheFewestAndMostDimensionsAndRefusesTheNext) {
  for (const std::size_t dimension : {kDimensionMin, kDimensionMax}) {
    ListContents list = small_list(ListState::kDraft);
    list.dimension = dimension;
    for (ListEntry& entry : list.entries) {
      entry.values.assign(dimension, 0);
      entry.values[dimension - 1] = 1;
    }
    expect_read(text_of(to_bytes(list)));
  }
  expect_refused(with("\"dimension\":4", "\"dimension\":1"), "header.dimension");
  expect_refused(with("\"dimension\":4", "\"dimension\":1025"), "header.dimension");
}

// Refused without a block of more than a few headers being asked for.
void expect_refused_without_memory(std::string_view text, ErrorCode code) {
  const auto bytes = bytes_of(text);
  largest_allocation_bytes = 0;
  const auto list = parse_list(bytes);
  EXPECT_LT(largest_allocation_bytes, 16 * kHeaderBytesMax);
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, code) << list.error().message;
}

TEST_F(ListFormat, RefusesCountsOverTheLimitsAndTakesNoMemoryForThoseWithin) {
  struct Claim {
    std::string_view field;
    std::string_view found;
    std::size_t most;
  };
  for (const Claim& claim : {Claim{"\"entries\":", "2", kEntriesMax},
                             Claim{"\"table_bytes\":", "82", kFileBytesMax},
                             Claim{"\"contents_bytes\":", "196", kFileBytesMax}}) {
    SCOPED_TRACE(claim.field);
    const std::string field = concat(claim.field, claim.found);
    expect_refused_without_memory(with(field, concat(claim.field, claim.most)),
                                  ErrorCode::kCorrupt);
    expect_refused_without_memory(with(field, concat(claim.field, claim.most + 1)),
                                  ErrorCode::kOverLimit);
  }
}

TEST_F(ListFormat, TakesNoMemoryForEntriesThatTheTableCannotHold) {
  constexpr std::size_t kEntries = 100'000;
  std::string text =
      with("\"dimension\":4,\"entries\":2", concat("\"dimension\":2,\"entries\":", kEntries));
  expect_refused(text, "the table is too short for its entries");
  expect_refused_without_memory(text, ErrorCode::kCorrupt);
}

// Pages that nobody may read: looking at one ends the program.
TEST_F(ListFormat, RefusesAFileOverItsMostBytesWithoutALookAtIt) {
  constexpr std::size_t kBytes = kFileBytesMax + 1;
  constexpr std::size_t kPageBytes = 4096;  // For the first lines.
  void* const block =
      ::mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(block, MAP_FAILED);
  const std::span file(static_cast<const std::byte*>(block), kBytes);
  const auto over = parse_list(file);
  EXPECT_EQ(over.error().code, ErrorCode::kOverLimit);

  ASSERT_EQ(::mprotect(block, kHeaderBytesMax + kPageBytes, PROT_READ), 0);
  const auto most = parse_list(file.first(kFileBytesMax));
  EXPECT_EQ(most.error().code, ErrorCode::kCorrupt) << "of the right size, only not a list";
  ASSERT_EQ(::munmap(block, kBytes), 0);
}

TEST_F(ListFormat, TakesTheLastOfEachRangeOfARecordAndRefusesTheNext) {
  const auto with_record = [](Record record) {
    RawList list;
    list.records = {std::move(record)};
    return list.text();
  };
  expect_read(with_record({}));
  expect_read(with_record({.id = std::string(kIdLengthMax, 'a')}));
  expect_refused(with_record({.id = std::string(kIdLengthMax + 1, 'a')}), "entry id");
  expect_refused(with_record({.id = ""}), "");
  expect_refused(with_record({.id = "Anna"}), "entry id");

  expect_read(with_record({.label = std::string(kLabelBytesMax, 'l')}));
  expect_refused(with_record({.label = std::string(kLabelBytesMax + 1, 'l')}), "the label of");
  expect_refused(with_record({.label = "\x1B[2J"}), "the label of");
  expect_refused(with_record({.label = "\xFF"}), "the label of");

  expect_read(with_record({.category = std::string(kCategoryBytesMax, 'c')}));
  expect_refused(with_record({.category = std::string(kCategoryBytesMax + 1, 'c')}),
                 "the category of");
  expect_refused(with_record({.category = "\n"}), "the category of");

  expect_read(with_record({.photographs = kPhotographsMax}));
  expect_refused(with_record({.photographs = kPhotographsMax + 1}), "has 65 photographs");
  expect_refused(with_record({.photographs = 0}), "has 0 photographs");

  expect_read(with_record({.thumbnail_bytes = kThumbnailBytesMax}));
  expect_refused(with_record({.thumbnail_bytes = kThumbnailBytesMax + 1}), "over 64 KiB");
}

TEST_F(ListFormat, HoldsEntriesInTheOrderOfTheirIdsAndEachOnce) {
  const auto with_ids = [](std::string_view first, std::string_view second) {
    RawList list;
    list.records = {{.id = std::string(first)}, {.id = std::string(second)}};
    return list.text();
  };
  expect_read(with_ids("a", "b"));
  expect_read(with_ids("a", "a-"));
  expect_refused(with_ids("b", "a"), "entry a does not come after");
  expect_refused(with_ids("a", "a"), "entry a does not come after");
}

TEST_F(ListFormat, HasNothingBetweenOrBehindItsParts) {
  RawList list;
  expect_read(list.text());
  expect_refused(list.text() + "x", "the body has");
  expect_refused(list.text().substr(0, list.text().size() - 1), "the body has");

  list.after_the_table = "x";
  expect_refused(list.text(), "the table goes on after its last entry");
  list.after_the_table.clear();
  list.contents_bytes_more = 1;
  expect_refused(list.text(), "the table's contents have 59 bytes, the header needs 60");
}

TEST_F(ListFormat, HoldsEachContentToItsRecord) {
  RawList list;
  list.records.push_back({.id = "bo"});
  const std::string text = list.text();
  expect_read(text);
  std::string changed = text;
  changed[text.rfind('s')] = 'S';
  expect_refused(changed, "the content of entry bo has another digest than listed");
  const std::size_t length = list.records[0].content().size();
  for (const std::size_t missing :
       {length, length - sizeof(Salt), std::size_t{9}, std::size_t{1}}) {
    list.records[0].content_bytes_missing = missing;
    expect_refused(list.text(), "the content of entry anna is cut off");
  }
}

TEST_F(ListFormat, TakesNoMemoryForAContentOverItsMost) {
  RawList list;
  const std::string sound = list.text();
  expect_read(sound);
  std::string text = sound;
  const std::size_t length_at = text.find("\004anna") + 5;
  text.replace(length_at, 4, little_endian(0xFFFFFFFF));
  expect_refused_without_memory(text, ErrorCode::kCorrupt);
  expect_refused(text, "the content of entry anna has 4294967295 bytes, the limit is");
}

TEST_F(ListFormat, HoldsRowsOfNorm1Only) {
  const auto with_row = [](float first, float second) {
    RawList list;
    list.records[0].row = {first, second};
    return list.text();
  };
  for (const float norm : {1.0F, -1.0F, 1.00009F, 0.99991F}) {
    expect_read(with_row(norm, 0));
    expect_read(with_row(0.6F * norm, 0.8F * norm));
  }
  using Limits = std::numeric_limits<float>;
  for (const float norm :
       {1.0002F, 0.9998F, 0.0F, Limits::quiet_NaN(), Limits::infinity(), Limits::max()}) {
    expect_refused(with_row(norm, 0), "the template of entry anna is not of norm 1");
    expect_refused(with_row(0, norm), "the template of entry anna is not of norm 1");
  }
}

TEST_F(ListFormat, HoldsTheCompositionThatAVaultCounted) {
  ListContents list = small_list(ListState::kSealed);
  list.composition = Composition{.entries = 2,
                                 .under_18 = 1,
                                 .blue_list = 0,
                                 .images = 3,
                                 .image_age_days_median = 40,
                                 .categories = {{"missing-at-risk", 1}, {"", 1}},
                                 .image_sources = {{"custody", 2}, {"cctv-still", 1}}};
  const auto bytes = as_if_locked(list);
  EXPECT_EQ(parse_head(ListSource(bytes)).value().composition, list.composition);
  EXPECT_NE(digest_of(list), digest_of(small_list(ListState::kSealed))) << "it is signed for";
  EXPECT_TRUE(opened_by_vault(bytes).has_value());
  EXPECT_TRUE(opened_by_vault(bytes, "anna").has_value()) << "one of hers less";

  const std::string text = text_of(bytes);
  for (const auto& [part, becomes] : {std::pair{"\"count\":2", "\"count\":-"},
                                      std::pair{"\"cctv-still\"", "\"custody\",\"x\":1"},
                                      std::pair{"\"under_18\":1", "\"under_19\":1"}}) {
    std::string changed = text;
    changed.replace(changed.find(part), std::string_view(part).size(), becomes);
    EXPECT_EQ(parse_head(ListSource(bytes_of(changed))).error().code, ErrorCode::kCorrupt) << part;
  }
  list.composition->categories = {{"missing-at-risk", 2}};
  EXPECT_EQ(opened_by_vault(as_if_locked(list)).error().code, ErrorCode::kCorrupt);
}

TEST_F(ListFormat, CountsTheBytesThatAnEntryAdds) {
  ListContents list = small_list(ListState::kDraft);
  const auto body_bytes = [&] {
    const std::string text = text_of(to_bytes(list));
    return text.size() - text.find('\n', text.find('\n') + 1) - 1;
  };
  const std::size_t two = body_bytes();
  const std::size_t added = file_bytes(list.entries[0]);
  list.entries.erase(list.entries.begin());
  EXPECT_EQ(body_bytes() + added, two);
  EXPECT_EQ(body_bytes(), file_bytes(list.entries[0]));
}

TEST_F(ListFormat, RefusesOver5000ListsWithSeveralBytesDamagedOrGivesThemBack) {
  const std::string text = text_of(vector_bytes(ListState::kSealed));
  std::mt19937 random(5);
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  for (int trial = 0; trial < 5000; ++trial) {
    std::string damaged = text;
    for (std::size_t left = 1 + below(5); left > 0; --left) {
      damaged[below(damaged.size())] = static_cast<char>(below(256));
    }
    if (const auto list = parsed(damaged)) {
      ASSERT_EQ(text_of(to_bytes(list.value())), damaged);
    }
  }
}

}  // namespace
}  // namespace proviso::watchlist
