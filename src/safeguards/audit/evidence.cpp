#include "safeguards/audit/evidence.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "safeguards/audit/tile.h"

namespace proviso::audit {
namespace {

constexpr std::string_view kFirstLine = "c2sp.org/tlog-proof@v1";
constexpr std::string_view kExtra = "extra ";
constexpr std::string_view kIndex = "index ";

Error malformed(std::string_view what) {
  return Error{ErrorCode::kInvalidInput,
               concat("evidence is a c2sp.org/tlog-proof@v1 with its leaf; ",
                      what,
                      "; ask for the evidence again")};
}

// The next line without its LF, which is taken off `text`.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

std::optional<std::string_view> after(std::optional<std::string_view> line,
                                      std::string_view prefix) {
  if (!line || !line->starts_with(prefix)) return std::nullopt;
  return line->substr(prefix.size());
}

Result<crypto::Digest> parse_hash(std::string_view line) {
  crypto::Digest hash;
  const auto bytes = from_base64(line, hash.bytes.size());
  if (!bytes || bytes.value().size() != hash.bytes.size()) {
    return malformed("a line of its proof is not 32 bytes in base64");
  }
  std::ranges::transform(bytes.value(), hash.bytes.begin(), [](std::byte byte) {
    return std::to_integer<std::uint8_t>(byte);
  });
  return hash;
}

}  // namespace

std::string Evidence::to_text() const {
  std::string text = concat(kFirstLine,
                            '\n',
                            kExtra,
                            to_base64(std::as_bytes(std::span{leaf})),
                            '\n',
                            kIndex,
                            index,
                            '\n');
  for (const crypto::Digest& hash : proof) {
    text += concat(to_base64(std::as_bytes(std::span{hash.bytes})), '\n');
  }
  return concat(text, '\n', checkpoint_note);
}

Result<Evidence> Evidence::parse(std::string_view text) {
  if (text.size() > kEvidenceBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("evidence has at most ", kEvidenceBytesMax, " bytes; found ", text.size())};
  }
  if (take_line(text) != kFirstLine) return malformed("its first line is another");
  Evidence evidence;
  const auto extra = after(take_line(text), kExtra);
  if (!extra) return malformed("its second line does not carry the leaf");
  const auto leaf = from_base64(*extra, kLeafBytesMax);
  if (!leaf) return malformed(concat("its leaf: ", leaf.error().message));
  std::ranges::transform(leaf.value(), std::back_inserter(evidence.leaf), [](std::byte byte) {
    return std::to_integer<char>(byte);
  });

  const auto index = after(take_line(text), kIndex);
  if (!index) return malformed("its third line is no index");
  const auto [end, fault] =
      std::from_chars(index->data(), index->data() + index->size(), evidence.index);
  if (fault != std::errc{} || evidence.index >= kTreeSizeMax ||
      *index != std::to_string(evidence.index)) {
    return malformed(concat("its index must be a decimal number; found ", in_quotes(*index)));
  }
  while (true) {
    const auto line = take_line(text);
    if (!line) return malformed("its checkpoint is missing");
    if (line->empty()) break;
    if (evidence.proof.size() == kProofHashesMax) return malformed("its proof is too long");
    PROVISO_TRY(const crypto::Digest hash, parse_hash(*line));
    evidence.proof.push_back(hash);
  }
  evidence.checkpoint_note = text;
  return evidence;
}

Result<Evidence> make_evidence(const LogReader& reader,
                               std::uint64_t index,
                               const Checkpoint& checkpoint,
                               std::string checkpoint_note) {
  const std::uint64_t size = checkpoint.head.size;
  PROVISO_TRY(Proof proof, inclusion_proof(index, size, reader.nodes(size)));
  PROVISO_TRY(auto bundle, reader.bundle(index / kTileWidth, size));
  Evidence evidence{.leaf = std::move(bundle[index % kTileWidth]),
                    .index = index,
                    .proof = std::move(proof),
                    .checkpoint_note = std::move(checkpoint_note)};
  PROVISO_TRY_DONE(
      verify_inclusion(leaf_hash(evidence.leaf), index, checkpoint.head, evidence.proof));
  return evidence;
}

Result<Checkpoint> verify_evidence(const Evidence& evidence, const note::VerifierKey& key) {
  PROVISO_TRY(Checkpoint checkpoint, open_checkpoint(evidence.checkpoint_note, key));
  PROVISO_TRY_DONE(
      verify_inclusion(leaf_hash(evidence.leaf), evidence.index, checkpoint.head, evidence.proof));
  return checkpoint;
}

}  // namespace proviso::audit
