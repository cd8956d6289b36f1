#pragma once

// The leaves of a log on this machine, in order, each held to the signed root before it is given
// out; also while another process writes. Asked again it gives what has come since.
//
// Errors: kNotFound where there is no log; kNotAuthorised, kCorrupt if what stands there does not
//         lead to a checkpoint signed by the key beside it, or does not go on from what was read.
// Threads: one feed belongs to one thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/disk.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/tree.h"

namespace proviso::audit {

struct Leaf {
  std::uint64_t index = 0;
  Entry entry;
  crypto::Digest hash;
};

class LeafFeed {
 public:
  // `path` is the log's directory, with its key beside it (log_key.h).
  static Result<LeafFeed> open(const std::filesystem::path& path);

  Result<std::vector<Leaf>> next();

  const note::VerifierKey& key() const { return key_; }
  // What next() last held the leaves to.
  const TreeHead& head() const { return head_; }
  const std::string& checkpoint_note() const { return note_; }

 private:
  LeafFeed(std::filesystem::path path, note::VerifierKey key)
      : path_(std::move(path)), key_(std::move(key)) {}

  std::filesystem::path path_;
  note::VerifierKey key_;
  TreeHead head_;
  std::string note_;
  Frontier frontier_;
};

}  // namespace proviso::audit
