#include "stages/alert/alerter.h"

#include <algorithm>

#include "base/core/check.h"

namespace proviso::alert {

Alerter::Alerter(AlerterOptions options,
                 std::shared_ptr<const watchlist::SealedList> list,
                 MakeId make_id)
    : options_(options), list_(std::move(list)), make_id_(std::move(make_id)) {
  PROVISO_CHECK(list_ != nullptr && make_id_ != nullptr);
}

void Alerter::forget_oldest() {
  const auto oldest =
      std::min_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
        return a.second.last_at < b.second.last_at;
      });
  if (oldest != open_.end()) open_.erase(oldest);
}

std::vector<Alert> Alerter::consider(const Sighting& sighting) {
  PROVISO_CHECK(sighting.fused.size() == sighting.shot_scores.size());
  std::vector<Alert> alerts;
  for (std::size_t n = 0; n < sighting.fused.size(); ++n) {
    const search::Candidate& candidate = sighting.fused[n];
    const auto& scores = sighting.shot_scores[n];
    const auto agreeing =
        static_cast<std::size_t>(std::count_if(scores.begin(), scores.end(), [&](double s) {
          return s >= options_.threshold - kAgreementMargin;
        }));
    if (candidate.score < options_.threshold || agreeing < options_.shots_min) continue;
    auto& raised = raised_[{sighting.camera, sighting.track}];
    if (!raised.insert(candidate.entry).second) continue;

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
    if (const auto before = open_.find(candidate.entry); before != open_.end()) {
      // Cameras may run a little apart, so a sighting may be earlier than the one before it.
      const auto apart = sighting.captured_at > before->second.last_at
                             ? sighting.captured_at - before->second.last_at
                             : before->second.last_at - sighting.captured_at;
      if (apart <= options_.repeat) {
        alert.kind = Kind::kUpdate;
        alert.id = before->second.id;
      } else {
        alert.linked_to = before->second.id;
      }
      before->second = {.id = alert.id,
                        .last_at = std::max(before->second.last_at, sighting.captured_at)};
    } else {
      if (open_.size() == kOpenMax) forget_oldest();
      open_.emplace(candidate.entry, Open{.id = alert.id, .last_at = sighting.captured_at});
    }
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

void Alerter::track_closed(const CameraId& camera, track::TrackId track) {
  raised_.erase({camera, track});
}

}  // namespace proviso::alert
