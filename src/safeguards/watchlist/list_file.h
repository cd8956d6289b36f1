#pragma once

// A watchlist while it is being made: entries come in, and at the end it is sealed. Kept as one
// file (docs/formats/watchlist.md).
//
//   add     one entry with the template that its photographs made
//   seal    the bytes of the sealed list, whose SHA-256 the authority names
//   errors  kInvalidInput for an id that the list has, for a photograph that stands under another
//           id, for an entry without one, for a label that is not printable text of at most
//           kLabelBytesMax, and for a template of another dimension; kOverLimit over kEntriesMax,
//           kPhotographsMax, kThumbnailBytesMax or kFileBytesMax. After an error the list is as it
//           was, and what is on it can always be saved, sealed and loaded again.
//   threads thread-bound

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/list_format.h"
#include "safeguards/watchlist/reference.h"

namespace proviso::watchlist {

struct NewEntry {
  EntryId id;
  std::string label;
  std::vector<crypto::Digest> photographs;
  Reference reference;
  std::vector<std::uint8_t> thumbnail_jpeg;
};

class ListFile {
 public:
  static ListFile create(const crypto::Digest& model_pack, std::size_t dimension, WallTime now);
  // Errors: those of read_file() and parse_list(); kInvalidInput for a sealed list, which does not
  // change; kCorrupt for a photograph that stands under two ids.
  static Result<ListFile> load(const std::filesystem::path& path);

  Status add(NewEntry entry);
  Status save(const std::filesystem::path& path) const;  // Durable: whole or not at all.
  std::vector<std::byte> seal(WallTime now) const;

  std::span<const ListEntry> entries() const { return contents_.entries; }
  const crypto::Digest& model_pack() const { return contents_.model_pack; }
  std::size_t dimension() const { return contents_.dimension; }

 private:
  explicit ListFile(ListContents contents) : contents_(std::move(contents)) {}
  Status check_new(const NewEntry& entry) const;

  ListContents contents_;
  std::map<crypto::Digest, EntryId> owners_;  // Of the photographs.
  std::size_t body_bytes_ = 0;                // Of the file, without its first two lines.
};

}  // namespace proviso::watchlist
