#pragma once

// The `alert` stage: is this a possible match that people must judge?
//
//   in   a sighting: the fused candidates of one track and each shot's own score of each of them
//   out  the alerts that it raises: one per track and entry
//
//   raised   the fused score reaches the threshold, and shots_min shots agree: each of them scores
//            at least the threshold less kAgreementMargin. The fused score must pass in full;
//            single shots of one person scatter around it, and one odd shot cannot carry it alone.
//            Each entry by itself: of two look-alikes on the list both alert, and people decide.
//   once     never a second alert of one track and entry
//   update   another track of the same entry within repeat of the last alert or update, on any
//            camera: the open alert gets new shots, camera and time under the same id
//   linked   later than that: a new alert that names the one before
//
// People who are not listed are never linked with anything.
// Threads: thread-bound. Errors: none; an entry that is not on the list is a broken promise.
// Time: captured_at alone; cameras may run a little apart, so it may step back between sightings.
// Limits: kOpenMax entries and kTracksMax tracks are remembered, the oldest goes: an alert may then
// come twice or unlinked, but none is lost.

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "base/core/clock.h"
#include "base/core/id.h"
#include "base/image/geometry.h"
#include "safeguards/watchlist/sealed_list.h"
#include "stages/alert/alert.h"
#include "stages/search/candidate.h"
#include "stages/track/track.h"

namespace proviso::alert {

inline constexpr double kAgreementMargin = 0.10;
inline constexpr std::size_t kOpenMax = 4096;
inline constexpr std::size_t kTracksMax =
    std::size_t{64} * 256;  // As many cameras, as many tracks each.

struct AlerterOptions {
  double threshold = 0.45;
  std::size_t shots_min = 3;
  std::chrono::seconds repeat{60};
};

struct Sighting {
  CameraId camera;
  track::TrackId track;
  WallTime captured_at;
  WallTime first_usable_at;
  image::RectPx box;
  std::span<const search::Candidate> fused;
  // shot_scores[n] are the shots' own scores of fused[n].
  std::span<const std::vector<double>> shot_scores;
};

class Alerter {
 public:
  using MakeId = std::function<AlertId()>;  // Unique ids; a parameter, so that tests can repeat.

  Alerter(AlerterOptions options,
          std::shared_ptr<const watchlist::SealedList> list,
          MakeId make_id);

  // The alerts that this sighting raises, in the order of its candidates.
  std::vector<Alert> consider(const Sighting& sighting);
  // The alert has not reached people: it is as if it had not been raised, and the next sighting
  // raises it anew. An update leaves the alert that it belongs to.
  void withdraw(const Alert& alert);
  void track_closed(const CameraId& camera, track::TrackId track);

  double threshold() const { return options_.threshold; }

 private:
  struct Open {
    AlertId id;
    std::optional<AlertId> linked_to;
    WallTime last_at;
  };
  struct Raised {
    std::set<std::size_t> entries;
    WallTime last_at;
  };
  bool raise_once(const Sighting& sighting, std::size_t entry);
  void open_or_update(Alert& alert, std::size_t entry);

  AlerterOptions options_;
  std::shared_ptr<const watchlist::SealedList> list_;
  MakeId make_id_;
  std::map<std::size_t, Open> open_;  // By entry.
  std::map<std::pair<CameraId, track::TrackId>, Raised> raised_;
};

}  // namespace proviso::alert
