#include "app/commands/policy_page.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/core/concat.h"
#include "base/core/file.h"

namespace proviso::commands {
namespace {

std::string page_of(std::string_view profile) {
  EXPECT_TRUE(crypto::start());
  const auto path = std::filesystem::path(PROVISO_SOURCE) / "policies" / concat(profile, ".toml");
  const auto text = read_text_file(path, policy::Policy::kBytesMax);
  EXPECT_TRUE(text);
  const auto policy = policy::Policy::parse(text.value());
  EXPECT_TRUE(policy) << policy.error().message;
  return policy_page(policy.value());
}

TEST(PolicyPage, NamesWhatEachProfileBinds) {
  for (const std::string_view text : {"Crime Hotspot: for wanted-by-court",
                                      "hotspot_dataset_date (at most 92 days old)",
                                      "authorising-officer (superintendent or above)",
                                      "within 120 minutes of the start",
                                      "threshold 0.450000 or higher",
                                      "at most 20000 entries",
                                      "cameras       live cameras\n",
                                      "suspends itself at 3 confirmed false alerts",
                                      "alerts 24 h"}) {
    EXPECT_NE(page_of("uk").find(text), std::string::npos) << text;
  }
  EXPECT_NE(page_of("eu").find("its offence named, with a maximum sentence of at least 4 years"),
            std::string::npos);
  EXPECT_NE(page_of("eu").find("independent authority; each another person"), std::string::npos);
  const std::string demonstration = page_of("demonstration");
  EXPECT_TRUE(demonstration.starts_with("Demonstration: not lawful for live use\n"));
  EXPECT_NE(demonstration.find("streams of this very machine, recordings\n"), std::string::npos);
  EXPECT_NE(demonstration.find("example-school (school): School"), std::string::npos);
}

}  // namespace
}  // namespace proviso::commands
