#pragma once

// Bytes as a QR code that can be printed and scanned (ISO/IEC 18004), through libqrencode.
//
//   in       1 to kQrBytesMax bytes, taken as they are
//   out      the smallest code of level M, which reads with 15 % of it soiled
//   errors   kOverLimit for more bytes; kInvalidInput for none; kUnavailable without memory
//   threads  reentrant

#include <cstddef>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace proviso::qr {

inline constexpr std::size_t kQrBytesMax = 2331;  // Of version 40 at level M.

struct QrCode {
  std::size_t side = 0;    // Modules, without the white border of four that it needs.
  std::vector<bool> dark;  // Row by row.
};

Result<QrCode> encode(std::string_view bytes);

}  // namespace proviso::qr
