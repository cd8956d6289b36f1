#include "app/pipeline/round.h"

#include <algorithm>

#include "base/core/concat.h"

namespace proviso::pipeline {
namespace {

constexpr std::size_t kCandidatesMax = 16;

}  // namespace

void Round::admit(CameraLane& lane, video::Frame frame) {
  auto permit = parts_.gate.admit(frame.key);
  if (!permit) {
    ++lane.counts.frames_refused;
    summary_.refused_rule = authority::rule_of(permit.error(), "stopped");
    return;
  }
  ++lane.counts.frames;
  lane.frame_came(frame);
  const WallTime now = frame.key.captured_at;
  const bool moves = lane.motion.moves(frame.pixels);
  const auto known = lane.known_faces(now);
  detect::Plan plan =
      lane.planner.plan(now, moves, parts_.detector.sweep_input(frame.pixels.size), known);
  if (plan.is_nothing()) return;
  ++(plan.sweep ? lane.counts.sweeps : lane.counts.near_looks);
  looks_.push_back({.lane = &lane,
                    .frame = std::move(frame),
                    .permit = std::move(permit).value(),
                    .plan = std::move(plan),
                    .faces = {},
                    .ids = {}});
}

bool Round::take_frames(std::span<const std::unique_ptr<CameraLane>> lanes) {
  bool any = false;
  for (const auto& lane : lanes) {
    auto frame = lane->feed.take();
    if (!frame) continue;
    any = true;
    admit(*lane, std::move(*frame));
  }
  return any;
}

Status Round::detect() {
  if (looks_.empty()) return Done{};
  std::vector<detect::LiveLook> looks;
  for (const Look& look : looks_) {
    looks.push_back({.permit = look.permit,
                     .frame = look.frame,
                     .zone = look.lane->zone,
                     .sweep = look.plan.sweep,
                     .near = look.plan.near});
  }
  PROVISO_TRY(auto faces, parts_.detector.detect(looks));
  for (std::size_t n = 0; n < looks_.size(); ++n) looks_[n].faces = std::move(faces[n]);
  return Done{};
}

Status Round::track() {
  for (Look& look : looks_) {
    CameraLane& lane = *look.lane;
    auto ids = lane.tracker.update(look.frame.key.captured_at,
                                   look.faces,
                                   {.whole = look.plan.sweep, .regions = look.plan.near});
    if (ids) {
      look.ids = std::move(ids).value();
      continue;
    }
    if (ids.error().code != ErrorCode::kOverLimit) return ids.error();
    // More people than the bound: this look is shed and counted, those known go on.
    lane.counts.shed += look.faces.size();
    look.faces.clear();
  }
  return Done{};
}

void Round::assess() {
  for (Look& look : looks_) {
    const WallTime now = look.frame.key.captured_at;
    for (std::size_t face = 0; face < look.faces.size(); ++face) {
      Person& person = look.lane->person(look.ids[face]);
      const auto assessment = quality::assess(look.frame.pixels, look.faces[face], floor_);
      if (!person.best || assessment.unified_score > person.best->unified_score ||
          (assessment.usable() && !person.best->usable())) {
        person.best = assessment;
      }
      // A turn's sweep sees points too coarsely, and a near look comes soon.
      if (look.plan.sweep && !look.plan.in_place_of_near) continue;
      if (!person.shots.wants(assessment, now)) continue;
      shots_.push_back({.look = &look, .face = face, .person = &person, .assessment = assessment});
    }
  }
}

Status Round::embed() {
  // Those who are nearest to a decision go first; the rest wait for their next look.
  std::stable_sort(shots_.begin(), shots_.end(), [](const Shot& a, const Shot& b) {
    return a.person->shots.embedded() > b.person->shots.embedded();
  });
  const bool is_pressed = std::any_of(
      looks_.begin(), looks_.end(), [](const Look& look) { return look.lane->feed.is_pressed(); });
  const std::size_t most = is_pressed ? kShotsUnderPressureMax : kShotsPerRoundMax;
  for (std::size_t n = most; n < shots_.size(); ++n) ++shots_[n].look->lane->counts.shed;
  if (shots_.size() > most) {
    shots_.erase(shots_.begin() + static_cast<std::ptrdiff_t>(most), shots_.end());
  }
  if (shots_.empty()) return Done{};
  std::vector<embed::LiveShot> live;
  for (const Shot& shot : shots_) {
    live.push_back({.permit = shot.look->permit,
                    .frame = shot.look->frame,
                    .face = shot.look->faces[shot.face]});
  }
  PROVISO_TRY(auto probes, parts_.embedder.embed(live));
  for (std::size_t n = 0; n < shots_.size(); ++n) {
    Shot& shot = shots_[n];
    ++shot.look->lane->counts.embeddings;
    PROVISO_TRY_DONE(shot.person->shots.add(std::move(probes[n]),
                                            shot.assessment.unified_score,
                                            shot.look->frame.key.captured_at,
                                            parts_.embedder));
  }
  return Done{};
}

// Each shot's own score of each candidate: a fused score alone could rest on one odd shot.
std::vector<std::vector<double>> Round::scores_of_shots(
    const Person& person, std::span<const search::Candidate> candidates) const {
  std::vector<std::vector<double>> all;
  for (const search::Candidate& candidate : candidates) {
    std::vector<double> scores;
    for (std::size_t n = 0; n < person.shots.size(); ++n) {
      const embed::Probe& probe = person.shots.shot(n);
      scores.push_back(
          parts_.searcher.score({.permit = probe.permit(), .probe = probe}, candidate.entry));
    }
    all.push_back(std::move(scores));
  }
  return all;
}

Status Round::search() {
  std::vector<search::Query> queries;
  std::vector<Shot*> asked;
  for (Shot& shot : shots_) {
    const embed::Probe* fused = shot.person->shots.fused();
    if (fused == nullptr) continue;
    if (!parts_.gate.confirm(shot.look->permit)) {
      ++shot.look->lane->counts.stale;
      continue;
    }
    queries.push_back({.permit = fused->permit(), .probe = *fused});
    asked.push_back(&shot);
  }
  if (queries.empty()) return Done{};
  PROVISO_TRY(auto candidates,
              parts_.searcher.search(queries, parts_.alerter.threshold(), kCandidatesMax));
  for (std::size_t n = 0; n < asked.size(); ++n) {
    Shot& shot = *asked[n];
    ++shot.look->lane->counts.comparisons;
    shot.person->compared = true;
    if (candidates[n].empty()) continue;
    auto shot_scores = scores_of_shots(*shot.person, candidates[n]);
    found_.push_back({.shot = shot,
                      .candidates = std::move(candidates[n]),
                      .shot_scores = std::move(shot_scores)});
  }
  return Done{};
}

void Round::alert() {
  for (const Found& found : found_) {
    const Look& look = *found.shot.look;
    const WallTime now = look.frame.key.captured_at;
    const auto alerts = parts_.alerter.consider(
        {.camera = look.lane->feed.id(),
         .track = look.ids[found.shot.face],
         .captured_at = now,
         .first_usable_at = found.shot.person->shots.first_at().value_or(now),
         .box = look.faces[found.shot.face].box,
         .fused = found.candidates,
         .shot_scores = found.shot_scores});
    for (const alert::Alert& alert : alerts) {
      decisions_.push_back({.look = found.shot.look, .alert = alert});
    }
  }
}

void Round::review() {
  for (const Decision& decision : decisions_) {
    CameraLane& lane = *decision.look->lane;
    // An alert may not leave after the end of the window, even if it was right a moment ago.
    if (!parts_.gate.confirm(decision.look->permit)) {
      ++lane.counts.stale;
      parts_.alerter.withdraw(decision.alert);
      continue;
    }
    const auto latency = parts_.clock.monotonic() - decision.look->frame.arrived_at;
    const auto since_first = decision.alert.captured_at - decision.alert.first_usable_at;
    const Latency measured{.from_capture = latency, .from_first_usable = latency + since_first};
    if (!outputs_.on_alert(decision.alert, decision.look->frame, measured)) {
      ++lane.counts.withheld;
      parts_.alerter.withdraw(decision.alert);
      continue;
    }
    ++(decision.alert.kind == alert::Kind::kNew ? lane.counts.alerts : lane.counts.updates);
    if (summary_.latencies.size() < kLatenciesMax) summary_.latencies.push_back(measured);
  }
}

}  // namespace proviso::pipeline
