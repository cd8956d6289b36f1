#pragma once

// Where a command acts on a deployment: its papers are read, its steps signed and entered in the
// record and the journal.
//
//   errors   those of site::Site, deployment::append and the papers; kNotAuthorised where the
//            authority does not hold, or the place is not free
//   threads  main thread

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/commands/command.h"
#include "app/site/site.h"
#include "app/site/standing.h"
#include "base/core/clock.h"
#include "base/core/result.h"
#include "safeguards/deployment/deployment.h"
#include "safeguards/deployment/event.h"

namespace proviso::commands {

class DeploymentDesk {
 public:
  struct Request {
    std::string site;
    std::string reference;
    std::string by;  // The officer who signs; empty for a look.
    std::string passphrase_file;
  };
  static Result<DeploymentDesk> open(const Request& request);

  const std::string& reference() const { return said_.statement.reference; }
  const crypto::Digest& authority_digest() const { return said_.digest; }
  const deployment::Deployment& state() const { return *state_; }
  std::vector<std::string> missing() const;
  deployment::FalseAlertRate rate() const;
  std::chrono::seconds attestation_max() const;
  WallTime now() const;

  Status check_holds() const;  // That the authority is signed as its policy asks.
  Status check_place_is_free() const;
  Status check_alert(const std::string& alert) const;  // That it was raised here.
  // Asks for the passphrase at the first step.
  Status sign(deployment::Event event);
  // After a stop: waits for a run to end, so that its last counts are in it.
  // After a stop: destroys the list that the authority names, unless the policy keeps it longer or
  // another deployment that is not over names it. What became of it; empty where no vault has it.
  Result<std::string> end_list();
  Result<std::filesystem::path> draft_report(std::string_view stop_reason);

 private:
  DeploymentDesk(Request request, site::Site site)
      : request_(std::move(request)), site_(std::move(site)) {}
  Status read();
  deployment::Terms terms() const;
  Result<const officers::Officer*> signing_officer() const;

  Request request_;
  site::Site site_;
  std::string note_;
  site::SignedStatement said_;
  std::shared_ptr<const policy::Policy> policy_;
  std::shared_ptr<const officers::Register> officers_;
  std::filesystem::path record_file_;
  std::shared_ptr<const deployment::Deployment> state_;
  std::shared_ptr<const crypto::SecretKey> secret_;
};

// Says why a step was refused, and enters it in the journal where that is free.
Exit refuse_step(const DeploymentDesk::Request& request, const Error& error);

}  // namespace proviso::commands
