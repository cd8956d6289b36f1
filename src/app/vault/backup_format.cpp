#include "app/vault/backup_format.h"

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstring>
#include <utility>

#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/field_reader.h"
#include "base/core/field_texts.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

constexpr std::string_view kFirstLine = "proviso/vault-backup/v1";
constexpr std::string_view kFamily = "proviso/vault-backup/";
constexpr std::size_t kLineBytesMax = 512;
constexpr std::int64_t kEpochMax = std::int64_t{1} << 53;
constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);
// Kind, length of the name, version, length of the sealed bytes.
constexpr std::size_t kFrameHeadBytes = 1 + 1 + sizeof(std::int64_t) + kLengthBytes;

static_assert(std::endian::native == std::endian::little, "numbers are stored little-endian");

Error corrupt(std::string_view what) {
  return Error{ErrorCode::kCorrupt,
               concat("vault backup: ", what, "; take another copy of it, or another backup")};
}

bool is_kind(std::uint8_t byte) {
  constexpr std::string_view kKinds = "ITKRE";
  return kKinds.find(static_cast<char>(byte)) != std::string_view::npos;
}

template <std::integral Number>
void put(std::vector<std::byte>& bytes, Number number) {
  const auto raw = std::as_bytes(std::span(&number, 1));
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

void put(std::vector<std::byte>& bytes, std::span<const std::byte> more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
}

std::vector<std::byte> bytes_of(const Frame& frame) {
  PROVISO_CHECK(frame.name.size() <= kFrameNameBytesMax && frame.sealed.size() <= kFrameBytesMax);
  std::vector<std::byte> bytes;
  bytes.reserve(kFrameHeadBytes + frame.name.size() + frame.sealed.size());
  put(bytes, static_cast<std::uint8_t>(frame.kind));
  put(bytes, static_cast<std::uint8_t>(frame.name.size()));
  put(bytes, frame.version);
  put(bytes, static_cast<std::uint32_t>(frame.sealed.size()));
  put(bytes, std::as_bytes(std::span(frame.name)));
  put(bytes, frame.sealed);
  return bytes;
}

// The digest of what came before, and of the next piece.
crypto::Digest chained(const crypto::Digest& before, std::span<const std::byte> piece) {
  const crypto::Digest own = crypto::sha256(piece);
  std::vector<std::byte> both;
  put(both, std::as_bytes(std::span(before.bytes)));
  put(both, std::as_bytes(std::span(own.bytes)));
  return crypto::sha256(both);
}

std::string head_text(const BackupHead& head) {
  return concat(kFirstLine,
                '\n',
                json::to_canonical(Value::Object{{"at", to_rfc3339(head.at)},
                                                 {"epoch", static_cast<std::int64_t>(head.epoch)},
                                                 {"list", head.list}}),
                '\n');
}

}  // namespace

Status BackupWriter::write(const BackupHead& head) {
  const std::string text = head_text(head);
  digest_ = crypto::sha256(text);
  return sink_(std::as_bytes(std::span(text)));
}

Status BackupWriter::write(const Frame& frame) {
  const auto bytes = bytes_of(frame);
  digest_ = chained(digest_, bytes);
  return sink_(bytes);
}

Result<crypto::Digest> BackupWriter::finish() {
  const auto bytes = std::as_bytes(std::span(digest_.bytes));
  PROVISO_TRY_DONE(sink_(bytes_of({.kind = FrameKind::kEnd,
                                   .name = {},
                                   .version = 0,
                                   .sealed = {bytes.begin(), bytes.end()}})));
  return digest_;
}

Result<std::string> BackupReader::read_line() {
  std::string line;
  while (line.size() < kLineBytesMax) {
    std::byte byte{};
    PROVISO_TRY_DONE(source_(std::span(&byte, 1)));
    if (byte == std::byte{'\n'}) return line;
    line += static_cast<char>(byte);
  }
  return Error{ErrorCode::kInvalidInput,
               concat("vault backup: a line of its head has at most ",
                      kLineBytesMax,
                      " bytes; this is no backup of a vault: name one")};
}

Result<BackupHead> BackupReader::read_head() {
  PROVISO_TRY(const auto first, read_line());
  if (first != kFirstLine) {
    const bool is_newer = first.starts_with(kFamily);
    return Error{ErrorCode::kInvalidInput,
                 concat("vault backup: the first line is ",
                        kFirstLine,
                        "; found ",
                        in_quotes(first),
                        is_newer ? "; a newer version made it: restore with that one"
                                 : "; this is no backup of a vault: name one")};
  }
  PROVISO_TRY(const auto second, read_line());
  PROVISO_TRY(const auto value, json::parse(second, {.bytes_max = kLineBytesMax}));
  PROVISO_TRY(auto reader, FieldReader::of(value, "vault backup"));
  BackupHead head;
  PROVISO_TRY(head.at, read_time(reader, "at"));
  PROVISO_TRY(const auto epoch, reader.integer("epoch", 1, kEpochMax));
  head.epoch = static_cast<std::uint64_t>(epoch);
  PROVISO_TRY(head.list, read_id(reader, "list"));
  PROVISO_TRY_DONE(reader.finish());
  const std::string text = head_text(head);
  if (text != concat(first, '\n', second, '\n')) {
    return corrupt("its head is not in canonical form");
  }
  digest_ = crypto::sha256(text);
  return head;
}

Result<Frame> BackupReader::next() {
  if (frames_left_-- == 0) {
    return Error{ErrorCode::kOverLimit,
                 concat("vault backup: it has more than ", kFramesMax, " frames; name another")};
  }
  std::array<std::byte, kFrameHeadBytes> head{};
  PROVISO_TRY_DONE(source_(head));
  const auto kind = std::to_integer<std::uint8_t>(head[0]);
  const auto name_bytes = std::to_integer<std::size_t>(head[1]);
  Frame frame;
  std::uint32_t sealed_bytes = 0;
  std::memcpy(&frame.version, &head[2], sizeof frame.version);
  std::memcpy(&sealed_bytes, &head[2 + sizeof frame.version], sizeof sealed_bytes);
  if (!is_kind(kind) || name_bytes > kFrameNameBytesMax || sealed_bytes > kFrameBytesMax) {
    return corrupt("a frame is of no kind, or over its limits");
  }
  frame.kind = static_cast<FrameKind>(kind);
  frame.name.resize(name_bytes);
  PROVISO_TRY_DONE(source_(std::as_writable_bytes(std::span(frame.name))));
  frame.sealed.resize(sealed_bytes);
  PROVISO_TRY_DONE(source_(frame.sealed));
  if (frame.kind == FrameKind::kEnd) {
    PROVISO_TRY_DONE(check_end(frame));
  } else {
    digest_ = chained(digest_, bytes_of(frame));
  }
  return frame;
}

Status BackupReader::check_end(const Frame& end) {
  const bool is_plain = end.name.empty() && end.version == 0;
  if (is_plain && std::ranges::equal(end.sealed, std::as_bytes(std::span(digest_.bytes)))) {
    return Done{};
  }
  return corrupt("its end names another digest than it has");
}

}  // namespace proviso::vault
