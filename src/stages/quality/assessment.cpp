#include "stages/quality/assessment.h"

namespace proviso::quality {

std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::kUsable: return "usable";
    case Reason::kTooSmall: return "too small";
    case Reason::kTurnedAway: return "turned away";
    case Reason::kBlurred: return "blurred";
    case Reason::kTooDark: return "too dark";
    case Reason::kTooBright: return "too bright";
    case Reason::kCutOff: return "cut off";
  }
  return "unknown";
}

}  // namespace proviso::quality
