// Makes logs for the checkers of others.
//
//   log_tool make DIR SEED SIZE [FORK_AT OTHER_SEED]
//       DIR          a log of SIZE leaves, grown by commits of random lengths and opened anew
//                    now and then;
//                    from FORK_AT on with the leaves of OTHER_SEED
//       DIR.vkey     its key, the same for all logs
//       DIR.pinned   a checkpoint on the way
//       DIR.proof    evidence for a random leaf, if there is any

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"
#include "leaves_tool.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/audit/log.h"
#include "safeguards/audit/test_log_tool.h"

namespace {

using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.

struct Wanted {
  std::filesystem::path directory;
  std::uint64_t seed = 0;
  std::uint64_t size = 0;
  std::uint64_t fork_at = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t other_seed = 0;
};

Status grow(audit::Disk& disk, const Wanted& wanted) {
  std::minstd_rand random(static_cast<std::minstd_rand::result_type>(wanted.seed + 1));
  audit::LeafMaker leaves(wanted.seed);
  audit::LeafMaker others(wanted.other_seed);
  PROVISO_TRY(auto log, audit::open_test_log(disk));
  std::string pinned = log->checkpoint().note;
  const std::uint64_t pin_at = wanted.size == 0 ? 0 : random() % wanted.size;
  for (std::uint64_t size = 0; size < wanted.size;) {
    const std::uint64_t most = random() % 3 == 0 ? 300 : audit::kBatchLeavesMax;
    const std::uint64_t end = std::min(wanted.size, size + 1 + random() % most);
    std::vector<std::string> batch;
    for (; size < end; ++size) {
      batch.push_back((size < wanted.fork_at ? leaves : others).leaf(size));
    }
    PROVISO_TRY_DONE(log->append(batch));
    if (size <= pin_at) pinned = log->checkpoint().note;
    if (random() % 5 == 0) {
      log.reset();
      PROVISO_TRY(log, audit::open_test_log(disk));
    }
  }
  const std::string stem = wanted.directory.string();
  PROVISO_TRY_DONE(write_file_durably(stem + ".pinned", pinned));
  PROVISO_TRY_DONE(write_file_durably(stem + ".vkey", audit::test_log_key().to_text() + "\n"));
  if (wanted.size == 0) return Done{};
  const audit::LogReader reader(disk);
  const auto signed_now = log->checkpoint();
  PROVISO_TRY(const auto checkpoint,
              audit::open_checkpoint(signed_now.note, audit::test_log_key()));
  PROVISO_TRY(const auto evidence,
              audit::make_evidence(reader, random() % wanted.size, checkpoint, signed_now.note));
  return write_file_durably(stem + ".proof", evidence.to_text());
}

Status make(const Wanted& wanted) {
  std::filesystem::create_directories(wanted.directory);
  audit::PosixDisk disk(wanted.directory);
  return grow(disk, wanted);
}

std::uint64_t number(const char* text) {
  std::uint64_t parsed = 0;
  const std::string_view digits(text);
  const auto end = std::from_chars(digits.begin(), digits.end(), parsed);
  PROVISO_CHECK(end.ec == std::errc{} && end.ptr == digits.end());
  return parsed;
}

Status run(std::span<char* const> words) {
  const std::string command = words.empty() ? "" : words[0];
  if (command == "make" && words.size() >= 4) {
    Wanted wanted{.directory = words[1], .seed = number(words[2]), .size = number(words[3])};
    if (words.size() == 6) {
      wanted.fork_at = number(words[4]);
      wanted.other_seed = number(words[5]);
    }
    return make(wanted);
  }
  return Error{ErrorCode::kInvalidInput, "usage: log_tool make DIR SEED SIZE [FORK_AT OTHER_SEED]"};
}

}  // namespace

int main(int argc, char** argv) {
  auto done = crypto::start();
  if (done) done = run({argv + 1, static_cast<std::size_t>(argc - 1)});
  if (done) return 0;
  std::cerr << "log_tool: " << done.error().message << '\n';
  return 1;
}
