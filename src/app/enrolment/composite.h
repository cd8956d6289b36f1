#pragma once

// Whether a photograph may be several laid over one another: a morph of two people, or an average
// of many. Laid over one another, faces lose fine detail, strong edges and contrast, and what is
// left is spread more evenly than in one photograph.
//
//   in       the crop that the network sees, 112x112 BGR (embed::aligned_crop), and how strongly it
//            answered (watchlist::Reference)
//   out      a score of six measures in one weighted sum: ordinary photographs lie about 0, and
//            kCompositeScoreMin and above makes a finding. Smoothed photographs are found too
//   fitted   on morphs, averages and ordinary photographs of 70 people: docs/watchlist.md has the
//            rates, and what it does not see (about every second morph)
//   threads  reentrant. Errors: none

#include "base/image/pixels.h"

namespace proviso::enrolment {

inline constexpr double kCompositeScoreMin = 1.0;

// An answer below it is to something that is hardly a face: of 154 faces the weakest was 8.3, of
// drawn faces and animals that the detector took for faces the strongest 5.7. Of SFace; another
// network needs a number of its own, as the weights do.
inline constexpr double kFaceStrengthMin = 7.0;

struct CompositeMeasures {
  double strongest_edges = 0;  // Log of the 99th percentile of the second difference over its mean.
  double contrast = 0;         // Log of the standard deviation of the luma.
  double fine_to_coarse = 0;   // Log of the power of the finest band over that of the coarsest.
  double fine_to_middle = 0;   // Likewise of the second band over the third.
  double peakedness = 0;       // Log of the kurtosis of the finest band.
  double strength = 0;         // Of the network's answer.
};

CompositeMeasures measure_composite(const image::BgrImage& aligned, double strength);
double composite_score(const CompositeMeasures& measures);

}  // namespace proviso::enrolment
