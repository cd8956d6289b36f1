// Times the log, for log.py.
//
//   bench_log append DIR THREADS SECONDS BYTES   each thread appends one entry after the other
//   bench_log verify DIR LEAVES BYTES            makes a log of so many, then checks it twice: its
//                                                hashes and signature, then its leaves' schema too
//   bench_log prove DIR                          of the log that verify made: times one evidence
//
//   in   DIR: a directory that is there, empty but for `prove`
//   out  one JSON line on stdout; times in seconds: of verify the processor's, on one thread; else
//   the
//        steady clock's

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/json/line.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/log.h"
#include "safeguards/audit/test_log_tool.h"
#include "safeguards/verify/check_log.h"

namespace proviso {
namespace {

constexpr int kDecimals = 6;

// Of this process: what others run meanwhile is not in it.
double cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::size_t number(const char* text) {
  return static_cast<std::size_t>(std::strtoull(text, nullptr, 10));
}

// A leaf of the schema that is `bytes` long.
std::string leaf(std::uint64_t index, std::size_t bytes) {
  const auto made = [&](std::size_t padding) {
    const audit::Entry entry{.kind = "run_refused",
                             .body = {{"count", static_cast<std::int64_t>(index)},
                                      {"reason", "no_authority"},
                                      {"reasons", Value::Array(3, std::string(padding, 'x'))}},
                             .at = WallTime{std::chrono::seconds{1'800'000'000}}};
    return audit::to_leaf(entry).value();
  };
  const std::size_t shortest = made(1).size();
  return made(1 + (std::max(bytes, shortest) - shortest) / 3);
}

std::unique_ptr<audit::Log> opened(audit::Disk& disk) {
  return audit::open_test_log(disk).value();
}

json::Line append(audit::Disk& disk, std::size_t threads, double seconds, std::size_t bytes) {
  const auto log = opened(disk);
  std::atomic<std::uint64_t> appended = 0;
  std::atomic<bool> is_over = false;
  const auto start = std::chrono::steady_clock::now();
  {
    std::vector<std::jthread> workers;
    for (std::size_t thread = 0; thread < threads; ++thread) {
      workers.emplace_back([&] {
        const std::vector<std::string> one{leaf(0, bytes)};
        while (!is_over) {
          PROVISO_CHECK(log->append(one).has_value());
          ++appended;
        }
      });
    }
    while (seconds_since(start) < seconds) {
      std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    is_over = true;
  }
  json::Line line;
  line.integer("threads", static_cast<std::int64_t>(threads))
      .integer("appended", static_cast<std::int64_t>(appended.load()))
      .fixed("seconds", seconds_since(start), kDecimals);
  return line;
}

json::Line verify_both(audit::Disk& disk, std::size_t leaves, std::size_t bytes) {
  {
    const auto log = opened(disk);
    for (std::size_t done = 0; done < leaves;) {
      const std::size_t count = std::min(audit::kBatchLeavesMax, leaves - done);
      std::vector<std::string> batch;
      for (std::size_t at = 0; at < count; ++at) batch.push_back(leaf(done + at, bytes));
      PROVISO_CHECK(log->append(batch).has_value());
      done += count;
    }
  }
  verify::LogQuestion question{.key = audit::test_log_key(),
                               .pinned_note = std::nullopt,
                               .leaves = verify::Leaves::kHashOnly};
  // Twice, so that the second finds the files in memory.
  PROVISO_CHECK(!verify::check_log(disk, question).fault);
  const double start = cpu_seconds();
  PROVISO_CHECK(!verify::check_log(disk, question).fault);
  const double hashes = cpu_seconds() - start;
  question.leaves = verify::Leaves::kCheckSchema;
  const double again = cpu_seconds();
  PROVISO_CHECK(verify::check_log(disk, question).proven());
  json::Line line;
  line.integer("leaves", static_cast<std::int64_t>(leaves))
      .integer("bytes", static_cast<std::int64_t>(leaf(0, bytes).size()))
      .fixed("hashes_and_signature_cpu_s", hashes, kDecimals)
      .fixed("with_schema_cpu_s", cpu_seconds() - again, kDecimals);
  return line;
}

json::Line prove(const audit::Disk& disk) {
  const audit::LogReader reader(disk);
  const std::string note = reader.checkpoint_note().value();
  const auto checkpoint = audit::open_checkpoint(note, audit::test_log_key()).value();
  const auto start = std::chrono::steady_clock::now();
  const auto evidence =
      audit::make_evidence(reader, checkpoint.head.size / 2, checkpoint, note).value();
  const double made = seconds_since(start);
  const std::string text = evidence.to_text();
  const auto again = std::chrono::steady_clock::now();
  PROVISO_CHECK(verify::check_evidence(text, audit::test_log_key()).proven());
  json::Line line;
  line.integer("leaves", static_cast<std::int64_t>(checkpoint.head.size))
      .integer("evidence_bytes", static_cast<std::int64_t>(text.size()))
      .integer("hashes", static_cast<std::int64_t>(evidence.proof.size()))
      .fixed("make_s", made, kDecimals)
      .fixed("check_s", seconds_since(again), kDecimals);
  return line;
}

int run(std::span<const char* const> arguments) {
  PROVISO_CHECK(crypto::start().has_value());
  if (arguments.size() < 2) return 2;
  const std::string_view command = arguments[0];
  audit::PosixDisk disk(arguments[1]);
  if (command == "append" && arguments.size() == 5) {
    std::cout << append(disk,
                        number(arguments[2]),
                        static_cast<double>(number(arguments[3])),
                        number(arguments[4]))
                     .text()
              << '\n';
  } else if (command == "verify" && arguments.size() == 4) {
    std::cout << verify_both(disk, number(arguments[2]), number(arguments[3])).text() << '\n';
  } else if (command == "prove" && arguments.size() == 2) {
    std::cout << prove(disk).text() << '\n';
  } else {
    return 2;
  }
  return 0;
}

}  // namespace
}  // namespace proviso

int main(int argc, char** argv) {
  return proviso::run(std::span<const char* const>(argv + 1, static_cast<std::size_t>(argc - 1)));
}
