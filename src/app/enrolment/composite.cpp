#include "app/enrolment/composite.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <numeric>
#include <span>
#include <vector>

#include "base/core/check.h"

namespace proviso::enrolment {
namespace {

constexpr int kSide = 112;
using Plane = std::vector<float>;

std::size_t at(int x, int y) {
  return static_cast<std::size_t>(y) * kSide + static_cast<std::size_t>(x);
}

// Mirrored at the border, which is not repeated.
int inside(int place) {
  const int last = kSide - 1;
  const int folded = std::abs(place) % (2 * last);
  return folded > last ? 2 * last - folded : folded;
}

Plane luma_of(const image::BgrImage& aligned) {
  constexpr float kBlue = 0.114F;
  constexpr float kGreen = 0.587F;
  constexpr float kRed = 0.299F;
  Plane luma(static_cast<std::size_t>(kSide) * kSide);
  for (std::size_t n = 0; n < luma.size(); ++n) {
    const std::uint8_t* pixel = &aligned.pixels[n * 3];
    luma[n] = kBlue * static_cast<float>(pixel[0]) + kGreen * static_cast<float>(pixel[1]) +
              kRed * static_cast<float>(pixel[2]);
  }
  return luma;
}

std::vector<float> gaussian(double sigma_px) {
  constexpr double kReach = 4;  // Standard deviations.
  const int reach = static_cast<int>(std::ceil(kReach * sigma_px));
  std::vector<float> weights;
  for (int step = -reach; step <= reach; ++step) {
    weights.push_back(static_cast<float>(std::exp(-step * step / (2 * sigma_px * sigma_px))));
  }
  const float sum = std::accumulate(weights.begin(), weights.end(), 0.0F);
  for (float& weight : weights) weight /= sum;
  return weights;
}

// What is measured of bands lies in this part of the crop alone: of_face().
constexpr int kLeft = 16;
constexpr int kTop = 22;
constexpr int kStrip = 16;  // Pixels that are summed side by side in registers.
constexpr int kStrips = 5;
constexpr int kRight = kLeft + kStrips * kStrip;
constexpr int kBottom = 110;

// As wide as a register of every processor: of wider ones the compiler leaves the sums in memory.
using Four = float __attribute__((vector_size(16)));

// Sums of what lies `step` apart, one for each of a strip of pixels.
void weigh_strip(const float* from, std::size_t step, std::span<const float> weights, float* into) {
  std::array<Four, kStrip / 4> sums{};
  for (const float weight : weights) {
    for (std::size_t n = 0; n < sums.size(); ++n) {
      Four values;
      std::memcpy(&values, from + n * 4, sizeof(values));
      sums[n] += weight * values;
    }
    from += step;
  }
  std::memcpy(into, sums.data(), sizeof(sums));
}

// Along rows, then along columns, a strip at a time, so that it is fast enough for every photograph
// of an import. Outside of the part it is 0.
Plane blurred(const Plane& from, double sigma_px) {
  const std::vector<float> weights = gaussian(sigma_px);
  const int reach = static_cast<int>(weights.size() / 2);
  std::vector<float> wide(std::size_t{kSide} + 2 * static_cast<std::size_t>(reach));
  Plane rows((std::size_t{kSide} + 2 * static_cast<std::size_t>(reach)) * kSide);
  for (int y = 0; y < kSide; ++y) {
    std::copy_n(&from[at(0, y)], kSide, wide.begin() + reach);
    for (int step = 1; step <= reach; ++step) {
      wide[static_cast<std::size_t>(reach - step)] = from[at(inside(-step), y)];
      const int behind = kSide - 1 + step;
      const auto place = static_cast<std::size_t>(reach) + static_cast<std::size_t>(behind);
      wide[place] = from[at(inside(behind), y)];
    }
    for (int x = kLeft; x < kRight; x += kStrip) {
      weigh_strip(&wide[static_cast<std::size_t>(x)], 1, weights, &rows[at(x, y + reach)]);
    }
  }
  for (int y = -reach; y < kSide + reach; ++y) {
    if (y >= 0 && y < kSide) continue;  // The others are mirrored.
    std::copy_n(&rows[at(0, inside(y) + reach)], kSide, &rows[at(0, y + reach)]);
  }
  Plane into(from.size());
  for (int y = kTop; y < kBottom; ++y) {
    for (int x = kLeft; x < kRight; x += kStrip) {
      weigh_strip(&rows[at(x, y)], kSide, weights, &into[at(x, y)]);
    }
  }
  return into;
}

Plane minus(const Plane& one, const Plane& other) {
  Plane difference(one.size());
  std::ranges::transform(one, other, difference.begin(), std::minus<>());
  return difference;
}

// Where the face lies in each row: an ellipse about the middle of the aligned crop, without hair and
// edges.
struct Stretch {
  int begin = 0;
  int end = 0;
};

std::array<Stretch, kSide> stretches_of_face() {
  constexpr double kMiddleX = 56;
  constexpr double kMiddleY = 66;
  constexpr double kHalfWidth = 36;
  constexpr double kHalfHeight = 44;
  std::array<Stretch, kSide> stretches;
  for (int y = 0; y < kSide; ++y) {
    Stretch& stretch = stretches[static_cast<std::size_t>(y)];
    for (int x = 0; x < kSide; ++x) {
      const double across = (x - kMiddleX) / kHalfWidth;
      const double down = (y - kMiddleY) / kHalfHeight;
      if (across * across + down * down >= 1) continue;
      if (stretch.end == 0) stretch.begin = x;
      stretch.end = x + 1;
    }
    PROVISO_CHECK(stretch.end == 0 ||
                  (stretch.begin >= kLeft && stretch.end <= kRight && y >= kTop && y < kBottom));
  }
  return stretches;
}

Plane of_face(const Plane& plane) {
  static const std::array<Stretch, kSide> stretches = stretches_of_face();
  Plane face;
  face.reserve(plane.size());
  for (int y = 0; y < kSide; ++y) {
    const Stretch& stretch = stretches[static_cast<std::size_t>(y)];
    const float* const row = &plane[at(0, y)];
    face.insert(face.end(), row + stretch.begin, row + stretch.end);
  }
  return face;
}

// The second or the fourth central moment.
double mean_power(const Plane& values, int power) {
  const double count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double sum = 0;
  for (const double value : values) {
    const double square = (value - mean) * (value - mean);
    sum += power == 2 ? square : square * square;
  }
  return sum / count;
}

double log_variance(const Plane& values) {
  constexpr double kNoise = 0.05;  // Of rounding: a flat band is no infinity.
  return std::log(mean_power(values, 2) + kNoise);
}

double strongest_edges(const Plane& luma) {
  constexpr double kNoise = 0.1;
  constexpr std::size_t kHundred = 100;
  Plane edges(luma.size());
  for (int y = kTop; y < kBottom; ++y) {
    for (int x = kLeft; x < kRight; ++x) {
      edges[at(x, y)] = std::abs(luma[at(x - 1, y)] + luma[at(x + 1, y)] + luma[at(x, y - 1)] +
                                 luma[at(x, y + 1)] - 4 * luma[at(x, y)]);
    }
  }
  Plane face = of_face(edges);
  const double mean =
      std::accumulate(face.begin(), face.end(), 0.0) / static_cast<double>(face.size());
  const auto place = static_cast<std::ptrdiff_t>((face.size() - 1) * (kHundred - 1) / kHundred);
  std::ranges::nth_element(face, face.begin() + place);
  const double high = face[static_cast<std::size_t>(place)];
  return std::log((high + kNoise) / (mean + kNoise));
}

}  // namespace

CompositeMeasures measure_composite(const image::BgrImage& aligned, double strength) {
  PROVISO_CHECK(aligned.size.width == kSide && aligned.size.height == kSide);
  constexpr double kFinestSigmaPx = 0.7;  // Each band is an octave.
  constexpr double kNothing = 1e-9;
  const Plane luma = luma_of(aligned);
  std::vector<Plane> scales{luma};
  for (int octave = 0; octave < 5; ++octave) {
    scales.push_back(blurred(luma, kFinestSigmaPx * (1 << octave)));
  }
  const auto band = [&](std::size_t n) { return of_face(minus(scales[n], scales[n + 1])); };
  const Plane finest = band(0);
  const double power = mean_power(finest, 2);
  return {.strongest_edges = strongest_edges(luma),
          .contrast = std::log(std::sqrt(mean_power(of_face(luma), 2)) + kNothing),
          .fine_to_coarse = log_variance(finest) - log_variance(band(4)),
          .fine_to_middle = log_variance(band(1)) - log_variance(band(2)),
          .peakedness = std::log(mean_power(finest, 4) / (power * power + kNothing) + kNothing),
          .strength = strength};
}

double composite_score(const CompositeMeasures& measures) {
  // Linear discriminant, scaled so that the median of ordinary photographs is 0 and
  // kCompositeScoreMin leaves 3 of 100 of the worst of three groups of people above it:
  // docs/watchlist.md.
  return 12.244 - 1.189 * measures.strongest_edges - 1.733 * measures.contrast -
         0.630 * measures.fine_to_coarse + 1.476 * measures.fine_to_middle -
         0.670 * measures.peakedness - 0.2235 * measures.strength;
}

}  // namespace proviso::enrolment
