#include "adapters/zip/zip_file.h"

#include <sys/stat.h>
#include <zip.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "adapters/zip/bounded_source.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/utf8.h"

namespace proviso::zip {
namespace {

namespace fs = std::filesystem;

struct Close {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
  void operator()(zip_file_t* file) const noexcept { static_cast<void>(zip_fclose(file)); }
};
using Archive = std::unique_ptr<zip_t, Close>;
using OpenFile = std::unique_ptr<zip_file_t, Close>;

struct File {
  std::uint64_t index = 0;
  std::uint64_t bytes = 0;  // Unpacked, as the zip says.
};
using Files = std::map<std::string, File, std::less<>>;

// The end of a zip, and a row of its directory beyond the name: extra fields that packers write.
constexpr std::uint64_t kEndBytesMax = std::uint64_t{256} << 10U;
constexpr std::uint64_t kRowBytesMax = 256;

std::string path_fault(std::string_view name) {
  if (name.empty()) return "its name is empty";
  if (name.find('\\') != std::string_view::npos) return "its name has a backslash";
  if (name.front() == '/') return "its path is absolute";
  if (name.size() > 1 && name[1] == ':') return "its path names a drive";
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('/'), name.size());
    const std::string_view part = name.substr(0, end);
    if (part.empty() || part == "." || part == "..") return "its path is not a plain one";
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return "";
}

// Holds each row of the directory to the limits, and keeps the files.
class Listing {
 public:
  Listing(zip_t* archive, std::string zip, std::uint64_t zip_bytes, const Limits& limits)
      : archive_(archive), zip_(std::move(zip)), zip_bytes_(zip_bytes), limits_(limits) {}

  Result<Files> read() {
    const zip_int64_t count = zip_get_num_entries(archive_, 0);
    if (count < 0 || static_cast<std::uint64_t>(count) > limits_.files_max) {
      return Error{
          ErrorCode::kOverLimit,
          concat(zip_, " has ", count, " files, at most ", limits_.files_max, "; split it")};
    }
    for (std::uint64_t index = 0; index < static_cast<std::uint64_t>(count); ++index) {
      PROVISO_TRY_DONE(add(index));
    }
    return std::move(files_);
  }

 private:
  Error refused(ErrorCode code, std::string_view name, std::string_view why) const {
    return {code, concat(zip_, ": the file ", in_quotes(name), ": ", why)};
  }
  Error invalid(std::string_view name, std::string_view why) const {
    return refused(ErrorCode::kInvalidInput, name, concat(why, "; make the zip again without it"));
  }

  Status add(std::uint64_t index) {
    constexpr zip_uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE |
                                     ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    zip_stat_t about;
    zip_stat_init(&about);
    if (zip_stat_index(archive_, index, 0, &about) != 0 || (about.valid & kNeeded) != kNeeded) {
      return Error{
          ErrorCode::kInvalidInput,
          concat(zip_, ": row ", index + 1, " of its directory is damaged; copy it again")};
    }
    const std::string_view name(about.name);
    PROVISO_TRY_DONE(check_name(name));
    PROVISO_TRY_DONE(check_kind(index, name, about));
    PROVISO_TRY_DONE(check_sizes(name, about.size, about.comp_size));
    if (name.ends_with('/')) {
      if (about.size != 0) return invalid(name, "a folder has bytes");
      return Done{};
    }
    const bool is_new =
        files_.try_emplace(std::string(name), File{.index = index, .bytes = about.size}).second;
    if (!is_new) return invalid(name, "two files have this name");
    return Done{};
  }

  Status check_name(std::string_view name) const {
    if (name.size() > limits_.name_bytes_max) {
      return refused(ErrorCode::kOverLimit,
                     name,
                     concat("its name has ",
                            name.size(),
                            " bytes, at most ",
                            limits_.name_bytes_max,
                            "; rename it"));
    }
    if (!is_printable_utf8(name, limits_.name_bytes_max)) {
      return invalid(name, "its name cannot be shown");
    }
    const std::string fault = path_fault(name);
    return fault.empty() ? Status(Done{}) : Status(invalid(name, fault));
  }

  Status check_kind(std::uint64_t index, std::string_view name, const zip_stat_t& about) const {
    if (about.encryption_method != ZIP_EM_NONE) {
      return invalid(name, "it is encrypted");
    }
    if (about.comp_method != ZIP_CM_STORE && about.comp_method != ZIP_CM_DEFLATE) {
      return invalid(name,
                     concat("it is packed by method ", about.comp_method, ", needed deflate"));
    }
    zip_uint8_t system = ZIP_OPSYS_DOS;
    zip_uint32_t attributes = 0;
    if (zip_file_get_external_attributes(archive_, index, 0, &system, &attributes) != 0) {
      return invalid(name, "its attributes are damaged");
    }
    constexpr unsigned kModeShift = 16;
    const zip_uint32_t kind = (attributes >> kModeShift) & S_IFMT;
    if (kind == 0 || kind == S_IFREG || kind == S_IFDIR) return Done{};
    return invalid(name, "it is a link or a device");
  }

  Status check_sizes(std::string_view name, std::uint64_t bytes, std::uint64_t packed) {
    const auto over = [&](std::string_view what, std::uint64_t most) {
      return refused(ErrorCode::kOverLimit, name, concat(what, ", at most ", most));
    };
    if (bytes > limits_.file_bytes_max) {
      return over(concat("it has ", bytes, " bytes unpacked"), limits_.file_bytes_max);
    }
    if (packed > zip_bytes_ - packed_bytes_) {
      return invalid(name, "it lies in another file, or outside the zip");
    }
    if (bytes > packed * limits_.ratio_max) {
      return over(concat("it unpacks from ", packed, " to ", bytes, " bytes, times"),
                  limits_.ratio_max);
    }
    if (bytes > limits_.all_bytes_max - all_bytes_) {
      return over("with it, all are more bytes unpacked", limits_.all_bytes_max);
    }
    packed_bytes_ += packed;
    all_bytes_ += bytes;
    return Done{};
  }

  zip_t* archive_;
  const std::string zip_;
  const std::uint64_t zip_bytes_;
  const Limits& limits_;
  std::uint64_t packed_bytes_ = 0;
  std::uint64_t all_bytes_ = 0;
  Files files_;
};

Result<std::unique_ptr<BoundedSource>> source_of(const fs::path& path, const Limits& limits) {
  PROVISO_TRY(auto file, open_regular_file(path));
  const std::uint64_t bytes = file.bytes;
  if (bytes == 0) {  // libzip takes it for a zip of no files.
    return Error{
        ErrorCode::kInvalidInput,
        concat("the zip ", in_quotes(path.filename().native()), " is empty; copy it again")};
  }
  if (bytes > limits.zip_bytes_max) {
    return Error{ErrorCode::kOverLimit,
                 concat("the zip ",
                        in_quotes(path.native()),
                        " has ",
                        bytes,
                        " bytes, at most ",
                        limits.zip_bytes_max,
                        "; split it")};
  }
  return std::make_unique<BoundedSource>(std::move(file.descriptor), bytes);
}

Result<Archive> archive_of(BoundedSource& source, const std::string& zip, const Limits& limits) {
  zip_error_t fault;
  zip_error_init(&fault);
  zip_source_t* const made = zip_source_function_create(&BoundedSource::call, &source, &fault);
  PROVISO_CHECK(made != nullptr);  // Only without memory.
  source.allow(kEndBytesMax + limits.files_max * (limits.name_bytes_max + kRowBytesMax));
  Archive archive(zip_open_from_source(made, ZIP_RDONLY, &fault));
  if (archive == nullptr) {
    const std::string why = in_quotes(zip_error_strerror(&fault));
    zip_error_fini(&fault);
    zip_source_free(made);
    if (source.is_spent()) {
      return Error{ErrorCode::kOverLimit,
                   concat(zip,
                          ": its directory is longer than that of ",
                          limits.files_max,
                          " files; split it")};
    }
    return Error{ErrorCode::kInvalidInput,
                 concat(zip, " is no zip, or a damaged one (", why, "); make it again")};
  }
  zip_error_fini(&fault);
  source.allow(std::numeric_limits<std::uint64_t>::max());
  return archive;
}

}  // namespace

struct ZipFile::State {
  std::string zip;                        // For messages.
  std::unique_ptr<BoundedSource> source;  // Outlives the archive.
  Archive archive;                        // Guarded by `mutex`.
  Files files;
  std::mutex mutex;
};

ZipFile::ZipFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipFile::~ZipFile() = default;

Result<std::unique_ptr<ZipFile>> ZipFile::open(const fs::path& path, const Limits& limits) {
  auto state = std::make_unique<State>();
  state->zip = concat("the zip ", in_quotes(path.filename().native()));
  PROVISO_TRY(state->source, source_of(path, limits));
  PROVISO_TRY(state->archive, archive_of(*state->source, state->zip, limits));
  Listing listing(state->archive.get(), state->zip, state->source->bytes(), limits);
  PROVISO_TRY(state->files, listing.read());
  return std::unique_ptr<ZipFile>(new ZipFile(std::move(state)));
}

std::vector<std::string> ZipFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, file] : state_->files) names.push_back(name);
  return names;
}

Result<std::vector<std::byte>> ZipFile::read(std::string_view name, std::size_t bytes_max) const {
  const auto found = state_->files.find(name);
  const auto refused = [&](ErrorCode code, std::string_view why) {
    return Error{code, concat(state_->zip, ": the file ", in_quotes(name), why)};
  };
  if (found == state_->files.end()) {
    return refused(ErrorCode::kNotFound, " is not in it; put it in, or correct its name");
  }
  const File& file = found->second;
  if (file.bytes > bytes_max) {
    return refused(ErrorCode::kOverLimit,
                   concat(" has ", file.bytes, " bytes, at most ", bytes_max, " are read"));
  }
  const std::lock_guard lock(state_->mutex);
  const OpenFile opened(zip_fopen_index(state_->archive.get(), file.index, 0));
  std::vector<std::byte> bytes(file.bytes);
  std::size_t used = 0;
  std::byte beyond{};
  zip_int64_t count = opened == nullptr ? -1 : 1;
  while (count > 0 && used < bytes.size()) {
    count = zip_fread(opened.get(), bytes.data() + used, bytes.size() - used);
    if (count > 0) used += static_cast<std::size_t>(count);
  }
  // The checksum is told with the end of the file, not before.
  if (used != bytes.size() || count < 0 || zip_fread(opened.get(), &beyond, 1) != 0) {
    return refused(ErrorCode::kInvalidInput,
                   " is damaged, or of another size than the zip says; make the zip again");
  }
  return bytes;
}

}  // namespace proviso::zip
