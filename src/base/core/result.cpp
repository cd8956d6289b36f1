#include "base/core/result.h"

namespace proviso {

std::string_view to_string(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidInput: return "invalid input";
    case ErrorCode::kNotFound: return "not found";
    case ErrorCode::kNotAuthorised: return "not authorised";
    case ErrorCode::kUnavailable: return "unavailable";
    case ErrorCode::kOverLimit: return "over limit";
    case ErrorCode::kCorrupt: return "corrupt";
  }
  PROVISO_CHECK(false);
}

}  // namespace proviso
