#include "base/image/photograph_limit.h"

#include "base/core/concat.h"

namespace proviso::image {

Error over_limit(std::string_view what, std::int64_t found, std::int64_t most) {
  return {ErrorCode::kOverLimit,
          concat("the photograph has ",
                 found,
                 ' ',
                 what,
                 ", at most ",
                 most,
                 " are read; save it again with an image editor, smaller")};
}

}  // namespace proviso::image
