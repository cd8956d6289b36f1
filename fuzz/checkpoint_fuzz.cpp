#include "fuzz_input.h"
#include "safeguards/audit/checkpoint.h"
#include "safeguards/audit/test_log_tool.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  if (const auto checkpoint = audit::Checkpoint::parse(text)) {
    PROVISO_CHECK(checkpoint.value().to_text() == text);
  }
  // Nobody but the key makes one that opens.
  static const note::VerifierKey key = audit::test_log_key();
  PROVISO_CHECK(!audit::open_checkpoint(text, key) || text.starts_with(key.name));
  return 0;
}
