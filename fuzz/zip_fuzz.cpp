#include <sys/mman.h>

#include <algorithm>
#include <string>

#include "adapters/zip/zip_file.h"
#include "app/vault/request_folder.h"
#include "base/core/concat.h"
#include "base/core/descriptor.h"
#include "base/core/file.h"
#include "fuzz_input.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  const Descriptor memory(::memfd_create("zip", MFD_CLOEXEC));
  PROVISO_CHECK(write_all(memory.number(), std::as_bytes(std::span(text))));
  const std::string path = concat("/proc/self/fd/", memory.number());
  const auto zip = zip::ZipFile::open(path, {});
  if (!zip) return 0;
  constexpr std::size_t kReadMax = 8;  // Of an input that may name one file's bytes often.
  const auto names = zip.value()->names();
  for (std::size_t n = 0; n < names.size(); ++n) {
    PROVISO_CHECK(stays_below(names[n]) && names[n].find('\\') == std::string::npos);
    if (n >= kReadMax) continue;
    constexpr std::size_t kBytesMax = std::size_t{1} << 20U;
    const auto read = zip.value()->read(names[n], kBytesMax);
    PROVISO_CHECK(!read || read.value().size() <= kBytesMax);
  }
  const auto folder = vault::RequestFolder::of_zip(path);
  for (const std::string& name : folder.value().names(".json", names.size()).value()) {
    PROVISO_CHECK(name.find('/') == std::string::npos);
  }
  return 0;
}
