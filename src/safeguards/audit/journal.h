#pragma once

// The one place to which refusals, starts, suspensions, stops and all other acts go: an
// append-only file of leaves (safeguards/audit/leaf.h), one a line.
//
//   out      append() returns the entry's index only once its bytes are on the disk: an act is
//            answered after it, never before
//   open     one writer a file, by flock; a torn last line (a crash while writing it; nobody was
//            answered) is cut off; every other line must be a leaf
//   errors   kInvalidInput  the entry is not of the schema; nothing was written
//            kOverLimit     it is too long; nothing was written
//            kUnavailable   the disk refused; nothing was acknowledged. After a full disk append()
//                           may be called again. After an fsync that failed the journal is closed
//                           for good, because the kernel may have dropped what it had to write:
//                           the process must stop
//   threads  thread-safe
//   limits   kJournalBytesMax; over that, kOverLimit
//
// Lifetime: the clock outlives the journal.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>
#include <vector>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/audit/leaf.h"

namespace proviso::audit {

inline constexpr std::size_t kJournalBytesMax = std::size_t{1} << 30U;

class Journal {
 public:
  // Makes the file (mode 0600) where there is none; its directory exists.
  // Errors: kUnavailable if another process writes it; kCorrupt if a whole line is no leaf.
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& path,
                                               const Clock& clock);

  // What stands in it, also while another process writes: a torn last line is left out.
  // Errors: kNotFound; kCorrupt.
  static Result<std::vector<Entry>> read(const std::filesystem::path& path);

  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;
  Journal(Journal&&) = delete;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  Result<std::uint64_t> append(std::string_view kind, Value::Object body);

  std::uint64_t size() const;  // Entries, all durable.

 private:
  struct State;
  explicit Journal(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace proviso::audit
