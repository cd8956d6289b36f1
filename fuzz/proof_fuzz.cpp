#include <algorithm>
#include <vector>

#include "fuzz_input.h"
#include "safeguards/audit/tree.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  static_cast<void>(fuzz::text_of(bytes, size));
  constexpr std::size_t kHashBytes = 32;
  constexpr std::size_t kHeadBytes = 2 + 2 * kHashBytes;
  if (size < kHeadBytes) return 0;
  std::vector<crypto::Digest> hashes((size - 2) / kHashBytes);
  for (std::size_t at = 0; at < hashes.size(); ++at) {
    std::copy_n(bytes + 2 + at * kHashBytes, kHashBytes, hashes[at].bytes.begin());
  }
  const audit::TreeHead earlier{.size = bytes[0], .root = hashes[0]};
  const audit::TreeHead later{.size = bytes[1], .root = hashes[1]};
  std::vector<crypto::Digest> proof(hashes.begin() + 2, hashes.end());
  const bool is_in = audit::verify_inclusion(hashes[0], bytes[0], later, proof).has_value();
  const bool goes_on = audit::verify_consistency(earlier, later, proof).has_value();
  // The fuzzer can make roots that fit; a proof that fits them is the only one that does.
  if (proof.empty()) return 0;
  proof[bytes[0] % proof.size()].bytes[bytes[1] % kHashBytes] ^= 1U;
  PROVISO_CHECK(!is_in || !audit::verify_inclusion(hashes[0], bytes[0], later, proof));
  PROVISO_CHECK(!goes_on || !audit::verify_consistency(earlier, later, proof));
  return 0;
}
