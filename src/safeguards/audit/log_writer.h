#pragma once

// One commit after the other, and the recovery before the first: the order of operations that
// safeguards/audit/log.h promises.
//
// Errors: as there. Threads: one at a time. Lifetime: the disk outlives the writer.

#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "safeguards/audit/edge.h"
#include "safeguards/audit/log.h"

namespace proviso::audit {

class Log::Writer {
 public:
  static Result<std::unique_ptr<Writer>> open(Disk& disk,
                                              const note::VerifierKey& key,
                                              crypto::SecretKey secret);

  // Grows the log by the entries and signs the checkpoint over them.
  Result<Signed> commit(std::span<const std::string> entries);
  const Signed& durable() const { return durable_; }

 private:
  Writer(Disk& disk,
         const note::VerifierKey& key,
         crypto::SecretKey secret,
         std::unique_ptr<Disk::Lock> lock)
      : disk_(disk), key_(key), secret_(std::move(secret)), lock_(std::move(lock)) {}

  Status recover();
  Status begin();
  Result<Signed> finish_interrupted(const Signed& in_place);
  Status remove_beyond(std::uint64_t size);
  Status remove_file_beyond(const std::string& full, std::size_t width);

  Status install(std::span<const LogFile> files);
  Status make_parents(const std::string& path);
  Status publish(const std::string& note);
  Status finish_earlier();
  Result<Signed> opened(const std::string& note) const;
  void remove_partials(std::span<const LogFile> files);

  Disk& disk_;
  const note::VerifierKey key_;
  const crypto::SecretKey secret_;
  const std::unique_ptr<Disk::Lock> lock_;
  std::set<std::string, std::less<>> directories_;  // Known to be there, and durable.
  Edge edge_;                                       // Of what is signed.
  Signed durable_;
  std::optional<std::string> signed_and_waiting_;  // A checkpoint that could not be put in place.
  bool has_leftovers_ = false;                     // Of a commit that ended before its signature.
};

}  // namespace proviso::audit
