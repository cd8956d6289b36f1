#pragma once

// For tests: the shipped profiles as text, and one line of them changed.
//
// Threads: reentrant.

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/policy/policy.h"

namespace proviso::policy {

// Hashing needs it, whichever test comes first.
inline const bool kCryptoStarted = crypto::start().has_value();

inline std::string shipped_text(std::string_view profile) {
  const auto path = std::filesystem::path(PROVISO_SOURCE) / "policies" / concat(profile, ".toml");
  auto text = read_text_file(path, Policy::kBytesMax);
  EXPECT_TRUE(text.has_value()) << path;
  return text ? std::move(text).value() : std::string();
}

inline Policy shipped(std::string_view profile) {
  auto policy = Policy::parse(shipped_text(profile));
  EXPECT_TRUE(policy.has_value()) << policy.error().message;
  return std::move(policy).value();
}

// `text` with its first `from` at or after the line `table` (empty: the file's start) made `to`.
inline std::string with(std::string text,
                        std::string_view table,
                        std::string_view from,
                        std::string_view to) {
  const std::size_t start = table.empty() ? 0 : text.find(concat('\n', table, '\n'));
  EXPECT_NE(start, std::string::npos) << table;
  const std::size_t at = text.find(from, start);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

inline std::string error_of(const std::string& text) {
  const auto policy = Policy::parse(text);
  return policy ? "" : policy.error().message;
}

}  // namespace proviso::policy
