#pragma once

// The least quality of a face that a run compares: the policy's, whole. What runs under no
// authority (enrolment, evaluation) has the defaults of quality::QualityOptions.
//
// Threads: reentrant.

#include "safeguards/policy/policy.h"
#include "stages/quality/assessor.h"

namespace proviso::pipeline {

quality::QualityOptions quality_floor(const policy::Policy& policy);

}  // namespace proviso::pipeline
