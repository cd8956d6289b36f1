// 100,000 damaged authorities: none crashes, and none is taken that differs from what was signed.

#include <gtest/gtest.h>

#include <array>
#include <iostream>
#include <random>
#include <string>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/trials_tool.h"
#include "base/json/json.h"
#include "safeguards/authority/rules.h"
#include "safeguards/authority/signed_authority_tool.h"

namespace proviso::authority {
namespace {

constexpr WallTime kNow =
    std::chrono::sys_days(std::chrono::year(2026) / 11 / 24) + std::chrono::hours(9);

// Damages texts: bytes changed, put in and taken out, pieces copied and moved.
class Damage {
 public:
  explicit Damage(unsigned seed) : random_(seed) {}

  std::string of(const std::string& text) {
    std::string damaged = text;
    for (std::size_t left = 1 + below(3); left > 0 && !damaged.empty(); --left) hurt(damaged);
    return damaged;
  }
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

 private:
  char byte() {
    constexpr std::string_view kLikely = "0123456789abcdef\"\\{}[],:.-+eE @/ \n~_\xE2\x80\x94=";
    return below(4) == 0 ? static_cast<char>(below(256)) : kLikely[below(kLikely.size())];
  }
  void hurt(std::string& text) {
    const std::size_t place = below(text.size());
    const std::size_t length = 1 + below(below(4) == 0 ? 400 : 6);
    switch (below(6)) {
      case 0: text.erase(place, length); break;
      case 1: text.insert(place, 1, byte()); break;
      case 2: text.insert(below(text.size()), text.substr(place, length)); break;
      case 3: text.resize(place); break;
      case 4: text[place] = static_cast<char>(text[place] ^ (1 << below(8))); break;
      default: text[place] = byte();
    }
  }
  std::mt19937 random_;
};

TEST(AnAuthority, ThatIsDamagedIsRefusedOrIsWhatWasSigned) {
  ASSERT_TRUE(crypto::start());
  const int trials = testing_tools::trials(50'000);
  const FakeClock clock(kNow);
  const TestSite site(clock);
  const auto officers = site.officers();
  const auto policy = std::make_shared<const policy::Policy>(site.policy);
  const Statement statement = site.statement();
  const std::string body = statement.to_body();
  // A third signer, so that damage to one line leaves enough.
  const std::string note = TestSite::note(statement, {"jo", "sam", "kim"});
  Damage damage(11);
  int accepted = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const std::string damaged = damage.of(note);
    const auto authority = WrittenAuthority::verify(damaged, officers, policy, kNow);
    if (!authority) {
      ASSERT_FALSE(authority.error().message.empty());
      continue;
    }
    ++accepted;
    ASSERT_EQ(authority.value()->statement(), statement) << trial;
    ASSERT_EQ(authority.value()->digest(), crypto::sha256(body)) << trial;
    ASSERT_TRUE(damaged.starts_with(body + "\n")) << trial;
  }
  std::cout << "seed 11: " << accepted << " of " << trials
            << " damaged notes accepted, all with the signed text whole\n";
  EXPECT_GT(accepted, 0) << "the control: damage beside the signatures is no damage";
}

// Signed by both as they stand: what comes after the signatures is asked alone.
TEST(AnAuthority, WhoseBodyIsDamagedIsRefusedOrSaysWhatItsBytesSay) {
  ASSERT_TRUE(crypto::start());
  const int trials = testing_tools::trials(50'000);
  const std::string body =
      read_text_file(PROVISO_SOURCE "/tests/formats/authority_v1.body", Statement::kBytesMax)
          .value();
  Damage damage(12);
  int accepted = 0;
  for (int trial = 0; trial < trials; ++trial) {
    const std::string damaged = damage.of(body);
    const auto statement = Statement::parse_body(damaged);
    if (!statement) {
      ASSERT_FALSE(statement.error().message.empty());
      continue;
    }
    ++accepted;
    ASSERT_EQ(statement.value().to_body(), damaged) << trial;
    const std::string_view json = std::string_view(damaged).substr(Statement::kTypeLine.size() + 1);
    ASSERT_EQ(json::to_canonical(json::parse(json, {}).value()) + "\n", json) << trial;
  }
  std::cout << "seed 12: " << accepted << " of " << trials
            << " damaged bodies accepted, each in its canonical bytes\n";
  EXPECT_GT(accepted, trials / 100);
}

// Rules of a list or a page are worked out over anything that is handed in.
TEST(AnAuthority, Over2000DamagedFilesEachHasItsRules) {
  ASSERT_TRUE(crypto::start());
  const FakeClock clock(kNow);
  const TestSite site(clock);
  const auto officers = site.officers();
  const std::string body = site.statement().to_body();
  const std::string note = TestSite::note(site.statement());
  Damage damage(13);
  for (int trial = 0; trial < 2000; ++trial) {
    const std::string damaged = damage.of(trial % 2 == 0 ? body : note);
    const auto rules = check_rules(damaged, officers, site.policy, kNow);
    ASSERT_FALSE(rules.empty());
    ASSERT_TRUE(!all_met(rules) || damaged.starts_with(body)) << trial;
  }
}

}  // namespace
}  // namespace proviso::authority
