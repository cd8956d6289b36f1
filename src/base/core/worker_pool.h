#pragma once

// A fixed number of threads that share out the indices of one piece of work at a time: the inputs
// of several cameras' frames side by side, or the rows of a list.
//
// The calling thread is one of the workers, so a pool of one makes no thread at all.
//
//   limit    1 to kWorkersMax workers (PROVISO_CHECK)
//   threads  parallel_for() is called by one thread at a time and not from inside itself
//            (PROVISO_CHECK); what it calls runs on several threads at once, each index once
//   errors   an exception out of `function` ends the process: it has no one to go to

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <thread>
#include <vector>

namespace proviso {

class WorkerPool {
 public:
  static constexpr std::size_t kWorkersMax = 256;

  explicit WorkerPool(std::size_t workers);
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;
  WorkerPool(WorkerPool&&) = delete;
  WorkerPool& operator=(WorkerPool&&) = delete;
  ~WorkerPool();

  std::size_t workers() const { return threads_.size() + 1; }

  // Calls function(index) for every index in [0, count), in any order, and returns when all are
  // done: what they wrote is then visible to the caller.
  template <typename Function>
  void parallel_for(std::size_t count, const Function& function) {
    run(
        count,
        [](const void* context, std::size_t index) noexcept {
          (*static_cast<const Function*>(context))(index);
        },
        &function);
  }

 private:
  using Call = void (*)(const void* context, std::size_t index) noexcept;

  void run(std::size_t count, Call call, const void* context);
  void work_until_stopped();
  void work_on(std::unique_lock<std::mutex>& lock);

  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable work_done_;
  Call call_ = nullptr;  // Guarded by mutex_, as all below; null between two pieces of work.
  const void* context_ = nullptr;
  std::size_t count_ = 0;
  std::size_t next_ = 0;  // The first index that nobody has taken.
  std::size_t done_ = 0;
  bool stopped_ = false;
  std::vector<std::thread> threads_;  // Last: they use all of the above.
};

}  // namespace proviso
