#include "safeguards/audit/leaf_feed.h"

#include "base/core/concat.h"
#include "safeguards/audit/log_key.h"
#include "safeguards/audit/log_reader.h"

namespace proviso::audit {
namespace {

Error other_log(const std::filesystem::path& path, std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("the log ",
                      in_quotes(path.native()),
                      ' ',
                      what,
                      "; run proviso-verify log, and compare it with a copy")};
}

}  // namespace

Result<LeafFeed> LeafFeed::open(const std::filesystem::path& path) {
  PROVISO_TRY(note::VerifierKey key, read_log_verifier_key(path));
  return LeafFeed(path, std::move(key));
}

Result<std::vector<Leaf>> LeafFeed::next() {
  const PosixDisk disk(path_);
  const LogReader reader(disk);
  PROVISO_TRY(const std::string note, reader.checkpoint_note());
  PROVISO_TRY(const Checkpoint checkpoint, open_checkpoint(note, key_));
  const std::uint64_t size = checkpoint.head.size;
  if (size < frontier_.size()) {
    return other_log(path_, concat("had ", frontier_.size(), " leaves and now has ", size));
  }
  Frontier grown = frontier_;
  std::vector<Leaf> leaves;
  while (grown.size() < size) {
    PROVISO_TRY(const auto bundle, reader.bundle(grown.size() / kTileWidth, size));
    for (std::size_t at = grown.size() % kTileWidth; at < bundle.size(); ++at) {
      PROVISO_TRY(Entry entry, parse_leaf(bundle[at]));
      const crypto::Digest hash = leaf_hash(bundle[at]);
      leaves.push_back({.index = grown.size(), .entry = std::move(entry), .hash = hash});
      grown.append(hash);
    }
  }
  if (grown.head() != checkpoint.head) {
    return other_log(path_, "has leaves that lead to another root than its checkpoint signs");
  }
  frontier_ = std::move(grown);
  head_ = checkpoint.head;
  note_ = note;
  return leaves;
}

}  // namespace proviso::audit
