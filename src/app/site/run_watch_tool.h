#pragma once

// For tests: a disk that takes nothing more, and what a vault tells runs.
//
// Threads: refuse_writes() is of the whole process.

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/core/file.h"

namespace proviso::testing_tools {

// As a full disk does, which root too meets: no file grows.
inline void refuse_writes(bool refused) {
  ASSERT_NE(::signal(SIGXFSZ, SIG_IGN), SIG_ERR);
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &limit), 0);
  limit.rlim_cur = refused ? 0 : limit.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
}

// `entries` need not be ids.
inline void write_erased(const std::filesystem::path& site,
                         const std::vector<std::string>& entries) {
  std::filesystem::create_directory(site / "vault");
  std::string text;
  for (const std::string& entry : entries) text += entry + '\n';
  ASSERT_TRUE(write_file_durably(site / "vault" / "erased", text));
}

}  // namespace proviso::testing_tools
