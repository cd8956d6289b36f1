#pragma once

// The demonstration's own site: a root key, officers, the demonstration policy, a signed authority,
// and a deployment that is opened, attested and started. All of it is made up and says so.
//
//   keys     sealed at the lowest cost, with one random passphrase that lies beside them in
//            FOLDER/passphrase, so that its commands can be tried: this protects nothing
//   errors   those of site, drafting and deployment; kInvalidInput if the folder holds another site
//   threads  main thread

#include <filesystem>
#include <string>
#include <vector>

#include "app/commands/camera_argument.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"

namespace proviso::commands {

struct DemoRequest {
  std::filesystem::path folder;  // Made anew.
  std::filesystem::path policy;
  std::filesystem::path sealed_list;
  std::vector<CameraArgument> cameras;
  crypto::Digest model_pack;
  std::string precision;
};

struct DemoSite {
  std::string folder;
  std::string authority;  // The signed note.
};

inline constexpr const char* kDemoReference = "demonstration";

Result<DemoSite> make_demo_site(const DemoRequest& request);

}  // namespace proviso::commands
