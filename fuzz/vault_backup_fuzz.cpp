#include <algorithm>
#include <vector>

#include "app/vault/backup_format.h"
#include "fuzz_input.h"

namespace proviso {
namespace {

// What a reader gives of these bytes before it stops.
struct Read {
  std::vector<vault::Frame> frames;
  bool is_whole = false;  // It has its end, and the digest there is that of the rest.
  std::size_t bytes = 0;  // Of the head and the frames; where it is whole, of the end too.
};

// Every form has one way to be written: so the bytes again, and the same digest.
void check_written(const vault::BackupHead& head,
                   const Read& read,
                   const crypto::Digest& digest,
                   std::span<const std::byte> file) {
  std::vector<std::byte> bytes;
  vault::BackupWriter writer([&](std::span<const std::byte> more) -> Status {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return Done{};
  });
  PROVISO_CHECK(writer.write(head).has_value());
  for (const vault::Frame& frame : read.frames) PROVISO_CHECK(writer.write(frame).has_value());
  if (read.is_whole) PROVISO_CHECK(writer.finish().value() == digest);
  PROVISO_CHECK(std::ranges::equal(bytes, file.first(read.bytes)));
}

}  // namespace
}  // namespace proviso

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace proviso;  // NOLINT(google-build-using-namespace): the program's own.
  const auto file = std::as_bytes(std::span(fuzz::text_of(bytes, size)));
  std::size_t taken = 0;
  vault::BackupReader reader([&](std::span<std::byte> into) -> Status {
    if (into.size() > file.size() - taken) return Error{ErrorCode::kCorrupt, "it ends too early"};
    std::ranges::copy(file.subspan(taken, into.size()), into.begin());
    taken += into.size();
    return Done{};
  });
  const auto head = reader.read_head();
  if (!head) return 0;
  Read read{.frames = {}, .is_whole = false, .bytes = taken};
  while (!read.is_whole) {
    auto frame = reader.next();
    if (!frame) break;
    read.bytes = taken;
    read.is_whole = frame.value().kind == vault::FrameKind::kEnd;
    if (!read.is_whole) read.frames.push_back(std::move(frame).value());
  }
  check_written(head.value(), read, reader.digest(), file);
  return 0;
}
