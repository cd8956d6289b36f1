#include "app/commands/audit_lines.h"

#include <gtest/gtest.h>

namespace proviso::commands {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNoon = WallTime{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + 12h;

audit::Leaf leaf() {
  return {.index = 7,
          .entry = {.kind = "review_signed",
                    .body = {{"deployment", "camden-1"},
                             {"officer", "sam"},
                             {"officers", Value::Array{"kim", "lee"}},
                             {"review", std::string(64, 'a')}},
                    .at = kNoon},
          .hash = {}};
}

TEST(AuditLines, ShowALeafWithItsIdsAndShortDigests) {
  EXPECT_EQ(to_line(leaf()),
            "7  2026-11-24T12:00:00Z  review signed  deployment camden-1, officer sam, officers "
            "kim lee, review aaaaaaaaaaaa\n");
  EXPECT_NE(to_json_line(leaf()).find("\"leaf\":7}"), std::string::npos);
}

TEST(AuditLines, AreFilteredByDeploymentKindPersonAndTime) {
  const audit::Entry entry = leaf().entry;
  EXPECT_TRUE(matches({}, entry));
  EXPECT_TRUE(matches({.deployment = "camden-1"}, entry));
  EXPECT_FALSE(matches({.deployment = "camden-2"}, entry));
  EXPECT_TRUE(matches({.kind = "review_signed"}, entry));
  EXPECT_FALSE(matches({.kind = "run_started"}, entry));
  EXPECT_TRUE(matches({.person = "sam"}, entry));
  EXPECT_TRUE(matches({.person = "lee"}, entry));
  EXPECT_FALSE(matches({.person = "camden-1"}, entry));
  EXPECT_TRUE(matches({.since = kNoon}, entry));
  EXPECT_FALSE(matches({.since = kNoon + 1us}, entry));
  EXPECT_FALSE(matches({.until = kNoon}, entry));
}

TEST(AuditLines, TellADeploymentWithEachLinesProof) {
  const std::vector leaves{leaf()};
  const std::string page =
      to_story({.deployment = "camden-1", .log_key = "k", .head = {.size = 9, .root = {}}}, leaves);
  EXPECT_NE(page.find("# Deployment camden-1\n"), std::string::npos);
  EXPECT_NE(page.find("1 of its 9 leaves"), std::string::npos);
  EXPECT_NE(page.find("| `7.tlog-proof` |\n"), std::string::npos);
}

}  // namespace
}  // namespace proviso::commands
