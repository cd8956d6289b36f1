#include "fuzz_input.h"
#include "safeguards/audit/evidence.h"
#include "safeguards/audit/test_log_tool.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  const auto evidence = audit::Evidence::parse(text);
  if (!evidence) return 0;
  PROVISO_CHECK(evidence.value().to_text() == text);
  static_cast<void>(audit::verify_evidence(evidence.value(), audit::test_log_key()));
  return 0;
}
