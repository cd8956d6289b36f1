#pragma once

// For tests: an open gate over a signed authority of its own making, so that a stage's test can ask
// for a LivePermit in the only way there is.
//
// Threads: values. The clock must outlive the gate. crypto::start() must have run.

#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/clock.h"
#include "safeguards/authority/gate.h"
#include "safeguards/authority/signed_authority_tool.h"
#include "safeguards/watchlist/sealed_list.h"
#include "safeguards/watchlist/somebody_tool.h"

namespace proviso::authority {

// As if somebody read them at every moment: officers are present for a day, nothing is suspended.
inline Circumstances undisturbed(const Statement& statement) {
  return {.read_at = MonotonicTime::max(),
          .policy = statement.policy_digest,
          .voided = std::nullopt,
          .suspended = std::nullopt,
          .is_countersigned = false,
          .present_until = statement.not_after + std::chrono::hours(24)};
}

// For an hour from the clock's time, under `policy`. `change` may alter the statement before it is
// signed.
inline std::unique_ptr<Gate> gate_for(const std::vector<RunRequest::Camera>& cameras,
                                      const watchlist::SealedList& list,
                                      const Clock& clock,
                                      const std::function<void(Statement&)>& change = {},
                                      const policy::Policy& policy = test_policy()) {
  TestSite site(clock);
  site.policy = policy;
  Statement statement = site.statement();
  statement.cameras.clear();
  for (const RunRequest::Camera& camera : cameras) {
    statement.cameras.push_back(
        {.id = camera.id, .kind = camera.kind, .address = camera.address, .zone = whole_frame()});
  }
  statement.watchlist = list.digest();
  statement.model_pack = list.model_pack();
  if (change) change(statement);
  const RunRequest request{.cameras = cameras,
                           .watchlist = list,
                           .model_pack = list.model_pack(),
                           .precision = statement.precision};
  return Gate::open(site.authority(statement), request, undisturbed(statement), clock).value();
}

struct OpenGate {
  std::shared_ptr<const watchlist::SealedList> list;
  std::unique_ptr<Gate> gate;

  LivePermit admit(const FrameKey& key) const { return gate->admit(key).value(); }
};

inline OpenGate open_gate(std::string_view camera, const Clock& clock) {
  OpenGate open;
  open.list = watchlist::list_of_somebody(clock.wall(), {});
  const RunRequest::Camera recording{
      .id = CameraId::parse(camera).value(), .kind = CameraKind::kRecording, .address = "clip.mp4"};
  open.gate = gate_for({recording}, *open.list, clock);
  return open;
}

}  // namespace proviso::authority
