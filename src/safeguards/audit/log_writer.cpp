#include "safeguards/audit/log_writer.h"

#include <algorithm>
#include <utility>

#include "base/core/concat.h"

namespace proviso::audit {
namespace {

constexpr std::string_view kStaging = ".staging";
constexpr std::string_view kStagedCheckpoint = ".staging/checkpoint";
constexpr std::string_view kLock = ".lock";
constexpr std::string_view kPartialSuffix = ".p";

std::string parent_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? "" : path.substr(0, slash));
}

bool is_absent(const Error& error) {
  return error.code == ErrorCode::kNotFound;
}

Error rolled_back(std::uint64_t size, const std::string& found) {
  return Error{ErrorCode::kCorrupt,
               concat("nothing lies beyond a log's checkpoint but one commit that was cut off; the "
                      "checkpoint covers ",
                      size,
                      " leaves, but found ",
                      found,
                      "; an older checkpoint was put back: restore the newest")};
}

}  // namespace

Result<std::unique_ptr<Log::Writer>> Log::Writer::open(Disk& disk,
                                                       const note::VerifierKey& key,
                                                       crypto::SecretKey secret) {
  PROVISO_TRY(auto lock, disk.lock(std::string(kLock)));
  std::unique_ptr<Writer> writer(new Writer(disk, key, std::move(secret), std::move(lock)));
  PROVISO_TRY_DONE(writer->recover());
  return writer;
}

Result<Log::Signed> Log::Writer::opened(const std::string& note) const {
  PROVISO_TRY(const Checkpoint checkpoint, open_checkpoint(note, key_));
  return Signed{.head = checkpoint.head, .note = note};
}

Status Log::Writer::recover() {
  if (!disk_.list(std::string(kStaging))) {
    PROVISO_TRY_DONE(make_parents(std::string(kStagedCheckpoint)));
  }
  const LogReader reader(disk_);
  const auto note = reader.checkpoint_note();
  if (!note && !is_absent(note.error())) return note.error();
  if (!note) return begin();

  const auto in_place = opened(note.value());
  if (!in_place) return in_place.error();
  PROVISO_TRY_DONE(disk_.sync_directory(""));  // Its name may have come without being synced.
  PROVISO_TRY(const Signed newest, finish_interrupted(in_place.value()));
  PROVISO_TRY(edge_, Edge::read(reader, newest.head));
  durable_ = newest;
  return remove_beyond(newest.head.size);
}

Status Log::Writer::begin() {
  // The first checkpoint, over no leaves, is durable before the first leaf is written.
  if (disk_.list("tile")) return rolled_back(0, "tile");
  const Checkpoint empty{.origin = key_.name, .head = edge_.head()};
  return publish(sign_checkpoint(empty, key_, secret_));
}

Result<Log::Signed> Log::Writer::finish_interrupted(const Signed& in_place) {
  const auto staged = disk_.read(std::string(kStagedCheckpoint), kCheckpointBytesMax);
  if (!staged) {
    if (is_absent(staged.error())) return in_place;
    return staged.error();
  }
  auto signed_next = opened(staged.value());
  if (!signed_next || signed_next.value().head.size <= in_place.head.size) {
    PROVISO_TRY_DONE(disk_.remove(std::string(kStagedCheckpoint)));
    return in_place;
  }
  // Its files were durable before it was signed; if they are not there, they were taken away.
  PROVISO_TRY_DONE(Edge::read(LogReader(disk_), signed_next.value().head));
  PROVISO_TRY_DONE(publish(staged.value()));
  return signed_next;
}

// Takes away a full file that is more than `width` says, and wider partial ones.
Status Log::Writer::remove_file_beyond(const std::string& full, std::size_t width) {
  const std::string folder = concat(full, kPartialSuffix);
  const auto names = disk_.list(folder);
  if (!names && !is_absent(names.error())) return names.error();
  if (names) {
    for (const std::string& name : names.value()) {
      const bool is_within =
          name.size() < std::to_string(width).size() ||
          (name.size() == std::to_string(width).size() && name <= std::to_string(width));
      if (!is_within) PROVISO_TRY_DONE(disk_.remove(concat(folder, '/', name)));
    }
  }
  if (width == kTileWidth) return Done{};
  // Where the partial file is gone, the full one stands in for it, and is not beyond anything.
  const auto partial = disk_.read(concat(folder, '/', width), kBundleBytesMax);
  if (width > 0 && !partial) return Done{};
  Status removed = disk_.remove(full);
  if (!removed && !is_absent(removed.error())) return removed;
  return Done{};
}

Status Log::Writer::remove_beyond(std::uint64_t size) {
  // A commit that was cut off ends at most here.
  const TileName furthest = last_tile(0, size + kBatchLeavesMax);
  const std::string too_far = bundle_path({.index = furthest.index + 1});
  if (disk_.read(too_far, kBundleBytesMax) || disk_.list(concat(too_far, kPartialSuffix))) {
    return rolled_back(size, too_far);
  }
  for (unsigned level = 0; hashes_at(level, size + kBatchLeavesMax) != 0; ++level) {
    const TileName last = last_tile(level, size);
    const TileName end = last_tile(level, size + kBatchLeavesMax);
    for (std::uint64_t index = last.index; index <= end.index; ++index) {
      const std::size_t width = index == last.index ? last.width : 0;
      PROVISO_TRY_DONE(remove_file_beyond(tile_path(level, {.index = index}), width));
      if (level == 0) PROVISO_TRY_DONE(remove_file_beyond(bundle_path({.index = index}), width));
    }
  }
  return Done{};
}

Status Log::Writer::make_parents(const std::string& path) {
  const std::string parent = parent_of(path);
  if (parent.empty() || directories_.contains(parent)) return Done{};
  PROVISO_TRY_DONE(make_parents(parent));
  PROVISO_TRY_DONE(disk_.make_directory(parent));
  PROVISO_TRY_DONE(disk_.sync_directory(parent_of(parent)));
  directories_.insert(parent);
  return Done{};
}

Status Log::Writer::install(std::span<const LogFile> files) {
  const auto staged = [](std::size_t number) { return concat(kStaging, '/', number); };
  for (std::size_t number = 0; number < files.size(); ++number) {
    PROVISO_TRY_DONE(disk_.write_synced(staged(number), files[number].bytes));
  }
  for (const LogFile& file : files) PROVISO_TRY_DONE(make_parents(file.path));
  std::set<std::string> changed;
  for (std::size_t number = 0; number < files.size(); ++number) {
    PROVISO_TRY_DONE(disk_.rename(staged(number), files[number].path));
    changed.insert(parent_of(files[number].path));
  }
  for (const std::string& directory : changed) PROVISO_TRY_DONE(disk_.sync_directory(directory));
  return Done{};
}

Status Log::Writer::publish(const std::string& note) {
  PROVISO_TRY(Signed next, opened(note));
  PROVISO_TRY_DONE(disk_.write_synced(std::string(kStagedCheckpoint), note));
  PROVISO_TRY_DONE(disk_.rename(std::string(kStagedCheckpoint), std::string(kCheckpointPath)));
  PROVISO_TRY_DONE(disk_.sync_directory(""));
  durable_ = std::move(next);
  return Done{};
}

Status Log::Writer::finish_earlier() {
  if (signed_and_waiting_) {
    PROVISO_TRY_DONE(publish(*signed_and_waiting_));
    signed_and_waiting_.reset();
  }
  if (has_leftovers_) {
    PROVISO_TRY_DONE(remove_beyond(edge_.size()));
    has_leftovers_ = false;
  }
  return Done{};
}

Result<Log::Signed> Log::Writer::commit(std::span<const std::string> entries) {
  PROVISO_TRY_DONE(finish_earlier());
  Edge grown = edge_;
  std::vector<LogFile> files;
  for (const std::string& entry : entries) grown.append(entry, files);
  const std::size_t full = files.size();
  grown.partials(files);
  has_leftovers_ = true;
  PROVISO_TRY_DONE(install(files));
  has_leftovers_ = false;

  // Once signed, no other checkpoint of this size may be: the edge moves on whatever comes.
  edge_ = std::move(grown);
  signed_and_waiting_ = sign_checkpoint({.origin = key_.name, .head = edge_.head()}, key_, secret_);
  PROVISO_TRY_DONE(publish(*signed_and_waiting_));
  signed_and_waiting_.reset();
  remove_partials(std::span{files}.first(full));
  return durable_;
}

void Log::Writer::remove_partials(std::span<const LogFile> files) {
  for (const LogFile& file : files) {
    const std::string folder = concat(file.path, kPartialSuffix);
    const auto names = disk_.list(folder);
    if (!names) continue;
    for (const std::string& name : names.value()) {
      static_cast<void>(disk_.remove(concat(folder, '/', name)));
    }
    static_cast<void>(disk_.remove(folder));
    directories_.erase(folder);
  }
}

}  // namespace proviso::audit
