#include "app/commands/trust_argument.h"

#include <algorithm>
#include <string_view>

#include "base/core/concat.h"

namespace proviso::commands {
namespace {

Error refused(std::string message) {
  return {ErrorCode::kInvalidInput, std::move(message)};
}

bool is_over_tls(const CameraArgument& camera) {
  return camera.address.transport == video::Transport::kRtsps;
}

Status pin(const CameraArgument& camera,
           const openssl::Fingerprint& fingerprint,
           TrustByCamera& trusts) {
  openssl::Trust& trust = trusts[camera.id];
  if (trust.pinned) {
    return refused(concat("camera ", camera.id.text(), " has two --pin; give one for each camera"));
  }
  trust.pinned = fingerprint;
  return Done{};
}

Status pin_one(std::string_view name,
               const openssl::Fingerprint& fingerprint,
               std::span<const CameraArgument> cameras,
               TrustByCamera& trusts) {
  const auto named = std::find_if(cameras.begin(), cameras.end(), [name](const auto& camera) {
    return camera.id.text() == name;
  });
  if (named == cameras.end() || !is_over_tls(*named)) {
    return refused(concat("--pin ", in_quotes(name), ": needed one of the rtsps:// cameras given"));
  }
  return pin(*named, fingerprint, trusts);
}

}  // namespace

Result<TrustByCamera> trust_of(std::span<const CameraArgument> cameras,
                               const std::string& ca_file,
                               std::span<const std::string> pins) {
  TrustByCamera trusts;
  if (ca_file.empty() && pins.empty()) return trusts;
  if (std::none_of(cameras.begin(), cameras.end(), is_over_tls)) {
    return refused("--ca and --pin verify rtsps:// cameras, and none is given; leave them out");
  }
  if (!ca_file.empty()) {
    for (const CameraArgument& camera : cameras) {
      if (is_over_tls(camera)) trusts[camera.id].ca_file = ca_file;
    }
  }
  for (const std::string_view typed : pins) {
    const std::size_t equals = typed.find('=');
    const bool is_of_one = equals != std::string_view::npos;
    PROVISO_TRY(const auto fingerprint,
                openssl::Fingerprint::parse(is_of_one ? typed.substr(equals + 1) : typed));
    if (is_of_one) {
      PROVISO_TRY_DONE(pin_one(typed.substr(0, equals), fingerprint, cameras, trusts));
      continue;
    }
    for (const CameraArgument& camera : cameras) {
      if (is_over_tls(camera)) PROVISO_TRY_DONE(pin(camera, fingerprint, trusts));
    }
  }
  return trusts;
}

}  // namespace proviso::commands
