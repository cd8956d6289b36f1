#pragma once

// For tests: an open gate over one camera, with a made-up statement and a list of one entry, so
// that a stage's test can ask for a LivePermit in the only way there is.
//
// Threads: values. The clock must outlive the gate. crypto::start() must have run.

#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "base/core/clock.h"
#include "safeguards/authority/gate.h"
#include "safeguards/authority/statement.h"
#include "safeguards/watchlist/list_format.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::authority {

struct OpenGate {
  std::shared_ptr<const watchlist::SealedList> list;
  std::unique_ptr<Gate> gate;

  LivePermit admit(const FrameKey& key) const { return gate->admit(key).value(); }
};

inline image::ZonePolygon whole_frame() {
  return {.corners = {{0, 0}, {1000, 0}, {1000, 1000}, {0, 1000}}};
}

inline OpenGate open_gate(std::string_view camera, const Clock& clock) {
  watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                   .made_at = clock.wall(),
                                   .model_pack = {},
                                   .dimension = 2,
                                   .entries = {}};
  contents.entries.push_back({.id = EntryId::parse("somebody").value(),
                              .label = "Somebody",
                              .photographs = {crypto::Digest{}},
                              .values = {1, 0},
                              .thumbnail_jpeg = {}});
  OpenGate open;
  open.list = watchlist::SealedList::parse(watchlist::to_bytes(contents)).value();

  Statement statement;
  statement.reference = "test";
  statement.not_before = clock.wall();
  statement.not_after = clock.wall() + std::chrono::hours(1);
  const CameraId id = CameraId::parse(camera).value();
  statement.cameras.push_back(
      {.id = id, .kind = CameraKind::kRecording, .address = "clip.mp4", .zone = whole_frame()});
  statement.watchlist = open.list->digest();
  statement.watchlist_entries_max = 1;
  RunRequest request{.cameras = {{.id = id, .kind = CameraKind::kRecording, .address = "clip.mp4"}},
                     .watchlist = *open.list,
                     .model_pack = {}};
  open.gate = Gate::open(std::move(statement), request, clock).value();
  return open;
}

}  // namespace proviso::authority
