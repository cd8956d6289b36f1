#pragma once

// For tests: a witness in memory, after c2sp.org/tlog-witness, that knows one log.

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "safeguards/audit/witness.h"

namespace proviso::audit {

class MemoryWitness {
 public:
  explicit MemoryWitness(note::VerifierKey log) : log_(std::move(log)) {
    std::array<std::byte, crypto::SecretKey::kSeedBytes> seed{};
    seed.fill(std::byte{9});
    secret_ = std::make_shared<const crypto::SecretKey>(crypto::SecretKey::from_seed(seed).value());
  }

  WitnessKey key() const { return {.name = "witness.example/w1", .key = secret_->public_key()}; }
  AskWitness ask() {
    return [this](std::string_view request) -> Result<WitnessAnswer> { return answer(request); };
  }

  WitnessAnswer answer(std::string_view request) {
    requests.emplace_back(request);
    if (instead) return *instead;
    const std::size_t split = request.find("\n\n");
    std::string_view head = request.substr(0, split + 1);
    std::uint64_t old_size = 0;
    std::from_chars(head.data() + 4, head.data() + head.size(), old_size);
    head.remove_prefix(head.find('\n') + 1);
    Proof proof;
    for (; !head.empty(); head.remove_prefix(head.find('\n') + 1)) {
      const auto bytes = from_base64(head.substr(0, head.find('\n')), 32).value();
      proof.emplace_back();
      std::ranges::transform(bytes, proof.back().bytes.begin(), [](std::byte byte) {
        return std::to_integer<std::uint8_t>(byte);
      });
    }
    return judge(old_size, proof, request.substr(split + 2));
  }

  // The bytes of a cosignature of `text`: 8 of the time, 64 of the signature.
  note::NoteSignature cosign(std::string_view text) const {
    const auto signature = secret_->sign(concat("cosignature/v1\ntime ", kTimeS, '\n', text));
    note::NoteSignature line{.name = key().name, .id = key().id(), .bytes = {}};
    for (unsigned shift = 64; shift > 0; shift -= 8) {
      line.bytes.push_back(static_cast<std::byte>(kTimeS >> (shift - 8) & 0xFFU));
    }
    for (const std::uint8_t byte : signature.bytes) line.bytes.push_back(std::byte{byte});
    return line;
  }

  static std::string lines(std::vector<note::NoteSignature> signatures) {
    const std::string note =
        note::Note{.text = "x\n", .signatures = std::move(signatures)}.to_text();
    return note.substr(note.find("\n\n") + 2);
  }

  static constexpr std::uint64_t kTimeS = 1'679'315'147;
  std::vector<std::string> requests;
  std::optional<WitnessAnswer> instead;
  TreeHead seen{.size = 0, .root = empty_root()};

 private:
  WitnessAnswer judge(std::uint64_t old_size, const Proof& proof, std::string_view note) {
    const auto checkpoint = open_checkpoint(note, log_);
    if (!checkpoint) return {.status = 403, .content_type = "", .body = ""};
    const TreeHead& head = checkpoint.value().head;
    if (old_size > head.size) return {.status = 400, .content_type = "", .body = ""};
    if (old_size != seen.size || (old_size == head.size && head != seen)) {
      return {.status = 409, .content_type = "text/x.tlog.size", .body = concat(seen.size, '\n')};
    }
    if (!verify_consistency(seen, head, proof)) {
      return {.status = 422, .content_type = "", .body = ""};
    }
    seen = head;
    return {.status = 200,
            .content_type = "text/plain",
            .body = lines({cosign(checkpoint.value().to_text())})};
  }

  const note::VerifierKey log_;
  std::shared_ptr<const crypto::SecretKey> secret_;
};

}  // namespace proviso::audit
