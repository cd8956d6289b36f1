#include "safeguards/verify/check_log.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/audit/leaf.h"
#include "safeguards/audit/log_reader.h"
#include "safeguards/audit/tile.h"
#include "safeguards/audit/tree.h"

namespace proviso::verify {
namespace {

using audit::Checkpoint;
using audit::kTileWidth;
using audit::LogReader;
using audit::Tile;
using audit::TreeHead;
using crypto::Digest;

std::string leaves_text(std::uint64_t count) {
  return count == 1 ? "1 leaf" : concat(count, " leaves");
}

class LogCheck {
 public:
  LogCheck(const audit::Disk& disk, const LogQuestion& question)
      : disk_(disk), reader_(disk), question_(question) {}

  Report run() {
    if (open_checkpoints()) {
      while (!report_.fault && frontier_.size() < head_.size) check_bundle();
      if (!report_.fault) check_last_tiles();
      if (!report_.fault) finish();
    }
    return std::move(report_);
  }

 private:
  void fail(std::string what, std::optional<std::uint64_t> leaf = std::nullopt) {
    if (!report_.fault) report_.fault = Fault{.what = std::move(what), .leaf = leaf};
  }

  bool open_checkpoints() {
    const auto note = reader_.checkpoint_note();
    if (!note) {
      fail(concat("the log has no readable checkpoint: ", note.error().message));
      return false;
    }
    const auto opened = audit::open_checkpoint(note.value(), question_.key);
    if (!opened) {
      fail(concat("the checkpoint: ", opened.error().message));
      return false;
    }
    head_ = opened.value().head;
    report_.checked.push_back(concat("the checkpoint over ",
                                     leaves_text(head_.size),
                                     " is signed by ",
                                     question_.key.to_text()));
    return !question_.pinned_note || open_pinned(*question_.pinned_note);
  }

  bool open_pinned(const std::string& note) {
    const auto pinned = audit::open_checkpoint(note, question_.key);
    if (!pinned) {
      fail(concat("the pinned checkpoint: ", pinned.error().message));
      return false;
    }
    if (pinned.value().head.size > head_.size) {
      fail(concat("the log was rolled back: the pinned checkpoint covers ",
                  leaves_text(pinned.value().head.size),
                  ", the log's own ",
                  head_.size),
           head_.size);
      return false;
    }
    pinned_ = pinned.value().head;
    compare_pinned();
    return !report_.fault;
  }

  void compare_pinned() {
    if (pinned_ && pinned_->size == frontier_.size() && *pinned_ != frontier_.head()) {
      fail(concat("the log does not begin with the ",
                  leaves_text(pinned_->size),
                  " of the pinned checkpoint: it was rewritten"),
           pinned_->size == 0 ? 0 : pinned_->size - 1);
    }
  }

  void check_bundle() {
    const std::uint64_t index = frontier_.size() / kTileWidth;
    const auto bundle = reader_.bundle(index, head_.size);
    if (!bundle) return fail(bundle.error().message, frontier_.size());
    const auto stored = reader_.tile(0, index, head_.size);
    if (!stored) return fail(stored.error().message, frontier_.size());
    for (std::size_t entry = 0; entry < bundle.value().size(); ++entry) {
      const std::string& bytes = bundle.value()[entry];
      const Digest hash = audit::leaf_hash(bytes);
      if (hash != stored.value()[entry]) {
        return fail("the entry has another hash than its tile says", frontier_.size());
      }
      check_leaf(bytes);
      if (report_.fault) return;
      frontier_.append(hash);
      compare_pinned();
    }
    check_partial_bundles(index, bundle.value());
    add_tile(0, index, stored.value());
  }

  void check_leaf(std::string_view bytes) {
    if (question_.leaves == Leaves::kHashOnly) return;
    const auto entry = audit::parse_leaf(bytes);
    if (!entry) return fail(entry.error().message, frontier_.size());
    const Status known = audit::check_schema(entry.value());
    if (known) return;
    if (known.error().code != ErrorCode::kNotFound) {
      return fail(known.error().message, frontier_.size());
    }
    ++unknown_leaves_;
    unknown_kind_ = entry.value().kind;
  }

  // Takes a tile whose hashes are right; compares what it says one level up, and its partial files.
  void add_tile(unsigned level, std::uint64_t index, const Tile& tile) {
    check_partial_tiles(level, index, tile);
    ++tiles_checked_;
    if (tile.size() < kTileWidth) return;
    if (levels_.size() == level) levels_.emplace_back();
    Tile& above = levels_[level];
    above.push_back(audit::tile_root(tile));
    if (above.size() < kTileWidth) return;
    const Tile full = std::exchange(above, {});
    check_tile(level + 1, index / kTileWidth, full);
  }

  void check_tile(unsigned level, std::uint64_t index, const Tile& computed) {
    const auto stored = reader_.tile(level, index, head_.size);
    if (!stored) return fail(stored.error().message);
    if (stored.value() != computed) {
      return fail(concat(audit::tile_path(level, {.index = index}),
                         " has other hashes than the entries lead to"));
    }
    add_tile(level, index, computed);
  }

  void check_last_tiles() {
    for (unsigned level = 0; level < levels_.size(); ++level) {
      const Tile partial = levels_[level];
      if (partial.empty()) continue;
      check_tile(level + 1, audit::last_tile(level + 1, head_.size).index, partial);
    }
  }

  // Partial files of this and earlier checkpoints: each the beginning of what was worked out.
  std::vector<std::size_t> partial_widths(const std::string& full, std::size_t width_max) const {
    std::vector<std::size_t> widths;
    const auto names = disk_.list(concat(full, ".p"));
    if (!names) return widths;
    for (const std::string& name : names.value()) {
      std::size_t width = 0;
      const auto [end, fault] = std::from_chars(name.data(), name.data() + name.size(), width);
      if (fault == std::errc{} && end == name.data() + name.size() && width >= 1 &&
          width <= width_max && width < kTileWidth) {
        widths.push_back(width);
      }
    }
    return widths;
  }

  void check_partial_tiles(unsigned level, std::uint64_t index, const Tile& tile) {
    const std::string full = audit::tile_path(level, {.index = index});
    for (const std::size_t width : partial_widths(full, tile.size())) {
      const auto bytes = disk_.read(concat(full, ".p/", width), audit::kTileBytes);
      if (!bytes || bytes.value() != audit::to_bytes(std::span{tile}.first(width))) {
        return fail(concat(full, ".p/", width, " has other hashes than the entries lead to"));
      }
    }
  }

  void check_partial_bundles(std::uint64_t index, const std::vector<std::string>& entries) {
    const std::string full = audit::bundle_path({.index = index});
    for (const std::size_t width : partial_widths(full, entries.size())) {
      std::string expected;
      for (std::size_t entry = 0; entry < width; ++entry) {
        audit::append_entry(expected, entries[entry]);
      }
      const auto bytes = disk_.read(concat(full, ".p/", width), audit::kBundleBytesMax);
      if (!bytes || bytes.value() != expected) {
        return fail(concat(full, ".p/", width, " has other entries than the log"),
                    index * kTileWidth);
      }
    }
  }

  void finish() {
    if (frontier_.head() != head_) return fail("the entries lead to another root than is signed");
    report_.checked.push_back(concat(leaves_text(head_.size),
                                     " lead to the root that is signed, hashed one by one: ",
                                     to_base64(std::as_bytes(std::span(head_.root.bytes)))));
    report_.checked.push_back(concat(tiles_checked_,
                                     tiles_checked_ == 1 ? " tile holds" : " tiles hold",
                                     " the hashes of that tree"));
    if (question_.leaves == Leaves::kHashOnly) {
      report_.unchecked.emplace_back("what the leaves say: only their hashes were asked for");
    } else if (unknown_leaves_ > 0) {
      report_.unchecked.push_back(concat("what ",
                                         leaves_text(unknown_leaves_),
                                         " say: this version does not know the kind ",
                                         in_quotes(unknown_kind_)));
    } else {
      report_.checked.push_back(concat(leaves_text(head_.size), " have their kind's schema"));
    }
    if (pinned_) {
      report_.checked.push_back(
          concat("the log begins with the ", leaves_text(pinned_->size), " that were pinned"));
    } else {
      report_.unasked.emplace_back(
          "whether leaves were cut off or replaced and the log signed anew: give --pinned with a "
          "checkpoint that somebody else kept");
    }
  }

  const audit::Disk& disk_;
  const LogReader reader_;
  const LogQuestion& question_;
  Report report_;
  TreeHead head_;
  std::optional<TreeHead> pinned_;
  audit::Frontier frontier_;
  std::vector<Tile> levels_;  // At [n] the hashes for level n + 1 that fill no tile yet.
  std::uint64_t tiles_checked_ = 0;
  std::uint64_t unknown_leaves_ = 0;
  std::string unknown_kind_;
};

}  // namespace

Report check_log(const audit::Disk& disk, const LogQuestion& question) {
  return LogCheck(disk, question).run();
}

Report check_consistency(const audit::Disk& disk,
                         std::string_view earlier_note,
                         const note::VerifierKey& key) {
  Report report;
  const auto check = [&]() -> Status {
    PROVISO_TRY(const Checkpoint earlier, audit::open_checkpoint(earlier_note, key));
    const LogReader reader(disk);
    PROVISO_TRY(const std::string note, reader.checkpoint_note());
    PROVISO_TRY(const Checkpoint later, audit::open_checkpoint(note, key));
    report.checked.push_back(concat("two checkpoints, over ",
                                    leaves_text(earlier.head.size),
                                    " and ",
                                    later.head.size,
                                    ", are signed by ",
                                    key.to_text()));
    audit::Proof proof;
    if (earlier.head.size > 0 && earlier.head.size < later.head.size) {
      PROVISO_TRY(proof,
                  audit::consistency_proof(
                      earlier.head.size, later.head.size, reader.nodes(later.head.size)));
    }
    PROVISO_TRY_DONE(audit::verify_consistency(earlier.head, later.head, proof));
    report.checked.push_back(concat("the later begins with the earlier, by a proof of ",
                                    proof.size(),
                                    proof.size() == 1 ? " hash" : " hashes"));
    return Done{};
  };
  if (const Status checked = check(); !checked) {
    report.fault = Fault{.what = checked.error().message, .leaf = std::nullopt};
  }
  return report;
}

Report check_evidence(std::string_view text, const note::VerifierKey& key) {
  Report report;
  const auto evidence = audit::Evidence::parse(text);
  if (!evidence) {
    report.fault = Fault{.what = evidence.error().message, .leaf = std::nullopt};
    return report;
  }
  const std::uint64_t index = evidence.value().index;
  const auto checkpoint = audit::verify_evidence(evidence.value(), key);
  if (!checkpoint) {
    report.fault = Fault{.what = checkpoint.error().message, .leaf = index};
    return report;
  }
  report.checked.push_back(concat("the checkpoint over ",
                                  leaves_text(checkpoint.value().head.size),
                                  " is signed by ",
                                  key.to_text()));
  report.checked.push_back(concat("leaf ", index, " leads to its root"));
  const auto entry = audit::parse_leaf(evidence.value().leaf);
  const Status known = entry ? audit::check_schema(entry.value()) : Status(entry.error());
  if (known) {
    report.checked.push_back(concat("it has the schema of its kind: ", evidence.value().leaf));
  } else if (known.error().code == ErrorCode::kNotFound) {
    report.unchecked.push_back(concat("what the leaf says: ", known.error().message));
  } else {
    report.fault = Fault{.what = known.error().message, .leaf = index};
  }
  return report;
}

}  // namespace proviso::verify
