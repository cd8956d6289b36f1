#pragma once

// Comma-separated values, RFC 4180: rows of fields; a byte order mark before them is passed over.
//
//   errors   kInvalidInput naming the row, for a quote that is open or stray and for a lone
//            carriage return; kOverLimit over the limits
//   limits   rows without the header, fields of a row, bytes of a field
//   threads  reentrant

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso {

struct CsvLimits {
  std::size_t rows_max = 1'000'000;
  std::size_t fields_max = 32;
  std::size_t field_bytes_max = 1024;
};

Result<std::vector<std::vector<std::string>>> parse_csv(std::string_view text,
                                                        const CsvLimits& limits);

}  // namespace proviso
