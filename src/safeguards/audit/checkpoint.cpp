#include "safeguards/audit/checkpoint.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

#include "base/core/base64.h"
#include "base/core/check.h"
#include "base/core/concat.h"

namespace proviso::audit {
namespace {

Error malformed(std::string_view what) {
  return Error{ErrorCode::kInvalidInput,
               concat("a checkpoint has the lines origin, size and root; ",
                      what,
                      "; ask for the checkpoint again")};
}

}  // namespace

std::string Checkpoint::to_text() const {
  return concat(
      origin, '\n', head.size, '\n', to_base64(std::as_bytes(std::span{head.root.bytes})), '\n');
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  std::array<std::string_view, 3> lines;
  for (std::string_view& line : lines) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return malformed("a line is missing");
    line = text.substr(0, end);
    text.remove_prefix(end + 1);
  }
  if (!text.empty()) return malformed("found a fourth line");

  Checkpoint checkpoint{.origin = std::string(lines[0]), .head = {}};
  const auto [end, fault] =
      std::from_chars(lines[1].data(), lines[1].data() + lines[1].size(), checkpoint.head.size);
  if (fault != std::errc{} || checkpoint.head.size > kTreeSizeMax ||
      lines[1] != std::to_string(checkpoint.head.size)) {
    return malformed(concat("its size must be a decimal number; found ", in_quotes(lines[1])));
  }
  auto root = from_base64(lines[2], checkpoint.head.root.bytes.size());
  if (!root || root.value().size() != checkpoint.head.root.bytes.size()) {
    return malformed(concat("its root must be 32 bytes in base64; found ", in_quotes(lines[2])));
  }
  std::ranges::transform(root.value(), checkpoint.head.root.bytes.begin(), [](std::byte byte) {
    return std::to_integer<std::uint8_t>(byte);
  });
  if (checkpoint.head.size == 0 && checkpoint.head.root != empty_root()) {
    return malformed("the root of no leaves must be that of the empty tree");
  }
  return checkpoint;
}

std::string sign_checkpoint(const Checkpoint& checkpoint,
                            const note::VerifierKey& key,
                            const crypto::SecretKey& secret) {
  PROVISO_CHECK(key.name == checkpoint.origin && key.key == secret.public_key());
  const std::string text = checkpoint.to_text();
  return note::Note{.text = text, .signatures = {note::sign(text, key, secret)}}.to_text();
}

Result<Checkpoint> open_checkpoint(std::string_view note, const note::VerifierKey& key) {
  if (note.size() > kCheckpointBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("a checkpoint has at most ",
                        kCheckpointBytesMax,
                        " bytes; found ",
                        note.size(),
                        "; check that it is the right file")};
  }
  PROVISO_TRY(const note::Note parsed, note::Note::parse(note));
  PROVISO_TRY_DONE(note::verify(parsed, std::span{&key, 1}));
  PROVISO_TRY(Checkpoint checkpoint, Checkpoint::parse(parsed.text));
  if (checkpoint.origin != key.name) {
    return Error{ErrorCode::kNotAuthorised,
                 concat("a checkpoint's origin is the name of its log's key, ",
                        in_quotes(key.name),
                        "; found ",
                        in_quotes(checkpoint.origin),
                        "; it is another log's")};
  }
  return checkpoint;
}

}  // namespace proviso::audit
