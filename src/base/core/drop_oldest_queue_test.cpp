#include "base/core/drop_oldest_queue.h"

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <thread>
#include <vector>

namespace proviso {
namespace {

using namespace std::chrono_literals;

std::chrono::steady_clock::time_point in_a_minute() {
  return std::chrono::steady_clock::now() + 60s;
}

TEST(DropOldestQueue, GivesItemsInTheOrderTheyCame) {
  DropOldestQueue<int> queue(3);
  for (const int item : {1, 2, 3}) ASSERT_TRUE(queue.push(item));

  EXPECT_EQ(queue.try_pop(), 1);
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), 3);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
  EXPECT_EQ(queue.dropped(), 0U);
}

TEST(DropOldestQueue, HoldsItsCapacityAndDropsTheOldestOfOneMore) {
  DropOldestQueue<int> queue(2);
  ASSERT_TRUE(queue.push(1));
  ASSERT_TRUE(queue.push(2));
  EXPECT_EQ(queue.dropped(), 0U);

  ASSERT_TRUE(queue.push(3));

  EXPECT_EQ(queue.dropped(), 1U);
  EXPECT_EQ(queue.size(), 2U);
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), 3);
}

TEST(DropOldestQueue, CarriesItemsThatCannotBeCopiedAndDestroysWhatItDrops) {
  DropOldestQueue<std::shared_ptr<int>> queue(1);
  auto first = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = first;
  queue.push(std::move(first));

  queue.push(std::make_shared<int>(2));

  EXPECT_TRUE(watched.expired());
  DropOldestQueue<std::unique_ptr<int>> owners(1);
  EXPECT_TRUE(owners.push_waiting(std::make_unique<int>(3)));
  EXPECT_EQ(**owners.pop(), 3);
}

TEST(DropOldestQueue, RefusesItemsOnceClosedAndGivesTheRestOut) {
  DropOldestQueue<int> queue(2);
  ASSERT_TRUE(queue.push(1));
  EXPECT_FALSE(queue.finished());

  queue.close();
  queue.close();

  EXPECT_FALSE(queue.push(2));
  EXPECT_FALSE(queue.push_waiting(2));
  EXPECT_FALSE(queue.finished());
  EXPECT_EQ(queue.pop(), 1);
  EXPECT_EQ(queue.pop(), std::nullopt);
  EXPECT_TRUE(queue.finished());
}

TEST(DropOldestQueue, LosesNothingWhenTheProducerWaits) {
  constexpr int kItems = 20'000;
  DropOldestQueue<int> queue(2);
  std::thread producer([&] {
    for (int item = 0; item < kItems; ++item) queue.push_waiting(item);
    queue.close();
  });
  int expected = 0;
  while (const auto item = queue.pop()) ASSERT_EQ(*item, expected++);
  producer.join();

  EXPECT_EQ(expected, kItems);
  EXPECT_EQ(queue.dropped(), 0U);
}

TEST(DropOldestQueue, CountsEveryItemThatDidNotComeOut) {
  constexpr std::uint64_t kItems = 20'000;
  DropOldestQueue<std::uint64_t> queue(2);
  std::thread producer([&] {
    for (std::uint64_t item = 1; item <= kItems; ++item) queue.push(item);
    queue.close();
  });
  std::uint64_t taken = 0;
  std::uint64_t newest = 0;
  while (const auto item = queue.pop()) {
    ASSERT_GT(*item, newest);
    newest = *item;
    ++taken;
  }
  producer.join();

  EXPECT_EQ(taken + queue.dropped(), kItems);
  EXPECT_EQ(newest, kItems);
}

TEST(DropOldestQueue, LetsGoOfWhoWaitsWhenStoppedOrClosed) {
  DropOldestQueue<int> empty(1);
  DropOldestQueue<int> full(1);
  full.push(1);
  std::jthread consumer([&](const std::stop_token& stop) { EXPECT_FALSE(empty.pop(stop)); });
  std::jthread producer(
      [&](const std::stop_token& stop) { EXPECT_FALSE(full.push_waiting(2, stop)); });
  consumer.request_stop();
  producer.request_stop();
  consumer.join();
  producer.join();

  std::thread second([&] { EXPECT_FALSE(full.push_waiting(3)); });
  full.close();
  second.join();
  EXPECT_EQ(full.size(), 1U);
}

TEST(DropOldestQueueDeathTest, NeedsRoomForOne) {
  EXPECT_DEATH(DropOldestQueue<int>{0}, "check failed: capacity > 0");
}

TEST(Signal, LetsOneConsumerServeSeveralQueues) {
  constexpr int kQueues = 4;
  constexpr int kItemsEach = 2'000;
  Signal signal;
  std::vector<std::unique_ptr<DropOldestQueue<int>>> queues;
  std::vector<std::thread> producers;
  for (int i = 0; i < kQueues; ++i) {
    queues.push_back(std::make_unique<DropOldestQueue<int>>(2, &signal));
    producers.emplace_back([queue = queues.back().get()] {
      for (int item = 0; item < kItemsEach; ++item) queue->push_waiting(item);
      queue->close();
    });
  }

  int taken = 0;
  int finished = 0;
  std::uint64_t seen = signal.generation();
  while (finished < kQueues) {
    finished = 0;
    for (const auto& queue : queues) {
      while (queue->try_pop()) ++taken;
      if (queue->finished()) ++finished;
    }
    if (finished < kQueues) seen = signal.wait_past(seen, in_a_minute());
  }
  for (std::thread& producer : producers) producer.join();

  EXPECT_EQ(taken, kQueues * kItemsEach);
}

TEST(Signal, DoesNotMissWhatWasRaisedBeforeTheWait) {
  Signal signal;
  const std::uint64_t seen = signal.generation();
  signal.raise();

  EXPECT_EQ(signal.wait_past(seen, in_a_minute()), seen + 1);
}

TEST(Signal, StopsWaitingAtTheDeadline) {
  Signal signal;
  const std::uint64_t seen = signal.generation();

  EXPECT_EQ(signal.wait_past(seen, std::chrono::steady_clock::now() + 1ms), seen);
}

}  // namespace
}  // namespace proviso
