#pragma once

// For tests: key files and key table in memory, with a fault before or after any change of either.
//
// Threads: thread-bound.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "safeguards/watchlist/keyring.h"

namespace proviso::watchlist {

// Ends the change of that number: as if the process had been killed right before or right after it.
struct FaultPlan {
  std::optional<std::size_t> change;
  bool takes_effect = false;
  std::size_t changes = 0;

  // Whether this change happens, and whether the caller hears of an error.
  std::pair<bool, bool> next() {
    const bool is_faulty = change == changes++;
    return {!is_faulty || takes_effect, is_faulty};
  }
  static Error error() { return {ErrorCode::kUnavailable, "the power went"}; }
};

class MemoryKeyFiles final : public KeyFiles {
 public:
  explicit MemoryKeyFiles(FaultPlan& plan) : plan_(&plan) {}

  std::map<std::uint64_t, std::string> files;
  bool keeps_destroyed = false;  // The control: a disk on which nothing goes.

  Result<std::vector<std::uint64_t>> epochs() const override {
    std::vector<std::uint64_t> found;
    for (const auto& [epoch, text] : files) found.push_back(epoch);
    return found;
  }
  Result<std::string> read(std::uint64_t epoch) const override {
    const auto found = files.find(epoch);
    if (found == files.end()) return Error{ErrorCode::kNotFound, "no file"};
    return found->second;
  }
  Status write(std::uint64_t epoch, std::string_view text) override {
    return change([&] { files[epoch] = text; });
  }
  // Two changes: overwritten, then removed.
  Status destroy(std::uint64_t epoch) override {
    if (keeps_destroyed) return Done{};
    PROVISO_TRY_DONE(change([&] { files[epoch] = std::string(files[epoch].size(), '\0'); }));
    return change([&] { files.erase(epoch); });
  }

 private:
  template <typename Effect>
  Status change(const Effect& effect) {
    const auto [happens, fails] = plan_->next();
    if (happens) effect();
    return fails ? Status(FaultPlan::error()) : Status(Done{});
  }
  FaultPlan* plan_;
};

class MemoryKeyTable final : public KeyTable {
 public:
  explicit MemoryKeyTable(FaultPlan& plan) : plan_(&plan) {}

  std::vector<WrappedKey> wrapped;
  std::uint64_t current = 0;

  Result<std::uint64_t> epoch() const override { return current; }
  Result<std::vector<WrappedKey>> rows() const override { return wrapped; }
  Status replace(std::span<const WrappedKey> rows, std::uint64_t epoch) override {
    const auto [happens, fails] = plan_->next();
    if (happens) {
      wrapped.assign(rows.begin(), rows.end());
      current = epoch;
    }
    return fails ? Status(FaultPlan::error()) : Status(Done{});
  }

 private:
  FaultPlan* plan_;
};

}  // namespace proviso::watchlist
