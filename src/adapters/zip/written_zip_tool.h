#pragma once

// For tests: a zip of what the test says, honest or with bytes changed afterwards.

#include <gtest/gtest.h>
#include <zip.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::testing_tools {

struct ZippedFile {
  std::string name;  // A folder's ends with a slash.
  std::string bytes;
  int method = ZIP_CM_DEFAULT;
  int encryption = ZIP_EM_NONE;
  std::uint32_t mode = 0;  // As stat() tells it; 0: none is said.
};

inline void write_zip(const std::filesystem::path& path, const std::vector<ZippedFile>& files) {
  int fault = 0;
  zip_t* const archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &fault);
  ASSERT_NE(archive, nullptr) << fault;
  for (const ZippedFile& file : files) {
    zip_source_t* const source =
        zip_source_buffer(archive, file.bytes.data(), file.bytes.size(), 0);
    const auto index = static_cast<zip_uint64_t>(
        file.name.ends_with('/')
            ? zip_dir_add(archive, file.name.c_str(), ZIP_FL_ENC_UTF_8)
            : zip_file_add(archive, file.name.c_str(), source, ZIP_FL_ENC_UTF_8));
    if (file.name.ends_with('/')) {
      zip_source_free(source);
      continue;
    }
    EXPECT_EQ(zip_set_file_compression(archive, index, file.method, 0), 0);
    if (file.encryption != ZIP_EM_NONE) {
      const auto method = static_cast<zip_uint16_t>(file.encryption);
      EXPECT_EQ(zip_file_set_encryption(archive, index, method, "words"), 0);
    }
    if (file.mode != 0) {
      EXPECT_EQ(
          zip_file_set_external_attributes(archive, index, 0, ZIP_OPSYS_UNIX, file.mode << 16U), 0);
    }
  }
  ASSERT_EQ(zip_close(archive), 0) << zip_strerror(archive);
}

inline std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Every `from` in the zip becomes `to`, of the same length.
inline void change_zip(const std::filesystem::path& path,
                       std::string_view from,
                       std::string_view to) {
  ASSERT_EQ(from.size(), to.size());
  std::string bytes = bytes_of(path);
  std::size_t at = bytes.find(from);
  ASSERT_NE(at, std::string::npos);
  for (; at != std::string::npos; at = bytes.find(from, at + to.size())) {
    bytes.replace(at, to.size(), to);
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

// A number of the zip's `row`th row of its directory, little-endian: 4 bytes at `offset` of it.
inline void change_row(const std::filesystem::path& path,
                       std::size_t row,
                       std::size_t offset,
                       std::uint32_t number) {
  std::string bytes = bytes_of(path);
  std::size_t at = 0;
  for (std::size_t n = 0; n <= row; ++n) {
    at = bytes.find("PK\1\2", n == 0 ? 0 : at + 4);
    ASSERT_NE(at, std::string::npos);
  }
  for (std::size_t n = 0; n < sizeof number; ++n) {
    bytes[at + offset + n] = static_cast<char>(number >> 8U * n & 0xFFU);
  }
  std::ofstream(path, std::ios::binary) << bytes;
}

}  // namespace proviso::testing_tools
