#include "adapters/zip/bounded_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace proviso::zip {

zip_int64_t BoundedSource::read(void* into, std::uint64_t length) {
  const std::uint64_t wanted = std::min(length, bytes_ - at_);
  if (wanted > allowance_bytes_) {
    is_spent_ = true;
    zip_error_set(&error_, ZIP_ER_READ, EFBIG);
    return -1;
  }
  ssize_t count = 0;
  do {
    count = ::pread(file_.number(), into, wanted, static_cast<off_t>(at_));
  } while (count < 0 && errno == EINTR);
  if (count < 0) {
    zip_error_set(&error_, ZIP_ER_READ, errno);
    return -1;
  }
  at_ += static_cast<std::uint64_t>(count);
  allowance_bytes_ -= static_cast<std::uint64_t>(count);
  return count;
}

zip_int64_t BoundedSource::seek(void* data, std::uint64_t length) {
  const zip_int64_t to = zip_source_seek_compute_offset(at_, bytes_, data, length, &error_);
  if (to < 0) return -1;
  at_ = static_cast<std::uint64_t>(to);
  return 0;
}

zip_int64_t BoundedSource::describe(void* into, std::uint64_t length) {
  if (length < sizeof(zip_stat_t)) return -1;
  auto* about = static_cast<zip_stat_t*>(into);
  zip_stat_init(about);
  about->size = bytes_;
  about->valid = ZIP_STAT_SIZE;
  return sizeof(zip_stat_t);
}

zip_int64_t BoundedSource::call(void* source,
                                void* data,
                                zip_uint64_t length,
                                zip_source_cmd_t command) {
  auto& self = *static_cast<BoundedSource*>(source);
  switch (command) {
    case ZIP_SOURCE_OPEN: self.at_ = 0; return 0;
    case ZIP_SOURCE_READ: return self.read(data, length);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE: return 0;
    case ZIP_SOURCE_STAT: return self.describe(data, length);
    case ZIP_SOURCE_ERROR: return zip_error_to_data(&self.error_, data, length);
    case ZIP_SOURCE_SEEK: return self.seek(data, length);
    case ZIP_SOURCE_TELL: return static_cast<zip_int64_t>(self.at_);
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN,
                                            ZIP_SOURCE_READ,
                                            ZIP_SOURCE_CLOSE,
                                            ZIP_SOURCE_STAT,
                                            ZIP_SOURCE_ERROR,
                                            ZIP_SOURCE_FREE,
                                            ZIP_SOURCE_SEEK,
                                            ZIP_SOURCE_TELL,
                                            ZIP_SOURCE_SUPPORTS,
                                            -1);
    default: zip_error_set(&self.error_, ZIP_ER_OPNOTSUPP, 0); return -1;
  }
}

}  // namespace proviso::zip
