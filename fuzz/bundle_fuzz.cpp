#include "fuzz_input.h"
#include "safeguards/audit/tile.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  if (text.empty()) return 0;
  const std::size_t width = std::size_t{bytes[0]} + 1;
  const std::string_view rest = text.substr(1);
  const auto entries = audit::parse_bundle(rest, width);
  if (!entries) return 0;
  std::string written;
  for (const std::string_view entry : entries.value()) audit::append_entry(written, entry);
  PROVISO_CHECK(entries.value().size() == width && written == rest);
  return 0;
}
