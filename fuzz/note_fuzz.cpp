#include "fuzz_input.h"
#include "safeguards/note/signed_note.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  if (const auto note = note::Note::parse(text)) PROVISO_CHECK(note.value().to_text() == text);
  if (const auto key = note::VerifierKey::parse(text)) PROVISO_CHECK(key.value().to_text() == text);
  return 0;
}
