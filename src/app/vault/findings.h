#pragma once

// What a face that is asked for gives reason to look at twice, by name, score and plain words. It
// decides nothing: people do, and what they saw is recorded.
//
//   same-face          reaches kSameFaceScore with an entry: most likely one person, listed twice
//   look-alike         reaches the policy's lowest threshold with an entry: the person at another
//                      time, a relative, or somebody who will be taken for them
//   attracts-strangers reaches that threshold with kStrangersMin entries who are unlike each other
//   stands-between     is about as like two who are unlike each other: as a morph of them would be
//   composite          of the image alone: it may be several laid over one another
//   doubtful-face      of the image alone: hardly a face (both: app/enrolment/composite.h)
//
//   in       whom it is like of the list and of the cohort (fixed strangers, for the third and the
//            fourth), the likest first, with their templates; the policy's lowest threshold
//   out      at most one finding of a name, in the order above
//   threads  reentrant. Errors: none
//
// stands-between: the cosine to the mean of the two templates is at least blend_score_min(N), which
// grows with the N that were compared as the best of N strangers does, so that about 3 of 100
// ordinary photographs are flagged whatever the list's length. The longer the list, the less of a
// morph can be told: rates are in docs/watchlist.md.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace proviso::vault {

inline constexpr std::string_view kSameFace = "same-face";
inline constexpr std::string_view kLookAlike = "look-alike";
inline constexpr std::string_view kAttractsStrangers = "attracts-strangers";
inline constexpr std::string_view kStandsBetween = "stands-between";
inline constexpr std::string_view kComposite = "composite";
inline constexpr std::string_view kDoubtfulFace = "doubtful-face";

inline constexpr double kSameFaceScore = 0.6;
inline constexpr double kUnlikeScoreMax = 0.3;  // Two entries under it are unlike each other.
inline constexpr std::size_t kStrangersMin = 3;

struct Finding {
  std::string name;
  double score = 0;
  std::vector<std::string> others{};  // Entries, the likest first.
};

// Whom a face is like.
struct Neighbour {
  std::string entry;
  double score = 0;
  std::span<const float> values;  // Of norm 1, as long as all the others'.
  bool is_of_cohort = false;
};

// `compared`: with how many, of the list and of the cohort.
double blend_score_min(std::size_t compared);
// Neighbours under it make no finding.
double neighbour_score_min(std::size_t compared, double threshold);

std::vector<Finding> findings_of(std::span<const Neighbour> likest_first,
                                 std::size_t compared,
                                 double threshold);

// "look-alike of w-7: 0.512", "composite: 0.900"
std::string to_text(const Finding& finding);
// What it may mean and what to do, in a sentence.
std::string_view meaning_of(std::string_view finding);

}  // namespace proviso::vault
