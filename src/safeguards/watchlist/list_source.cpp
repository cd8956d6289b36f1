#include "safeguards/watchlist/list_source.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/watchlist/list_header.h"

namespace proviso::watchlist {
namespace {

Error cut_off(std::size_t needed, std::size_t found) {
  return damaged_list(concat("the file has ", found, " bytes, needed at least ", needed));
}

}  // namespace

Result<ListSource> ListSource::open(const std::filesystem::path& path) {
  PROVISO_TRY(auto file, open_regular_file(path));
  return ListSource(std::move(file.descriptor), path, file.bytes);
}

Status ListSource::read(std::size_t at, std::span<std::byte> into) const {
  if (at > size_ || into.size() > size_ - at) return cut_off(at + into.size(), size_);
  if (!file_.is_open()) {
    if (!into.empty()) std::memcpy(into.data(), memory_.data() + at, into.size());
    return Done{};
  }
  std::size_t done = 0;
  while (done < into.size()) {
    const ssize_t count = ::pread(
        file_.number(), into.data() + done, into.size() - done, static_cast<off_t>(at + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed_call("read", path_);
    if (count == 0) return cut_off(at + into.size(), at + done);
    done += static_cast<std::size_t>(count);
  }
  return Done{};
}

}  // namespace proviso::watchlist
