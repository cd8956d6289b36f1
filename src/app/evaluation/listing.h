#pragma once

// Who of a gallery walks, and who may be listed, by measurement.
//
//   in        the people; the models; an evaluation desk
//   listable  people on whom detector, quality stage and embedder can do their work at the smallest
//             size that a crowd shows: some photographs have closed eyes, a hand before the mouth
//             or a profile, and would measure the photograph instead of the path. Each shown
//             picture on grey, its face kSmallestShownPx wide and unturned, must hold one usable
//             face that scores at least the threshold against the enrolled photograph, on which
//             enrolment must find one usable face too. The least score counts.
//   usable    the same without the score: a person of whom some picture is not above the floor is
//             seen and never compared, which is no miss
//   distinct  of two whose enrolled photographs score kThresholdFloorMillionths or more, who may
//             be one person in two photographs, the one with the lesser score is taken out: ground
//             truth has to know who somebody is
//   out       Person::usable, score_small and listable; the people who are left
//   errors    those of detect and embed
//   threads   thread-bound
//
// A rate measured on a crowd is therefore one on people who can be recognised at all.

#include <vector>

#include "app/evaluation/gallery.h"
#include "base/core/result.h"
#include "safeguards/authority/desks.h"
#include "safeguards/authority/operating_point.h"
#include "safeguards/authority/statement.h"
#include "stages/detect/detector.h"
#include "stages/embed/embedder.h"

namespace proviso::evaluation {

inline constexpr float kSmallestShownPx = 50;

Status measure_people(std::vector<Person>& persons,
                      const authority::OperatingPoint& point,
                      detect::Detector& detector,
                      embed::Embedder& embedder,
                      authority::EvaluationDesk& desk);

}  // namespace proviso::evaluation
