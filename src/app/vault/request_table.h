#pragma once

// Requests as a table: CSV with a header of the field names of a request (docs/watchlist.md), in
// any order; `offence_code` and `offence_years` make its offence; `file`, `source`, `taken_on` and
// `provenance` one image. Rows of one id are one request with an image each: what later ones say of
// the rest is empty, or the same.
//
//   errors   kInvalidInput for an unknown or doubled column, or none `id`; those of parse_csv().
//            A row of another length or without id, a number or a flag that is none, two rows that
//            contradict each other: the fault of that request, naming the row
//   threads  reentrant

#include <string_view>
#include <vector>

#include "app/vault/request_file.h"
#include "base/core/result.h"

namespace proviso::vault {

// `name` is the file's, for messages; the images' names are paths below `folder`.
Result<std::vector<WrittenRequest>> requests_of_table(std::string_view text,
                                                      const std::string& name,
                                                      const RequestFolder& folder);

}  // namespace proviso::vault
