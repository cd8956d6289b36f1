#pragma once

// Keeps a gate informed while a run lasts: reads revocations, policy, authority and record again
// and again, and hands the gate what they say. What changes goes to the journal; what the engine
// itself must say goes to the record.
//
//   look     every kLookEvery: four small files are read; what has changed is verified anew, and
//            the authority at least every kVerifyEvery, since roles end by themselves. What cannot
//            be read makes the gate wait, because it then hears nothing (Gate: circumstances)
//   count    faces seen and alerts so far, for the false-alert limit; entered in the record when an
//            outcome has come, and every kCountEvery
//   journal  while it or the record cannot be written (a full disk), the gate is suspended and the
//            alert is withheld; every kRetryEvery it is tried again, until all that is owed stands
//   erased   entries that the site's vault erased meanwhile: told to on_erased()'s and the journal
//   clock    a clock that was set halts the deployment: only a signed decision lets it go on
//
// Threads: keep_looking() makes one thread (docs/threads.md), which looks and journals; count() and
// withhold() may be called from any. Errors: those of reading and verifying; what goes wrong later
// suspends the gate, or stops it where the log is damaged. Limit: kOwedMax leaves, then it stops.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>

#include "app/site/deployment_log.h"
#include "app/site/site.h"
#include "app/site/standing.h"
#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "safeguards/audit/journal.h"
#include "safeguards/authority/gate.h"
#include "safeguards/deployment/record_file.h"

namespace proviso::site {

inline constexpr std::chrono::milliseconds kLookEvery{250};
inline constexpr std::chrono::seconds kVerifyEvery{1};
inline constexpr std::chrono::seconds kCountEvery{60};
inline constexpr std::chrono::seconds kRetryEvery{1};
inline constexpr std::size_t kOwedMax = 1'000;

class RunWatch {
 public:
  // Everything outlives the watch. `note`: the authority's file.
  static Result<std::unique_ptr<RunWatch>> open(
      const Site& site,
      std::filesystem::path note,
      std::shared_ptr<const authority::WrittenAuthority> authority,
      audit::Journal& journal,
      const Clock& clock);
  RunWatch(const RunWatch&) = delete;
  RunWatch& operator=(const RunWatch&) = delete;
  RunWatch(RunWatch&&) = delete;
  RunWatch& operator=(RunWatch&&) = delete;
  ~RunWatch();

  // Reads them once more, before the gate opens. Errors: those of reading.
  Result<authority::Circumstances> circumstances();
  // Who is told of each entry that is erased, once: was it on the run's list? Before begin().
  void on_erased(std::function<bool(const EntryId&)> withdraw) { withdraw_ = std::move(withdraw); }
  // Enters the start of a run in the record. From now on look() informs `gate`.
  Status begin(authority::Gate& gate);
  // Looks by itself from now on, until end().
  void keep_looking();
  void count(std::int64_t faces_seen, std::int64_t alerts);  // Of this run.
  // The alert with this leaf body could not be entered because of `error`, and has not left.
  void withhold(Value::Object alert, const Error& error);
  Status end();  // Stops looking, and enters the end of the run in the record.

  // One look: what keep_looking() does again and again. Not while that lasts.
  void look();

 private:
  struct Files {
    std::string revocations;
    std::string policy;
    std::string note;
    std::string record;
  };
  struct Owed {
    std::string_view kind;
    Value::Object body;
  };
  struct Paths {
    std::filesystem::path note;
    std::filesystem::path record;
  };
  RunWatch(const Site& site,
           Paths paths,
           std::shared_ptr<const authority::WrittenAuthority> authority,
           audit::Journal& journal,
           const Clock& clock);
  Result<Files> read_files() const;
  Status read(WallTime now);  // Files, then what of them has changed.
  Status verify(const Files& files, WallTime now);
  deployment::Terms terms() const;
  Status enter(deployment::Event event);
  Status enter_due(MonotonicTime now);
  void owe(std::string_view kind, Value::Object body, const Error& error);
  Status enter_owed();
  void catch_up_with_journal(MonotonicTime now);
  std::optional<Error> fault() const;
  authority::Circumstances told() const;
  void note_changes();
  Status catch_up();
  Status read_erasures();
  void fail(const Error& error);
  void look_until_stopped(const std::stop_token& stop);

  const Site& site_;
  const Paths paths_;
  const std::shared_ptr<const authority::WrittenAuthority> authority_;
  audit::Journal& journal_;
  const Clock& clock_;
  authority::Gate* gate_ = nullptr;

  Files files_;  // As they were last verified.
  std::unique_ptr<const officers::Register> officers_;
  std::unique_ptr<const deployment::Deployment> deployment_;
  authority::Circumstances circumstances_;
  MonotonicTime verified_at_;
  MonotonicTime counted_at_;
  std::function<bool(const EntryId&)> withdraw_;
  std::set<EntryId> withdrawn_;
  std::filesystem::file_time_type erased_changed_at_;
  std::string hindered_by_;        // The rule that the journal was last told of; empty: none.
  std::int64_t faces_before_ = 0;  // Of earlier runs.
  std::int64_t alerts_before_ = 0;
  MonotonicTime retry_at_;
  mutable std::mutex owed_mutex_;
  std::deque<Owed> owed_;       // Leaves for the journal. Guarded by owed_mutex_, as the next.
  std::optional<Error> fault_;  // Why the journal or the record was last not written.
  std::atomic<std::int64_t> faces_{0};
  std::atomic<std::int64_t> alerts_{0};
  std::mutex mutex_;
  std::condition_variable_any stopped_;
  std::jthread thread_;
};

}  // namespace proviso::site
