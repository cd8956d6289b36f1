#pragma once

// A bounded queue between threads that prefers the newest: a producer who must not wait drops the
// oldest item of a full queue, and the drop is counted.
//
//   in       push() for producers that cannot wait (a camera), push_waiting() for those that can
//   out      try_pop(), or pop() which waits; first in, first out
//   close()  refuses further items; those in the queue can still be taken. Idempotent.
//   limit    `capacity` items, fixed at construction, 1 or more (PROVISO_CHECK)
//   threads  thread-safe for any number of producers and consumers. Items are destroyed outside
//            the lock.
//
// A Signal given at construction is raised after every item that came in and at close(), so that
// one consumer can wait for several queues. It must outlive the queue.

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <stop_token>
#include <utility>

#include "base/core/check.h"
#include "base/core/signal.h"

namespace proviso {

template <typename T>
class DropOldestQueue {
 public:
  explicit DropOldestQueue(std::size_t capacity, Signal* signal = nullptr)
      : capacity_(capacity), signal_(signal) {
    PROVISO_CHECK(capacity > 0);
  }

  // Returns whether the item was taken in: false once the queue is closed.
  bool push(T item) {
    std::optional<T> oldest;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return false;
      if (items_.size() == capacity_) {
        oldest = std::move(items_.front());
        items_.pop_front();
        ++dropped_;
      }
      items_.push_back(std::move(item));
    }
    announce();
    return true;
  }

  // Waits for room instead of dropping. Returns false once the queue is closed or `stop` is
  // requested; the item is then lost.
  bool push_waiting(T item, const std::stop_token& stop = {}) {
    {
      std::unique_lock lock(mutex_);
      const auto has_room = [&] { return closed_ || items_.size() < capacity_; };
      if (!changed_.wait(lock, stop, has_room) || closed_) return false;
      items_.push_back(std::move(item));
    }
    announce();
    return true;
  }

  // Returns nothing when the queue is empty at this moment.
  std::optional<T> try_pop() {
    std::optional<T> item;
    {
      const std::lock_guard lock(mutex_);
      item = take_first();
    }
    if (item) changed_.notify_all();
    return item;
  }

  // Waits for an item. Returns nothing once the queue is closed and empty, or `stop` is requested
  // while it is empty.
  std::optional<T> pop(const std::stop_token& stop = {}) {
    std::optional<T> item;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, stop, [&] { return closed_ || !items_.empty(); });
      item = take_first();
    }
    if (item) changed_.notify_all();
    return item;
  }

  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    announce();
  }

  // Closed and empty: nothing will ever come out again.
  bool finished() const {
    const std::lock_guard lock(mutex_);
    return closed_ && items_.empty();
  }

  std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }

  std::uint64_t dropped() const {
    const std::lock_guard lock(mutex_);
    return dropped_;
  }

 private:
  std::optional<T> take_first() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> item(std::move(items_.front()));
    items_.pop_front();
    return item;
  }

  void announce() {
    changed_.notify_all();
    if (signal_ != nullptr) signal_->raise();
  }

  const std::size_t capacity_;
  Signal* const signal_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;  // An item came or went, or the queue closed.
  std::deque<T> items_;                  // Guarded by mutex_, as all below.
  bool closed_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace proviso
