#pragma once

// `--ca FILE` and `--pin [CAMERA=]SHA256`: what makes a TLS peer the camera that is meant.
//
//   in      cameras as typed; a CA file, or none; fingerprints, each of one camera or of all
//   out     what is trusted, for each rtsps:// camera that something was said of
//   errors  kInvalidInput for a fingerprint that is none, a camera that is not among those given or
//           not rtsps://, two pins for one, and where no camera is rtsps://: what was asked to be
//           verified never goes unverified in silence
//   threads values

#include <map>
#include <span>
#include <string>

#include "adapters/openssl/certificate.h"
#include "app/commands/camera_argument.h"
#include "base/core/id.h"
#include "base/core/result.h"

namespace proviso::commands {

using TrustByCamera = std::map<CameraId, openssl::Trust>;

Result<TrustByCamera> trust_of(std::span<const CameraArgument> cameras,
                               const std::string& ca_file,
                               std::span<const std::string> pins);

}  // namespace proviso::commands
