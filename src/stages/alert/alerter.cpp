#include "stages/alert/alerter.h"

#include <algorithm>

#include "base/core/check.h"

namespace proviso::alert {
namespace {

template <typename Map>
void forget_oldest(Map& map) {
  const auto oldest = std::min_element(map.begin(), map.end(), [](const auto& a, const auto& b) {
    return a.second.last_at < b.second.last_at;
  });
  PROVISO_CHECK(oldest != map.end());
  map.erase(oldest);
}

}  // namespace

Alerter::Alerter(AlerterOptions options,
                 std::shared_ptr<const watchlist::SealedList> list,
                 MakeId make_id)
    : options_(options), list_(std::move(list)), make_id_(std::move(make_id)) {
  PROVISO_CHECK(list_ != nullptr && make_id_ != nullptr && options_.shots_min > 0);
}

bool Alerter::raise_once(const Sighting& sighting, std::size_t entry) {
  const std::pair key{sighting.camera, sighting.track};
  auto place = raised_.find(key);
  if (place == raised_.end()) {
    if (raised_.size() == kTracksMax) forget_oldest(raised_);
    place = raised_.emplace(key, Raised{.entries = {}, .last_at = sighting.captured_at}).first;
  }
  place->second.last_at = sighting.captured_at;
  return place->second.entries.insert(entry).second;
}

void Alerter::open_or_update(Alert& alert, std::size_t entry) {
  const auto place = open_.find(entry);
  if (place == open_.end()) {
    if (open_.size() == kOpenMax) forget_oldest(open_);
    open_.emplace(entry, Open{.id = alert.id, .linked_to = {}, .last_at = alert.captured_at});
    return;
  }
  Open& before = place->second;
  if (std::chrono::abs(alert.captured_at - before.last_at) <= options_.repeat) {
    alert.kind = Kind::kUpdate;
    alert.id = before.id;
    alert.linked_to = before.linked_to;
    before.last_at = std::max(before.last_at, alert.captured_at);
  } else {
    alert.linked_to = before.id;
    before = {.id = alert.id, .linked_to = before.id, .last_at = alert.captured_at};
  }
}

std::vector<Alert> Alerter::consider(const Sighting& sighting) {
  PROVISO_CHECK(sighting.fused.size() == sighting.shot_scores.size());
  std::vector<Alert> alerts;
  for (std::size_t n = 0; n < sighting.fused.size(); ++n) {
    const search::Candidate& candidate = sighting.fused[n];
    PROVISO_CHECK(candidate.entry < list_->entries().size());
    const auto& scores = sighting.shot_scores[n];
    const auto agreeing =
        static_cast<std::size_t>(std::count_if(scores.begin(), scores.end(), [&](double score) {
          return score >= options_.threshold - kAgreementMargin;
        }));
    const bool reaches = candidate.score >= options_.threshold;  // Never so for what is no number.
    if (!reaches || agreeing < options_.shots_min) continue;
    if (!raise_once(sighting, candidate.entry)) continue;
    Alert alert{.id = make_id_(),
                .kind = Kind::kNew,
                .linked_to = {},
                .entry = list_->entries()[candidate.entry].id,
                .camera = sighting.camera,
                .track = sighting.track,
                .captured_at = sighting.captured_at,
                .first_usable_at = sighting.first_usable_at,
                .score = candidate.score,
                .threshold = options_.threshold,
                .shots_agreeing = static_cast<std::uint32_t>(agreeing),
                .box = sighting.box};
    open_or_update(alert, candidate.entry);
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

void Alerter::withdraw(const Alert& alert) {
  const auto entry = list_->index_of(alert.entry);
  PROVISO_CHECK(entry.has_value());
  const auto raised = raised_.find({alert.camera, alert.track});
  if (raised != raised_.end()) raised->second.entries.erase(*entry);
  const auto open = open_.find(*entry);
  if (open != open_.end() && alert.kind == Kind::kNew && open->second.id == alert.id) {
    open_.erase(open);
  }
}

void Alerter::track_closed(const CameraId& camera, track::TrackId track) {
  raised_.erase({camera, track});
}

}  // namespace proviso::alert
