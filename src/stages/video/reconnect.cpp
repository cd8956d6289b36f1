#include "stages/video/reconnect.h"

#include <array>

namespace proviso::video {
namespace {

struct Step {
  std::uint64_t tries;
  std::chrono::seconds wait;
};
constexpr std::array kSteps{Step{5, std::chrono::seconds{1}},
                            Step{5, std::chrono::seconds{5}},
                            Step{10, std::chrono::seconds{10}}};
constexpr std::chrono::seconds kLastWait{60};

}  // namespace

std::chrono::seconds Reconnect::next_wait() {
  std::uint64_t before = failures_++;
  for (const Step& step : kSteps) {
    if (before < step.tries) return step.wait;
    before -= step.tries;
  }
  return kLastWait;
}

}  // namespace proviso::video
