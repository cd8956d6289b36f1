#include "base/core/worker_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <set>
#include <stdexcept>

namespace proviso {
namespace {

TEST(WorkerPool, CallsEveryIndexOnceOver300Sizes) {
  WorkerPool pool(3);
  for (std::size_t count = 0; count < 300; ++count) {
    std::vector<int> calls(count, 0);
    pool.parallel_for(count, [&](std::size_t index) { ++calls[index]; });
    ASSERT_TRUE(std::ranges::all_of(calls, [](int number) { return number == 1; })) << count;
  }
}

TEST(WorkerPool, OfOneIsTheCallingThread) {
  WorkerPool pool(1);
  EXPECT_EQ(pool.workers(), 1U);
  std::set<std::thread::id> seen;

  pool.parallel_for(10, [&](std::size_t) { seen.insert(std::this_thread::get_id()); });

  EXPECT_EQ(seen, std::set{std::this_thread::get_id()});
}

TEST(WorkerPool, RunsAsManyAtOnceAsItHasWorkers) {
  constexpr std::size_t kWorkers = 4;
  WorkerPool pool(kWorkers);
  EXPECT_EQ(pool.workers(), kWorkers);
  std::atomic<std::size_t> arrived = 0;

  // Ends only if all four are inside at the same time.
  pool.parallel_for(kWorkers, [&](std::size_t) {
    ++arrived;
    while (arrived < kWorkers) std::this_thread::yield();
  });

  EXPECT_EQ(arrived, kWorkers);
}

TEST(WorkerPool, TakesTheMostWorkersAndRefusesOneMore) {
  WorkerPool pool(WorkerPool::kWorkersMax);
  EXPECT_EQ(pool.workers(), WorkerPool::kWorkersMax);
  std::atomic<int> calls = 0;
  pool.parallel_for(1000, [&](std::size_t) { ++calls; });
  EXPECT_EQ(calls, 1000);
}

TEST(WorkerPoolDeathTest, StopsTheProcessForABrokenPromise) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(WorkerPool{0}, "check failed: workers >= 1");
  EXPECT_DEATH(WorkerPool{WorkerPool::kWorkersMax + 1}, "check failed: workers >= 1");
  EXPECT_DEATH(
      {
        WorkerPool pool(1);
        pool.parallel_for(1, [&](std::size_t) { pool.parallel_for(1, [](std::size_t) {}); });
      },
      "check failed: call_ == nullptr");
  EXPECT_DEATH(
      {
        WorkerPool pool(1);
        pool.parallel_for(1, [](std::size_t) { throw std::runtime_error("nobody catches this"); });
      },
      "nobody catches this");
}

}  // namespace
}  // namespace proviso
