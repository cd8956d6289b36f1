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
  std::size_t photographs = 1;
  std::size_t thumbnail_bytes = 0;

  std::string bytes() const {
    return concat(byte_of(id.size()),
                  id,
                  byte_of(label.size()),
                  label,
                  byte_of(photographs),
                  std::string(photographs * sizeof(crypto::Digest), 'd'),
                  little_endian(static_cast<std::uint32_t>(thumbnail_bytes)));
  }
};

// A file made by hand, sound by default.
struct RawList {
  std::vector<Record> records{Record{}};
  std::vector<float> rows{1, 0};
  std::string after_the_table;
  std::size_t thumbnail_bytes_missing = 0;
  std::string state = "draft";

  std::string text() const {
    std::string table;
    std::string thumbnails;
    for (const Record& record : records) {
      table += record.bytes();
      thumbnails.append(record.thumbnail_bytes, 't');
    }
    table += after_the_table;
    thumbnails.resize(thumbnails.size() - thumbnail_bytes_missing);
    return concat("proviso/watchlist/v1\n{\"dimension\":2,\"entries\":",
                  records.size(),
                  ",\"made_at\":\"2026-11-24T08:30:00Z\",\"model_pack_sha256\":\"",
                  std::string(64, 'a'),
                  "\",\"state\":\"",
                  state,
                  "\",\"table_bytes\":",
                  table.size(),
                  ",\"thumbnail_bytes\":",
                  thumbnails.size(),
                  "}\n",
                  table,
                  text_of(std::as_bytes(std::span(rows))),
                  thumbnails);
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
    EXPECT_EQ(list.entries[0].photographs[1], crypto::sha256("second"));
    EXPECT_EQ(list.entries[0].values, (std::vector<float>{0.6F, 0.8F, 0, 0}));
    EXPECT_EQ(list.entries[0].thumbnail_jpeg, (std::vector<std::uint8_t>{0xFF, 0xD8, 0xFF}));
    EXPECT_EQ(list.entries[1].id.text(), "bo.2");
    EXPECT_TRUE(list.entries[1].thumbnail_jpeg.empty());
    EXPECT_EQ(to_bytes(list), bytes);
  }
  EXPECT_EQ(crypto::to_hex(crypto::sha256(vector_bytes(ListState::kDraft))),
            "404780fd953c229e7669709a21722878979a019f836b083267c035c92137956f");
  EXPECT_EQ(crypto::to_hex(crypto::sha256(vector_bytes(ListState::kSealed))),
            "c5f09451d9e204cac4bf6100c1b1182e3cc2d8c2321304fe5eb402c2e520c270");
}

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
  EXPECT_GT(accepted, 500U);
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
  expect_refused(with("{\"dimension\":4,", "{ \"dimension\":4,"), "not canonical");
  expect_refused(with("\"dimension\":4,\"entries\":2", "\"entries\":2,\"dimension\":4"),
                 "not canonical");
  expect_refused(with("08:30:00Z", "08:30:00.000000Z"), "not canonical");
  expect_refused(with("v1\n", "v1\r\n"), "the first line");
  expect_refused(with("watchlist/v1", "watchlist/v2"), "the first line");
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
                             Claim{"\"table_bytes\":", "130", kFileBytesMax},
                             Claim{"\"thumbnail_bytes\":", "3", kFileBytesMax}}) {
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
  text.append((kEntries * 2 - 8) * sizeof(float), 'r');
  expect_refused(text, "the table is too short for its entries");
  expect_refused_without_memory(text, ErrorCode::kCorrupt);
}

// Pages that nobody may read: looking at one ends the program.
TEST_F(ListFormat, RefusesAFileOverItsMostBytesWithoutALookAtIt) {
  constexpr std::size_t kBytes = kFileBytesMax + 1;
  void* const block =
      ::mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ASSERT_NE(block, MAP_FAILED);
  const std::span file(static_cast<const std::byte*>(block), kBytes);
  const auto over = parse_list(file);
  EXPECT_EQ(over.error().code, ErrorCode::kOverLimit);

  ASSERT_EQ(::mprotect(block, kHeaderBytesMax, PROT_READ), 0);
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

  expect_read(with_record({.photographs = kPhotographsMax}));
  expect_refused(with_record({.photographs = kPhotographsMax + 1}), "has 65 photographs");
  // Long enough for the least record, so that the count itself is looked at.
  expect_refused(with_record({.label = std::string(kLabelBytesMax, 'l'), .photographs = 0}),
                 "has 0 photographs");

  expect_read(with_record({.thumbnail_bytes = kThumbnailBytesMax}));
  expect_refused(with_record({.thumbnail_bytes = kThumbnailBytesMax + 1}), "over 64 KiB");
}

TEST_F(ListFormat, HoldsEntriesInTheOrderOfTheirIdsAndEachOnce) {
  const auto with_ids = [](std::string_view first, std::string_view second) {
    RawList list;
    list.records = {{.id = std::string(first)}, {.id = std::string(second)}};
    list.rows = {1, 0, 0, 1};
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
  list.records[0].thumbnail_bytes = 5;
  expect_read(list.text());
  list.thumbnail_bytes_missing = 1;
  expect_refused(list.text(), "the thumbnails have 4 bytes, the table needs 5");
}

TEST_F(ListFormat, HoldsRowsOfNorm1Only) {
  const auto with_row = [](float first, float second) {
    RawList list;
    list.rows = {first, second};
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
