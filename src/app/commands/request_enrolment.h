#pragma once

// A request of the vault on its way in, for one and for many: its photographs become a template, and
// what was enrolled is stored under the officer's signature.
//
//   enrol    under the policy's floor of quality and its smallest face for enrolment. Every photograph
//            must be usable: two officers sign for all of them
//   store    the very photographs that were enrolled, told by their digests: files that changed
//            meanwhile are refused
//   errors   kInvalidInput for such files; those of enrolment and of the vault
//   threads  enrol() with an engine of the thread's own; store() on the main thread

#include "app/commands/engine.h"
#include "app/commands/vault_desk.h"
#include "app/enrolment/enrolment.h"
#include "app/vault/request_file.h"
#include "safeguards/policy/policy.h"

namespace proviso::commands {

// With `lanes` threads, each of which embeds `images_together`. It looks no finer than for the
// smallest face that may be enrolled. Errors: those of open_engine().
Result<Engine> open_enrolment_engine(const std::string& models,
                                     const policy::Policy& policy,
                                     std::size_t lanes,
                                     std::size_t images_together = 1);

// Requests on their way to their templates, which are made of several together. An entry is there
// only where every photograph is usable.
class RequestEnrolment {
 public:
  // Both outlive it.
  RequestEnrolment(Engine& engine, const policy::Policy& policy);
  RequestEnrolment(const RequestEnrolment&) = delete;
  RequestEnrolment& operator=(const RequestEnrolment&) = delete;
  RequestEnrolment(RequestEnrolment&&) = delete;
  RequestEnrolment& operator=(RequestEnrolment&&) = delete;
  ~RequestEnrolment() = default;

  Result<enrolment::Looked> look(const vault::RequestFile& request);
  // In their order. It outlives what it looked at.
  Result<std::vector<enrolment::Enrolled>> templates(std::vector<enrolment::Looked> requests);

 private:
  SystemClock clock_;
  enrolment::Enrolment enrolment_;
};

// Both steps for one.
Result<enrolment::Enrolled> enrol_request(Engine& engine,
                                          const policy::Policy& policy,
                                          const vault::RequestFile& request);

vault::Known known_of(const watchlist::NewEntry& enrolled, const crypto::Digest& model_pack);

// Signed by the officer, to be stored. Errors: also kInvalidInput where its photographs are others
// than were enrolled.
Result<vault::Request> signed_request(VaultDesk& desk,
                                      vault::RequestFile request,
                                      const watchlist::NewEntry& enrolled,
                                      const crypto::Digest& model_pack);

}  // namespace proviso::commands
