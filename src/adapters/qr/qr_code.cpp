#include "adapters/qr/qr_code.h"

#include <qrencode.h>

#include <memory>

#include "base/core/concat.h"

namespace proviso::qr {
namespace {

struct Free {
  void operator()(QRcode* code) const noexcept { QRcode_free(code); }
};

constexpr int kSmallestVersion = 0;
constexpr unsigned char kDarkBit = 1;

}  // namespace

Result<QrCode> encode(std::string_view bytes) {
  if (bytes.empty()) return Error{ErrorCode::kInvalidInput, "QR code: needs a byte; found none"};
  if (bytes.size() > kQrBytesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("QR code: holds at most ",
                        kQrBytesMax,
                        " bytes; found ",
                        bytes.size(),
                        "; hand over the file itself")};
  }
  const std::unique_ptr<QRcode, Free> made(
      QRcode_encodeData(static_cast<int>(bytes.size()),
                        reinterpret_cast<const unsigned char*>(bytes.data()),
                        kSmallestVersion,
                        QR_ECLEVEL_M));
  if (made == nullptr) {
    return Error{ErrorCode::kUnavailable, "QR code: no memory for it; free some and try again"};
  }
  QrCode code{.side = static_cast<std::size_t>(made->width), .dark = {}};
  for (std::size_t n = 0; n < code.side * code.side; ++n) {
    code.dark.push_back((made->data[n] & kDarkBit) != 0);
  }
  return code;
}

}  // namespace proviso::qr
