#include "base/core/worker_pool.h"

#include "base/core/check.h"

namespace proviso {

WorkerPool::WorkerPool(std::size_t workers) {
  PROVISO_CHECK(workers >= 1 && workers <= kWorkersMax);
  threads_.reserve(workers - 1);
  while (threads_.size() + 1 < workers) threads_.emplace_back([this] { work_until_stopped(); });
}

WorkerPool::~WorkerPool() {
  {
    const std::lock_guard lock(mutex_);
    PROVISO_CHECK(call_ == nullptr);
    stopped_ = true;
  }
  work_came_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void WorkerPool::run(std::size_t count, Call call, const void* context) {
  if (count == 0) return;
  std::unique_lock lock(mutex_);
  PROVISO_CHECK(call_ == nullptr);
  call_ = call;
  context_ = context;
  count_ = count;
  next_ = 0;
  done_ = 0;
  // One index alone is the caller's: waking a thread for it would cost and bring nothing.
  if (count > 1) work_came_.notify_all();
  work_on(lock);
  work_done_.wait(lock, [&] { return done_ == count_; });
  call_ = nullptr;
}

void WorkerPool::work_until_stopped() {
  std::unique_lock lock(mutex_);
  while (true) {
    work_came_.wait(lock, [&] { return stopped_ || next_ < count_; });
    if (stopped_) return;
    work_on(lock);
  }
}

void WorkerPool::work_on(std::unique_lock<std::mutex>& lock) {
  while (next_ < count_) {
    const std::size_t index = next_++;
    const Call call = call_;
    const void* const context = context_;
    lock.unlock();
    call(context, index);
    lock.lock();
    if (++done_ == count_) work_done_.notify_one();
  }
}

}  // namespace proviso
