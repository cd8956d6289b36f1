#include "safeguards/audit/leaf.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace proviso::audit {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + 12h;

Entry entry(std::string_view field, Value value) {
  Entry made{.kind = "run_refused", .body = {{"reason", "window_ended"}}, .at = kNoon};
  made.body.insert_or_assign(std::string(field), std::move(value));
  return made;
}

bool is_taken(std::string_view field, Value value) {
  return to_leaf(entry(field, std::move(value))).has_value();
}

TEST(Leaf, RulesAreSortedSoThatTheyAreFoundAndEveryNeededFieldHasAForm) {
  EXPECT_TRUE(std::ranges::is_sorted(field_rules(), {}, &FieldRule::name));
  EXPECT_TRUE(std::ranges::is_sorted(kind_rules(), {}, &KindRule::name));
  for (const KindRule& kind : kind_rules()) {
    for (const std::string_view needed : kind.needed) {
      EXPECT_TRUE(std::ranges::binary_search(field_rules(), needed, {}, &FieldRule::name))
          << needed;
    }
  }
}

TEST(Leaf, ComesBackAsItWent) {
  const Entry made = entry("camera", "gate-2");
  const std::string bytes = to_leaf(made).value();
  const Entry read = parse_leaf(bytes).value();
  EXPECT_EQ(read.kind, made.kind);
  EXPECT_EQ(read.body, made.body);
  EXPECT_EQ(read.at, made.at);
}

TEST(Leaf, TakesEachFormAndNothingBesideIt) {
  EXPECT_TRUE(is_taken("camera", std::string(64, 'a')));
  EXPECT_FALSE(is_taken("camera", std::string(65, 'a')));
  EXPECT_FALSE(is_taken("camera", "North Gate"));
  EXPECT_TRUE(is_taken("policy", std::string(64, '0')));
  EXPECT_FALSE(is_taken("policy", std::string(63, '0')));
  EXPECT_FALSE(is_taken("policy", std::string(64, 'A')));
  EXPECT_TRUE(is_taken("count", (std::int64_t{1} << 53U) - 1));
  EXPECT_TRUE(is_taken("count", 0));
  EXPECT_FALSE(is_taken("count", -1));
  EXPECT_FALSE(is_taken("count", "1"));
  EXPECT_TRUE(is_taken("deadline", "2026-11-24T08:30:00Z"));
  EXPECT_FALSE(is_taken("deadline", "tomorrow"));
  EXPECT_TRUE(is_taken("urgent", true));
  EXPECT_FALSE(is_taken("urgent", 1));
  EXPECT_TRUE(is_taken("reason", std::string(64, 'a')));
  EXPECT_FALSE(is_taken("reason", std::string(65, 'a')));
  EXPECT_FALSE(is_taken("reason", ""));
  EXPECT_TRUE(
      is_taken("key", "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"));
  EXPECT_FALSE(is_taken("key", "example.com/foo"));
  EXPECT_FALSE(is_taken("name", "anna"));
}

TEST(Leaf, TakesListsUpToTheirLimit) {
  EXPECT_TRUE(is_taken("officers", Value::Array(kLeafListMax, Value("a"))));
  EXPECT_FALSE(is_taken("officers", Value::Array(kLeafListMax + 1, Value("a"))));
  EXPECT_FALSE(is_taken("officers", Value::Array{Value("Anna Bell")}));
  EXPECT_FALSE(is_taken("officers", "anna"));
}

TEST(Leaf, IsOf1970To2105) {
  for (const WallTime limit : {kLeafAtMin, kLeafAtMax}) {
    Entry made = entry("camera", "gate-2");
    made.at = limit;
    EXPECT_EQ(parse_leaf(to_leaf(made).value()).value().at, limit);
    made.at += limit == kLeafAtMin ? -1us : 1us;
    EXPECT_EQ(to_leaf(made).error().code, ErrorCode::kInvalidInput);
  }
}

TEST(Leaf, HasAtMost4KiB) {
  const auto leaf_of = [](std::size_t id_bytes_in_all) {
    Value::Array officers;
    for (std::size_t left = kLeafListMax; left > 0; --left) {
      officers.emplace_back(std::string(id_bytes_in_all / left, 'a'));
      id_bytes_in_all -= id_bytes_in_all / left;
    }
    return to_leaf(entry("officers", std::move(officers)));
  };
  const std::size_t around = leaf_of(kLeafListMax).value().size() - kLeafListMax;
  const auto largest = leaf_of(kLeafBytesMax - around);
  ASSERT_TRUE(largest) << largest.error().message;
  EXPECT_EQ(largest.value().size(), kLeafBytesMax);
  EXPECT_TRUE(parse_leaf(largest.value()));

  EXPECT_EQ(leaf_of(kLeafBytesMax - around + 1).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(parse_leaf(std::string(kLeafBytesMax + 1, ' ')).error().code, ErrorCode::kOverLimit);
}

TEST(Leaf, RefusesBytesThatAreNotCanonical) {
  const std::string bytes = to_leaf(entry("camera", "gate-2")).value();
  ASSERT_TRUE(parse_leaf(bytes));
  EXPECT_EQ(parse_leaf(bytes + " ").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(parse_leaf("").error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(parse_leaf("{}").error().code, ErrorCode::kCorrupt);
  std::string spaced = bytes;
  spaced.insert(1, " ");
  EXPECT_EQ(parse_leaf(spaced).error().code, ErrorCode::kCorrupt);
  std::string later = bytes;
  later.replace(later.find("\"version\":1"), 11, "\"version\":2");
  EXPECT_EQ(parse_leaf(later).error().code, ErrorCode::kCorrupt);
  std::string time = bytes;
  time.replace(time.find("T12:00:00Z"), 10, "T12:00:00.000000Z");
  EXPECT_EQ(parse_leaf(time).error().code, ErrorCode::kCorrupt);
}

TEST(Leaf, OfAKindFromALaterVersionIsReadButNotChecked) {
  std::string bytes = to_leaf(entry("camera", "gate-2")).value();
  bytes.replace(bytes.find("run_refused"), 11, "run_halved");
  const auto read = parse_leaf(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(check_schema(read.value()).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace proviso::audit
