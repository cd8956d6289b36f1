#include <algorithm>
#include <string>

#include "app/vault/request_table.h"
#include "base/core/csv.h"
#include "fuzz_input.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const std::string_view text = fuzz::text_of(bytes, size);
  if (const auto rows = parse_csv(text, {})) {
    std::string quoted;
    for (const auto& row : rows.value()) {
      for (std::size_t n = 0; n < row.size(); ++n) {
        quoted += n == 0 ? "\"" : ",\"";
        for (const char character : row[n]) quoted.append(character == '"' ? 2 : 1, character);
        quoted += '"';
      }
      quoted += '\n';
    }
    PROVISO_CHECK(parse_csv(quoted, {}).value() == rows.value());
  }
  // A folder with small files that are always there: an image is `comm`.
  const auto found =
      vault::requests_of_table(text, "people.csv", std::filesystem::path("/proc/self"));
  if (!found) return 0;
  constexpr std::size_t kReadMax = 8;  // Each reads its images.
  for (std::size_t n = 0; n < std::min(found.value().size(), kReadMax); ++n) {
    const vault::WrittenRequest& written = found.value()[n];
    const auto request = vault::read_request(written, "mia", WallTime{});
    PROVISO_CHECK(!request || !written.fault);
    PROVISO_CHECK(!request ||
                  watchlist::to_text(request.value().entry).value() == request.value().text);
  }
  return 0;
}
