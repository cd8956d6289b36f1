#include "safeguards/audit/log.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/log_writer.h"

namespace proviso::audit {
namespace {

Status check_entries(std::span<const std::string> entries) {
  if (entries.size() > kBatchLeavesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("at most ",
                        kBatchLeavesMax,
                        " entries are appended at once; found ",
                        entries.size(),
                        "; append them in parts")};
  }
  for (const std::string& entry : entries) {
    if (entry.empty()) {
      return Error{ErrorCode::kInvalidInput, "an entry has at least 1 byte; found none"};
    }
    if (entry.size() > kLeafBytesMax) {
      return Error{ErrorCode::kOverLimit,
                   concat("an entry has at most ", kLeafBytesMax, " bytes; found ", entry.size())};
    }
  }
  return Done{};
}

struct Request {
  std::span<const std::string> entries;
  std::optional<Result<std::uint64_t>> answer;
};

}  // namespace

struct Log::Queue {
  mutable std::mutex mutex;
  std::condition_variable answered;
  std::deque<Request*> waiting;  // Guarded by mutex, as all below.
  std::size_t waiting_entries = 0;
  bool committing = false;  // Whoever set it has the writer.
  std::optional<Error> closed;
  Signed durable;

  std::vector<Request*> take_batch() {
    std::vector<Request*> batch;
    std::size_t entries = 0;
    while (!waiting.empty() && entries + waiting.front()->entries.size() <= kBatchLeavesMax) {
      entries += waiting.front()->entries.size();
      batch.push_back(waiting.front());
      waiting.pop_front();
    }
    waiting_entries -= entries;
    return batch;
  }

  // Commits what waits, with the lock let go meanwhile.
  void commit_batch(Writer& writer, std::unique_lock<std::mutex>& lock) {
    const std::vector<Request*> batch = take_batch();
    committing = true;
    lock.unlock();
    std::vector<std::string> entries;
    for (const Request* request : batch) {
      entries.insert(entries.end(), request->entries.begin(), request->entries.end());
    }
    const auto committed = writer.commit(entries);
    lock.lock();
    committing = false;
    if (committed) {
      durable = committed.value();
    } else if (committed.error().code == ErrorCode::kCorrupt) {
      closed = committed.error();
    }
    std::uint64_t next = committed ? durable.head.size - entries.size() : 0;
    for (Request* request : batch) {
      if (committed) {
        request->answer = next;
      } else {
        request->answer = committed.error();
      }
      next += request->entries.size();
    }
    answered.notify_all();
  }
};

Log::Log(std::unique_ptr<Writer> writer, std::unique_ptr<Queue> queue)
    : writer_(std::move(writer)), queue_(std::move(queue)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(Disk& disk,
                                       const note::VerifierKey& key,
                                       crypto::SecretKey secret) {
  PROVISO_CHECK(secret.public_key() == key.key);
  PROVISO_TRY(auto writer, Writer::open(disk, key, std::move(secret)));
  auto queue = std::make_unique<Queue>();
  queue->durable = writer->durable();
  return std::unique_ptr<Log>(new Log(std::move(writer), std::move(queue)));
}

Result<std::uint64_t> Log::append(std::span<const std::string> entries) {
  PROVISO_TRY_DONE(check_entries(entries));
  Queue& queue = *queue_;
  Request request{.entries = entries, .answer = std::nullopt};
  std::unique_lock lock(queue.mutex);
  if (queue.waiting_entries + entries.size() > kWaitingLeavesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("at most ",
                        kWaitingLeavesMax,
                        " entries wait for the log's disk; they do now; try again")};
  }
  queue.waiting.push_back(&request);
  queue.waiting_entries += entries.size();
  while (!request.answer) {
    if (queue.closed) {
      std::erase(queue.waiting, &request);
      return *queue.closed;
    }
    if (queue.committing) {
      queue.answered.wait(lock);
    } else {
      queue.commit_batch(*writer_, lock);
    }
  }
  return *request.answer;
}

Log::Signed Log::checkpoint() const {
  const std::lock_guard lock(queue_->mutex);
  return queue_->durable;
}

}  // namespace proviso::audit
