#include "app/vault/findings.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/core/concat.h"

namespace proviso::vault {
namespace {

// Fitted to the best pair of strangers among lists of 10 to 60: docs/watchlist.md.
constexpr double kBlendSlope = 0.19;
constexpr double kBlendOffset = -0.06;
constexpr double kWeakerShare = 0.5;     // Of the higher score, that the lower one has at least.
constexpr double kNeighbourShare = 0.4;  // Of the blend's score: no pair needs less of either.

double likeness(const Neighbour& one, const Neighbour& other) {
  return std::inner_product(one.values.begin(), one.values.end(), other.values.begin(), 0.0);
}

void add_likeness(std::span<const Neighbour> likest_first,
                  double threshold,
                  std::vector<Finding>& found) {
  Finding same{.name = std::string(kSameFace)};
  Finding alike{.name = std::string(kLookAlike)};
  for (const Neighbour& one : likest_first) {
    if (one.is_of_cohort || one.score < threshold) continue;
    Finding& finding = one.score >= kSameFaceScore ? same : alike;
    if (finding.others.empty()) finding.score = one.score;
    finding.others.push_back(one.entry);
  }
  if (!same.others.empty()) found.push_back(std::move(same));
  if (!alike.others.empty()) found.push_back(std::move(alike));
}

void add_attraction(std::span<const Neighbour> likest_first,
                    double threshold,
                    std::vector<Finding>& found) {
  std::vector<const Neighbour*> strangers;
  for (const Neighbour& one : likest_first) {
    const bool is_another = std::ranges::all_of(
        strangers, [&](const Neighbour* other) { return likeness(one, *other) < kUnlikeScoreMax; });
    if (one.score >= threshold && is_another) strangers.push_back(&one);
  }
  if (strangers.size() < kStrangersMin) return;
  Finding finding{.name = std::string(kAttractsStrangers)};
  finding.score = strangers[kStrangersMin - 1]->score;
  for (const Neighbour* one : strangers) finding.others.push_back(one->entry);
  found.push_back(std::move(finding));
}

void add_blend(std::span<const Neighbour> likest_first,
               std::size_t compared,
               std::vector<Finding>& found) {
  Finding best{.name = std::string(kStandsBetween)};
  for (std::size_t n = 0; n < likest_first.size(); ++n) {
    for (std::size_t other = 0; other < n; ++other) {
      const double between = likeness(likest_first[n], likest_first[other]);
      if (between >= kUnlikeScoreMax) continue;
      if (likest_first[n].score < kWeakerShare * likest_first[other].score) continue;
      const double score =
          (likest_first[n].score + likest_first[other].score) / std::sqrt(2 + 2 * between);
      if (score <= best.score) continue;
      best.score = score;
      best.others = {likest_first[other].entry, likest_first[n].entry};
    }
  }
  if (best.score >= blend_score_min(compared)) found.push_back(std::move(best));
}

}  // namespace

double blend_score_min(std::size_t compared) {
  const double count = std::max<double>(2, static_cast<double>(compared));
  return kBlendSlope * std::sqrt(2 * std::log(count)) + kBlendOffset;
}

double neighbour_score_min(std::size_t compared, double threshold) {
  return std::min(threshold, kNeighbourShare * blend_score_min(compared));
}

std::vector<Finding> findings_of(std::span<const Neighbour> likest_first,
                                 std::size_t compared,
                                 double threshold) {
  std::vector<Finding> found;
  add_likeness(likest_first, threshold, found);
  add_attraction(likest_first, threshold, found);
  add_blend(likest_first, compared, found);
  return found;
}

std::string to_text(const Finding& finding) {
  constexpr int kThousand = 1000;
  std::string others;
  for (const std::string& other : finding.others) {
    others += concat(others.empty() ? " " : ", ", other);
  }
  const long thousandths = std::max<long>(0, std::lround(finding.score * kThousand));
  const std::string digits = std::to_string(kThousand + thousandths % kThousand).substr(1);
  return concat(finding.name, others, " (", thousandths / kThousand, '.', digits, ')');
}

std::string_view meaning_of(std::string_view finding) {
  if (finding == kSameFace) {
    return "most likely one person under two entries: keep one, or say in the reason that they are "
           "two";
  }
  if (finding == kLookAlike) {
    return "the same person at another time, a relative, or somebody who will be taken for them: "
           "say in the reason who";
  }
  if (finding == kAttractsStrangers) {
    return "it is like people who are unlike each other, and will alert on strangers: use another "
           "photograph";
  }
  if (finding == kStandsBetween) {
    return "it is like two people who are unlike each other, as a morph of both would be: see "
           "where "
           "the photograph is from";
  }
  if (finding == kDoubtfulFace) {
    return "what was found is hardly a face: see whether the photograph shows the person";
  }
  return "it looks as if several photographs were laid over one another (a morph or an average), "
         "or "
         "smoothed: see where the photograph is from";
}

}  // namespace proviso::vault
