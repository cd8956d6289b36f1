#pragma once

// For tests: a disk in memory that can lose power and fail.
//
// What was written or renamed and not synced may or may not survive cut_power(), each file and each
// name by itself, in any order; an unsynced file may also come back torn. With `honours_syncs` off
// it is the control: a disk that lies.
//
// Threads: as Disk.

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "safeguards/audit/disk.h"
#include "safeguards/audit/memory_file_tool.h"

namespace proviso::audit {

class MemoryDisk final : public Disk {
 public:
  // Asked before each operation that changes the disk, with its number and name; an error ends it.
  using Fault = std::function<std::optional<Error>(std::size_t number, std::string_view operation)>;

  bool honours_syncs = true;
  Fault fault;
  std::size_t operations = 0;
  std::vector<std::string> trace;  // "rename checkpoint"

  Result<std::string> read(const std::string& path, std::size_t bytes_max) const override {
    const auto found = names_.find(path);
    if (found == names_.end() || found->second == nullptr) return absent(path);
    if (found->second->now.size() > bytes_max) return Error{ErrorCode::kOverLimit, path};
    return found->second->now;
  }

  Result<std::vector<std::string>> list(const std::string& path) const override {
    if (!path.empty() && !names_.contains(path)) return absent(path);
    std::vector<std::string> found;
    for (const auto& [name, file] : names_) {
      if (parent(name) == path) found.push_back(name.substr(path.empty() ? 0 : path.size() + 1));
    }
    return found;
  }

  Status write_synced(const std::string& path, std::string_view bytes) override {
    if (auto failed = begin("open", path)) return *failed;
    auto& file = names_[path];
    if (file == nullptr) file = std::make_shared<MemoryFile>();
    file->now.clear();
    if (auto failed = begin("write", path)) {
      file->now = bytes.substr(0, bytes.size() / 2);
      return *failed;
    }
    file->now = bytes;
    if (auto failed = begin("fsync", path)) return *failed;
    if (honours_syncs) file->durable = file->now;
    return Done{};
  }

  Status rename(const std::string& from, const std::string& to) override {
    if (auto failed = begin("rename", to)) return *failed;
    const auto found = names_.find(from);
    if (found == names_.end()) return absent(from);
    const std::shared_ptr<MemoryFile> file = found->second;
    names_.erase(found);
    names_[to] = file;
    return Done{};
  }

  Status make_directory(const std::string& path) override {
    if (auto failed = begin("mkdir", path)) return *failed;
    names_.try_emplace(path, nullptr);
    return Done{};
  }

  Status sync_directory(const std::string& path) override {
    if (auto failed = begin("fsync", path.empty() ? "." : path)) return *failed;
    if (!honours_syncs) return Done{};
    std::erase_if(durable_names_, [&](const auto& name) { return parent(name.first) == path; });
    for (const auto& name : names_) {
      if (parent(name.first) == path) durable_names_.insert(name);
    }
    return Done{};
  }

  Status remove(const std::string& path) override {
    if (auto failed = begin("remove", path)) return *failed;
    return names_.erase(path) == 0 ? Status(absent(path)) : Status(Done{});
  }

  Result<std::unique_ptr<Lock>> lock(const std::string&) override {
    return std::unique_ptr<Lock>(std::make_unique<Lock>());
  }

  // The disk as a machine finds it that starts again.
  std::unique_ptr<MemoryDisk> cut_power(std::mt19937_64& random) const {
    const auto coin = [&] { return (random() & 1U) != 0; };
    Names survived = durable_names_;
    std::set<std::string> touched;
    for (const auto& [name, file] : names_) touched.insert(name);
    for (const auto& [name, file] : durable_names_) touched.insert(name);
    for (const std::string& name : touched) {
      if (coin()) continue;
      survived.erase(name);
      if (const auto now = names_.find(name); now != names_.end()) survived.insert(*now);
    }
    auto disk = std::make_unique<MemoryDisk>();
    for (const auto& [name, file] : survived) {
      if (!parent(name).empty() && !survived.contains(parent(name))) continue;
      disk->names_[name] = file == nullptr ? nullptr : file->after_power_cut(random);
    }
    disk->durable_names_ = disk->names_;
    return disk;
  }

  // What stands on it, for tampering.
  std::map<std::string, std::string> files() const {
    std::map<std::string, std::string> all;
    for (const auto& [name, file] : names_) {
      if (file != nullptr) all[name] = file->now;
    }
    return all;
  }

 private:
  using Names = std::map<std::string, std::shared_ptr<MemoryFile>>;  // A null file is a directory.

  static std::string parent(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
  }
  static Error absent(const std::string& path) { return Error{ErrorCode::kNotFound, path}; }

  std::optional<Error> begin(std::string_view operation, const std::string& path) {
    trace.push_back(std::string(operation) + ' ' + path);
    const std::size_t number = operations++;
    return fault ? fault(number, operation) : std::nullopt;
  }

  Names names_;
  Names durable_names_;
};

}  // namespace proviso::audit
