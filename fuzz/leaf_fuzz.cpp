#include "fuzz_input.h"
#include "safeguards/audit/leaf.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  const auto entry = audit::parse_leaf(text);
  if (entry && audit::check_schema(entry.value())) {
    PROVISO_CHECK(audit::to_leaf(entry.value()).value() == text);
  }
  return 0;
}
