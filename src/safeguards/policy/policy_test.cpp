#include "safeguards/policy/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

#include "safeguards/policy/limits.h"
#include "safeguards/policy/shipped_policy_tool.h"

namespace proviso::policy {
namespace {

class ShippedPolicy : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Profiles,
                         ShippedPolicy,
                         testing::Values("uk", "eu", "demonstration"),
                         [](const auto& profile) { return std::string(profile.param); });

TEST_P(ShippedPolicy, IsReadAndItsHashOfTheBytesIsItsName) {
  const std::string text = shipped_text(GetParam());
  const auto policy = Policy::parse(text);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy.value().id, GetParam());
  EXPECT_EQ(policy.value().digest, crypto::sha256(text));
  // One byte of a comment is another policy.
  const auto other = Policy::parse(text + "#");
  ASSERT_TRUE(other);
  EXPECT_NE(other.value().digest, policy.value().digest);
}

TEST_P(ShippedPolicy, ExplainsEveryOptionWithItsDefaultAndItsSource) {
  std::istringstream lines(shipped_text(GetParam()));
  std::string line;
  std::string comment;
  std::string table;
  std::set<std::string> explained;
  std::size_t options = 0;
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) {
      comment += line;
    } else if (line.starts_with('[')) {
      table = line;
      comment.clear();
    } else if (!line.empty() && std::islower(static_cast<unsigned char>(line[0])) != 0) {
      const std::string name = table + line.substr(0, line.find(' '));
      const bool is_whole = comment.find("Default: ") != std::string::npos &&
                            comment.find("Source: ") != std::string::npos;
      // The further tables of a list have the options of the first.
      EXPECT_TRUE(is_whole || explained.contains(name)) << name;
      if (is_whole) explained.insert(name);
      ++options;
      comment.clear();
    } else {
      comment.clear();
    }
  }
  EXPECT_GT(options, 70U);
}

TEST_P(ShippedPolicy, NamesAsDefaultTheFigureThatItHas) {
  const std::string text = shipped_text(GetParam());
  std::size_t checked = 0;
  for (const Limit& limit : kLimits) {
    const std::string_view option = limit.option;
    if (option.find("[]") != std::string_view::npos) continue;
    const std::string table = concat("\n[", option.substr(0, option.rfind('.')), "]\n");
    const std::size_t start = text.find(table);
    ASSERT_NE(start, std::string::npos) << table;
    const std::size_t at = text.find(concat('\n', limit.name(), " = "), start);
    ASSERT_NE(at, std::string::npos) << option;
    const std::size_t figure = at + limit.name().size() + 4;
    const std::string value = text.substr(figure, text.find('\n', figure) - figure);
    const std::size_t stated = text.rfind("Default: ", at) + 9;
    EXPECT_TRUE(text.substr(stated).starts_with(value)) << option << " = " << value;
    const char after = text[stated + value.size()];
    EXPECT_TRUE(after == '.' || after == ' ' || after == ',') << option;
    ++checked;
  }
  EXPECT_GT(checked, 40U);
}

TEST_P(ShippedPolicy, AsksForTwoPeopleUnderEveryTier) {
  const Policy policy = shipped(GetParam());
  for (const Tier tier : {Tier::kOrdinary, Tier::kUrgent, Tier::kSensitivePlace}) {
    const TierRules* const rules = policy.find_tier(tier);
    ASSERT_NE(rules, nullptr) << to_text(tier);
    EXPECT_GE(rules->signatures.size(), 2U);
  }
}

TEST(Policy, TheUkProfileTakesLiveCamerasAndTheMetsUseCases) {
  const Policy uk = shipped("uk");
  EXPECT_TRUE(uk.allows_live_at("rtsp://camera.example/1"));
  EXPECT_FALSE(uk.allows_recording());
  for (const std::string_view name : {"Crime Hotspot", "Event PSO", "CNI PSO"}) {
    ASSERT_NE(uk.find_use_case(name), nullptr) << name;
    EXPECT_FALSE(uk.find_use_case(name)->evidence.empty());
  }
  EXPECT_EQ(uk.use_cases.size(), 3U);
  EXPECT_EQ(uk.find_use_case("crime hotspot"), nullptr);
  EXPECT_EQ(uk.find_category("other"), nullptr);
  EXPECT_NE(uk.find_category("missing-at-risk"), nullptr);
  EXPECT_TRUE(uk.allows_image_source("custody"));
  EXPECT_FALSE(uk.allows_image_source("passport"));
  EXPECT_EQ(uk.watchlist.age_h_max, 24);
  const auto& urgent = *uk.find_tier(Tier::kUrgent);
  EXPECT_EQ(urgent.signatures[1].rank_min, Rank::kInspector);
  EXPECT_EQ(urgent.countersignature->by.rank_min, Rank::kSuperintendent);
  EXPECT_LT(urgent.window_minutes_max, uk.find_tier(Tier::kOrdinary)->window_minutes_max);
}

TEST(Policy, TheEuProfileAsksAnIndependentAuthorityAndTheDocumentsOfTheAct) {
  const Policy eu = shipped("eu");
  EXPECT_TRUE(eu.allows_live_at("rtsp://camera.example/1"));
  EXPECT_FALSE(eu.allows_recording());
  const auto has_judge = [](const TierRules& rules) {
    return std::ranges::any_of(rules.signatures, [](const SignatureNeeded& signature) {
      return signature.role == Role::kIndependentAuthority;
    });
  };
  EXPECT_TRUE(has_judge(*eu.find_tier(Tier::kOrdinary)));
  EXPECT_TRUE(has_judge(*eu.find_tier(Tier::kSensitivePlace)));
  const TierRules& urgent = *eu.find_tier(Tier::kUrgent);
  EXPECT_FALSE(has_judge(urgent));
  EXPECT_EQ(urgent.countersignature->by.role, Role::kIndependentAuthority);
  EXPECT_EQ(urgent.countersignature->deadline_minutes, 24 * 60);
  EXPECT_TRUE(urgent.countersignature->refusal_deletes);
  for (const std::string_view id : {"fria", "registration"}) {
    EXPECT_TRUE(std::ranges::any_of(eu.documents, [&](const auto& one) { return one.id == id; }));
  }
  EXPECT_EQ(eu.find_category("annex-2-offence")->imprisonment_years_min, 4);
}

TEST(Policy, TheDemonstrationTakesNoLiveCameraButThisMachinesStreams) {
  const Policy policy = shipped("demonstration");
  EXPECT_TRUE(policy.allows_recording());
  for (const std::string_view loopback : {"rtsp://127.0.0.1/x",
                                          "rtsp://127.0.0.1:8554/x",
                                          "rtsps://127.1.2.3",
                                          "rtsp://[::1]:554/"}) {
    EXPECT_TRUE(policy.allows_live_at(loopback)) << loopback;
  }
  for (const std::string_view elsewhere : {"rtsp://camera.example/1",
                                           "rtsp://10.0.0.1/",
                                           "/dev/video0",
                                           "rtsp://localhost/",
                                           "rtsp://127.0.0.1.example.com/",
                                           "rtsp://127.0.0.1x/",
                                           "rtsp://127.1/",
                                           "rtsp://[::1]x/",
                                           "rtsp://[::2]/",
                                           "rtsp://camera.example/127.0.0.1",
                                           "127.0.0.1",
                                           ""}) {
    EXPECT_FALSE(policy.allows_live_at(elsewhere)) << elsewhere;
  }
  EXPECT_NE(policy.title.find("not lawful for live use"), std::string::npos);
  EXPECT_EQ(policy.operating_point.face_width_px_min, 32);
  EXPECT_EQ(policy.operating_point.enrolment_face_width_px_min, 40);
  EXPECT_EQ(policy.operating_point.threshold_floor_millionths, 400'000);
  EXPECT_EQ(policy.operating_point.shots_min, 3);
  EXPECT_EQ(policy.operating_point.embeddings_per_track_max, 5);
  EXPECT_EQ(policy.operating_point.repeat_s_max, 60);
}

TEST(Policy, NamesTheSensitivePlacesThatAPlaceTouches) {
  const Policy policy = shipped("demonstration");
  const auto strip = [](std::int64_t west, std::int64_t east) {
    return PlacePolygon{.corners = {{100, west}, {100, east}, {200, east}, {200, west}}};
  };
  EXPECT_TRUE(policy.places_touching(strip(10'001, 19'999)).empty());
  const auto one = policy.places_touching(strip(10'000, 19'999));
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(one[0]->kind, PlaceKind::kWorship);
  EXPECT_EQ(policy.places_touching(strip(10'000, 60'000)).size(), 4U);
}

TEST(Policy, TheUkProfilesExampleOfAPlaceIsOne) {
  std::string text = shipped_text("uk");
  for (std::size_t at = text.find("#| "); at != std::string::npos; at = text.find("#| ")) {
    text.erase(at, 3);
  }
  const auto policy = Policy::parse(text);
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy.value().places.size(), 1U);
}

TEST(Policy, TheFormatsVectorIsReadAndHasItsName) {
  const auto path = std::filesystem::path(PROVISO_SOURCE) / "tests/formats/policy_v1.toml";
  const auto text = read_text_file(path, Policy::kBytesMax);
  ASSERT_TRUE(text);
  const auto policy = Policy::parse(text.value());
  ASSERT_TRUE(policy) << policy.error().message;
  EXPECT_EQ(policy.value().id, "vector");
  EXPECT_EQ(crypto::to_hex(policy.value().digest),
            "1a7585be51608f61772ef5c9b5b1e50c2f1a02b48a2c54d7a26a9e0c8ff3842f");
  EXPECT_EQ(policy.value().places.at(0).polygon.corners.at(2).latitude_e7, 8000);
}

std::string with_commas(int number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

TEST(Policy, TheFormatsPageHasTheRangesOfTheCode) {
  const auto path = std::filesystem::path(PROVISO_SOURCE) / "docs/formats/policy.md";
  const auto page = read_text_file(path, Policy::kBytesMax);
  ASSERT_TRUE(page);
  for (const Limit& limit : kLimits) {
    const std::string row = concat(
        "| `", limit.option, "` | ", with_commas(limit.min), " | ", with_commas(limit.max), " |\n");
    EXPECT_NE(page.value().find(row), std::string::npos) << row;
  }
  for (std::size_t n = 0; n < kRanks; ++n) {
    const std::string word = concat('`', to_text(static_cast<Rank>(n)), '`');
    EXPECT_NE(page.value().find(word), std::string::npos) << word;
  }
  for (std::size_t n = 0; n < kRoles; ++n) {
    const std::string word = concat('`', to_text(static_cast<Role>(n)), '`');
    EXPECT_NE(page.value().find(word), std::string::npos) << word;
  }
}

}  // namespace
}  // namespace proviso::policy
