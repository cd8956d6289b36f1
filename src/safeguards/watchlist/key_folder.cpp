#include "safeguards/watchlist/key_folder.h"

#include <charconv>
#include <system_error>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/watchlist/destroyed_file.h"
#include "safeguards/watchlist/list_key_file.h"

namespace proviso::watchlist {
namespace {

constexpr std::string_view kNameStart = "list-key.";

}  // namespace

std::filesystem::path KeyFolder::path_of(std::uint64_t epoch) const {
  return folder_ / concat(kNameStart, epoch);
}

Result<std::vector<std::uint64_t>> KeyFolder::epochs() const {
  std::vector<std::uint64_t> epochs;
  std::error_code error;
  for (std::filesystem::directory_iterator at(folder_, error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().native();
    if (!name.starts_with(kNameStart)) continue;
    const char* const last = name.data() + name.size();
    std::uint64_t epoch = 0;
    const auto read = std::from_chars(name.data() + kNameStart.size(), last, epoch);
    const bool is_ours = read.ec == std::errc{} && read.ptr == last;
    if (is_ours && path_of(epoch) == at->path()) epochs.push_back(epoch);
  }
  if (error) return unreadable_keys(folder_, error);
  return epochs;
}

Result<std::string> KeyFolder::read(std::uint64_t epoch) const {
  return read_text_file(path_of(epoch), kListKeyFileBytesMax);
}

Status KeyFolder::write(std::uint64_t epoch, std::string_view text) {
  return write_file_durably(path_of(epoch), text);
}

Status KeyFolder::destroy(std::uint64_t epoch) {
  return destroy_file(path_of(epoch));
}

}  // namespace proviso::watchlist
