#include "app/vault/backup_format.h"

#include <gtest/gtest.h>

#include <cstring>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes_of_text(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

std::string hex(std::span<const std::byte> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<std::size_t>(byte >> 4)];
    text += kDigits[std::to_integer<std::size_t>(byte & std::byte{15})];
  }
  return text;
}

Source from(std::span<const std::byte>& left) {
  return [&left](std::span<std::byte> into) -> Status {
    if (into.size() > left.size()) return Error{ErrorCode::kCorrupt, "it ends too early"};
    std::ranges::copy(left.first(into.size()), into.begin());
    left = left.subspan(into.size());
    return Done{};
  };
}

BackupHead small_head() {
  return {.at = parse_rfc3339("2026-11-28T08:00:00Z").value(), .epoch = 3, .list = "watchlist"};
}

// A backup of one entry, as docs/formats/vault-backup.md has it.
Bytes small_backup(const std::vector<Frame>& frames, crypto::Digest* digest = nullptr) {
  Bytes bytes;
  BackupWriter writer([&](std::span<const std::byte> more) -> Status {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return Done{};
  });
  EXPECT_TRUE(writer.write(small_head()).has_value());
  for (const Frame& frame : frames) EXPECT_TRUE(writer.write(frame).has_value());
  const auto named = writer.finish().value();
  if (digest != nullptr) *digest = named;
  return bytes;
}

std::vector<Frame> three_frames() {
  return {{.kind = FrameKind::kIndexKey, .name = "", .version = 0, .sealed = bytes_of_text("i")},
          {.kind = FrameKind::kKey, .name = "w-1", .version = 0, .sealed = bytes_of_text("key")},
          {.kind = FrameKind::kRecord,
           .name = "note",
           .version = 2,
           .sealed = bytes_of_text("sealed")}};
}

Result<std::size_t> count_frames(std::span<const std::byte> bytes, std::size_t frames_max) {
  BackupReader reader(from(bytes), frames_max);
  PROVISO_TRY_DONE(reader.read_head());
  for (std::size_t count = 1;; ++count) {
    PROVISO_TRY(const auto frame, reader.next());
    if (frame.kind == FrameKind::kEnd) return count;
  }
}

TEST(BackupFormat, IsThatOfItsTestVector) {
  crypto::Digest digest;
  const Bytes bytes = small_backup(three_frames(), &digest);
  constexpr std::string_view kHeadText =
      "proviso/vault-backup/v1\n"
      R"({"at":"2026-11-28T08:00:00Z","epoch":3,"list":"watchlist"})"
      "\n";
  const std::string text = hex(bytes);
  EXPECT_EQ(text.substr(0, 2 * kHeadText.size()), hex(bytes_of_text(kHeadText)));
  EXPECT_EQ(text.substr(2 * kHeadText.size()),
            "490000000000000000000100000069"
            "4b03000000000000000003000000772d316b6579"
            "52040200000000000000060000006e6f74657365616c6564"
            "4500000000000000000020000000"
            "c4f96b81ddcfbb92759e3b190695d5361c33df942c8130296fc1fc2494f5b3a5");
  EXPECT_EQ(crypto::to_hex(digest),
            "c4f96b81ddcfbb92759e3b190695d5361c33df942c8130296fc1fc2494f5b3a5");
}

TEST(BackupFormat, ReadsWhatItWrote) {
  const Bytes bytes = small_backup(three_frames());
  std::span<const std::byte> left(bytes);
  BackupReader reader(from(left));
  const auto head = reader.read_head().value();
  EXPECT_EQ(head.at, small_head().at);
  EXPECT_EQ(head.epoch, 3U);
  EXPECT_EQ(head.list, "watchlist");
  for (const Frame& written : three_frames()) {
    const auto read = reader.next().value();
    EXPECT_EQ(read.kind, written.kind);
    EXPECT_EQ(read.name, written.name);
    EXPECT_EQ(read.version, written.version);
    EXPECT_EQ(read.sealed, written.sealed);
  }
  EXPECT_EQ(reader.next().value().kind, FrameKind::kEnd);
  EXPECT_TRUE(left.empty());
}

TEST(BackupFormat, RefusesEveryEditedByteAndEveryShorterFile) {
  const Bytes bytes = small_backup(three_frames());
  ASSERT_EQ(count_frames(bytes, kFramesMax).value(), 4U) << "control";
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    Bytes edited = bytes;
    edited[at] ^= std::byte{1};
    EXPECT_FALSE(count_frames(edited, kFramesMax).has_value()) << at;
    EXPECT_FALSE(count_frames(std::span(bytes).first(at), kFramesMax).has_value()) << at;
  }
}

TEST(BackupFormat, NamesANewerVersionAndWhatIsNoBackup) {
  const auto refusal = [](std::string_view text) {
    const Bytes bytes = bytes_of_text(text);
    const auto read = count_frames(bytes, kFramesMax);
    EXPECT_FALSE(read.has_value());
    return read.error();
  };
  const Error newer = refusal("proviso/vault-backup/v2\nanything\n");
  EXPECT_EQ(newer.code, ErrorCode::kInvalidInput);
  EXPECT_NE(newer.message.find("a newer version made it"), std::string::npos);
  EXPECT_EQ(refusal("words of somebody's\n").code, ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal(std::string(600, 'a')).code, ErrorCode::kInvalidInput);
  EXPECT_EQ(refusal("proviso/vault-backup/v1\n{\"at\":\"2026-11-28T08:00:00Z\", \"epoch\":3,"
                    "\"list\":\"watchlist\"}\n")
                .code,
            ErrorCode::kCorrupt)
      << "not canonical";
}

TEST(BackupFormat, HasFramesUpToItsLimitsAndNotOneMore) {
  EXPECT_EQ(count_frames(small_backup(three_frames()), 4).value(), 4U);
  EXPECT_EQ(count_frames(small_backup(three_frames()), 3).error().code, ErrorCode::kOverLimit);

  Frame largest{.kind = FrameKind::kRecord,
                .name = std::string(kFrameNameBytesMax, 'n'),
                .version = 1,
                .sealed = Bytes(kFrameBytesMax)};
  Bytes bytes = small_backup({largest});
  ASSERT_EQ(count_frames(bytes, kFramesMax).value(), 2U);
  const std::size_t frame_at =
      bytes.size() - (14 + 32) - (14 + kFrameNameBytesMax + kFrameBytesMax);
  const auto with = [&](std::size_t at, std::uint32_t value, std::size_t width) {
    Bytes edited = bytes;
    std::memcpy(&edited[frame_at + at], &value, width);
    return count_frames(edited, kFramesMax).error();
  };
  EXPECT_NE(with(1, kFrameNameBytesMax + 1, 1).message.find("over its limits"), std::string::npos);
  EXPECT_NE(with(10, kFrameBytesMax + 1, 4).message.find("over its limits"), std::string::npos);
  EXPECT_NE(with(0, 'Q', 1).message.find("of no kind"), std::string::npos);
}

}  // namespace
}  // namespace proviso::vault
