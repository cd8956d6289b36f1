#include "app/evaluation/renderer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "app/evaluation/seeded.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::evaluation {
namespace {

constexpr double kHorizon = 0.30;      // Of the frame's height: where far faces are.
constexpr double kDownPerWidth = 2.2;  // Nearer people are lower: the camera looks down.
constexpr double kStepsPerSecond = 1.8;
constexpr double kBobOfWidth = 0.05;
constexpr double kShutterOfFrame = 0.5;
constexpr int kNoiseSize = 1 << 16;
constexpr double kNoiseAmplitude = 3;
constexpr double kBodyWidth = 2.3;  // In face widths.
constexpr double kBodyHeight = 5.5;
constexpr int kWindows = 24;
constexpr std::uint64_t kStill = 0;  // Noise that is not renewed.
constexpr int kRaster = 10;          // Points a side at which visibility is sampled.
constexpr int kFullPermille = 1000;

std::uint8_t byte(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

image::BgrImage paint_street(const Scene& scene, Seeded seeded) {
  image::BgrImage street(scene.size);
  const auto width = static_cast<float>(scene.size.width);
  const auto height = static_cast<float>(scene.size.height);
  const float ground = height * 0.45F;
  image::fill(street, {0, 0, width, ground}, {150, 140, 132});
  image::fill(street, {0, ground, width, height - ground}, {104, 106, 110});
  for (int i = 0; i < kWindows; ++i) {
    const double grey = seeded.between(70, 180);
    const auto shade = [&] { return byte(grey + seeded.between(-12, 12)); };
    const auto x = static_cast<float>(seeded.between(0, width));
    const auto y = static_cast<float>(seeded.between(0, ground * 0.7F));
    image::fill(street, {x, y, width * 0.05F, ground * 0.25F}, {shade(), shade(), shade()});
  }
  constexpr float kLinesApart = 0.06F;  // Of the height.
  for (int line = 0; ground + kLinesApart * height * static_cast<float>(line) < height; ++line) {
    const float y = ground + kLinesApart * height * static_cast<float>(line);
    image::fill(street, {0, y, width, 2}, {88, 90, 92});
  }
  return street;
}

// `head` turned about its centre; the matte stays, because it is nearly round.
Cutout turned(const Cutout& head, double degrees) {
  Cutout made{head};
  const auto angle = static_cast<float>(degrees * std::numbers::pi / 180);
  const float x = static_cast<float>(head.picture.size.width) / 2;
  const float y = static_cast<float>(head.picture.size.height) / 2;
  const float a = std::cos(angle);
  const float b = std::sin(angle);
  const image::Similarity turn{a, b, x - a * x + b * y, y - b * x - a * y};
  image::warp_into(image::to_yuv(head.picture), turn, head.picture.size, made.picture.pixels);
  return made;
}

bool has(const image::RectPx& rect, double x, double y) {
  return x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height;
}

}  // namespace

struct Renderer::Walker {
  std::size_t pass = 0;
  image::RectPx face;
  image::RectPx head;
  image::RectPx body;
  image::RectPx cover;  // Without width where nobody is in front.
  float blur_px = 0;    // Sideways while the shutter is open.
  double gain = 1;
};

Renderer::Renderer(const Scene& scene, const std::vector<Person>& persons)
    : scene_(scene), persons_(persons) {
  Seeded seeded{static_cast<std::uint64_t>(scene.seed) ^ 0x5ce2eU};
  street_ = paint_street(scene, seeded);
  canvas_ = street_;
  picture_ = street_;
  const int noises = kNoiseSize + scene.size.width * 3;  // A row may begin anywhere.
  noise_.reserve(static_cast<std::size_t>(noises));
  for (int i = 0; i < noises; ++i) {
    const double sum = seeded.between(-1, 1) + seeded.between(-1, 1) + seeded.between(-1, 1);
    noise_.push_back(static_cast<std::int8_t>(std::lround(sum * kNoiseAmplitude)));
  }
  develop({0, 0, scene.size.width, scene.size.height}, kStill);
  for (const auto& pass : scene_.passes) {
    heads_.push_back(turned(persons_[pass.person].shown[pass.image], pass.roll_degrees));
  }
}

Renderer::Walker Renderer::walker(std::size_t index, double time_s) const {
  const auto& pass = scene_.passes[index];
  const double done = std::clamp(time_s / pass.duration_s, 0.0, 1.0);
  // At constant speed distance falls evenly, and width is its inverse.
  const double width = 1 / ((1 - done) / pass.width_from_px + done / pass.width_to_px);
  const auto& cutout = heads_[index];
  const double scale = width / cutout.face.width;
  const double height = cutout.face.height * scale;
  const double gait = kStepsPerSecond * (0.9 + 0.2 * static_cast<double>(pass.variation % 16) / 16);
  const double bob = std::sin(2 * std::numbers::pi * gait * time_s) * kBobOfWidth * width;
  const double x = pass.x_px + pass.drift_px * done;
  const double y = scene_.size.height * kHorizon + (width - 50) * kDownPerWidth + bob;
  const auto rect = [](double left, double top, double wide, double high) {
    return image::RectPx{static_cast<float>(left),
                         static_cast<float>(top),
                         static_cast<float>(wide),
                         static_cast<float>(high)};
  };
  Walker walker;
  walker.pass = index;
  walker.face = rect(x - width / 2, y - height / 2, width, height);
  walker.head = rect(walker.face.x - cutout.face.x * scale,
                     walker.face.y - cutout.face.y * scale,
                     cutout.picture.size.width * scale,
                     cutout.picture.size.height * scale);
  walker.body =
      rect(x - width * kBodyWidth / 2, y + height * 0.62, width * kBodyWidth, width * kBodyHeight);
  if (time_s >= pass.covered_at_s && time_s < pass.covered_at_s + pass.covered_for_s) {
    walker.cover = rect(x - width, y - height, width * 2, width * (kBodyHeight + 1));
  }
  walker.blur_px =
      static_cast<float>(pass.drift_px / pass.duration_s / scene_.frames_per_s * kShutterOfFrame);
  walker.gain = 1 + (pass.gain - 1) * std::sin(std::numbers::pi * done);
  return walker;
}

void Renderer::draw_body(const Walker& walker) {
  Seeded clothes{scene_.passes[walker.pass].variation};
  const auto shade = [&] { return byte(clothes.between(30, 150)); };
  const image::BgrColour coat{shade(), shade(), shade()};
  const image::BgrColour legs{shade(), shade(), shade()};
  auto torso = walker.body;
  torso.height *= 0.55F;
  auto lower = walker.body;
  lower.x += lower.width * 0.12F;
  lower.width *= 0.76F;
  lower.y += torso.height;
  lower.height -= torso.height;
  image::fill(canvas_, lower, legs);
  image::fill(canvas_, torso, coat);
}

void Renderer::draw_head(const Walker& walker) {
  const auto& head = heads_[walker.pass];
  std::array<std::uint8_t, 256> lit{};
  for (std::size_t i = 0; i < lit.size(); ++i)
    lit.at(i) = byte(static_cast<double>(i) * walker.gain);
  lit_.size = head.picture.size;
  lit_.pixels.resize(head.picture.pixels.size());
  std::transform(head.picture.pixels.begin(),
                 head.picture.pixels.end(),
                 lit_.pixels.begin(),
                 [&](std::uint8_t sample) { return lit[sample]; });
  image::blend_scaled(canvas_, lit_, head.alpha, walker.head);
  if (std::abs(walker.blur_px) < 0.1F) return;
  std::vector<std::uint8_t> half(head.alpha);
  for (auto& alpha : half) alpha = static_cast<std::uint8_t>(alpha / 2);
  auto moved = walker.head;
  moved.x += walker.blur_px;
  image::blend_scaled(canvas_, lit_, half, moved);
}

void Renderer::draw_cover(const Walker& walker) {
  if (walker.cover.width <= 0) return;
  Seeded clothes{~scene_.passes[walker.pass].variation};
  const auto shade = [&] { return byte(clothes.between(30, 110)); };
  image::fill(canvas_, walker.cover, {shade(), shade(), shade()});
}

Renderer::Area Renderer::clipped(const image::RectPx& rect) const {
  const auto within = [](double value, int max) {
    return std::clamp(static_cast<int>(value), 0, max);
  };
  const auto [width, height] = scene_.size;
  return {within(std::floor(rect.x) - 1, width),
          within(std::floor(rect.y) - 1, height),
          within(std::ceil(rect.x + rect.width) + 2, width),
          within(std::ceil(rect.y + rect.height) + 1, height)};
}

void Renderer::restore(const std::vector<Area>& areas) {
  const auto stride = static_cast<std::ptrdiff_t>(scene_.size.width) * 3;
  for (const auto& area : areas) {
    for (int row = area.top; row < area.bottom; ++row) {
      const auto from = street_.pixels.begin() + row * stride;
      const std::ptrdiff_t left = std::ptrdiff_t{area.left} * 3;
      std::copy(from + left,
                from + std::ptrdiff_t{area.right} * 3,
                canvas_.pixels.begin() + row * stride + left);
    }
  }
}

void Renderer::develop(const Area& area, std::uint64_t noise_seed) {
  const auto count = static_cast<std::size_t>(area.right - area.left) * 3;
  for (int row = area.top; row < area.bottom; ++row) {
    Seeded seeded{noise_seed + static_cast<std::uint64_t>(row)};
    const auto column = static_cast<std::size_t>(area.left) * 3;
    const auto at = static_cast<std::size_t>(row) * static_cast<std::size_t>(scene_.size.width) * 3;
    const auto* noise = noise_.data() + seeded.below(kNoiseSize) + column;
    const auto* from = canvas_.pixels.data() + at + column;
    auto* to = picture_.pixels.data() + at + column;
    for (std::size_t i = 0; i < count; ++i) {
      to[i] = static_cast<std::uint8_t>(std::clamp(from[i] + noise[i], 0, 255));
    }
  }
}

int Renderer::visible_permille(const std::vector<Walker>& far_to_near, std::size_t index) const {
  const auto& face = far_to_near[index].face;
  int visible = 0;
  for (int i = 0; i < kRaster * kRaster; ++i) {
    const int row = i / kRaster;
    const double x = face.x + (i % kRaster + 0.5) * face.width / kRaster;
    const double y = face.y + (row + 0.5) * face.height / kRaster;
    bool seen = x >= 0 && y >= 0 && x < scene_.size.width && y < scene_.size.height;
    for (std::size_t near = index; near < far_to_near.size() && seen; ++near) {
      const auto& other = far_to_near[near];
      seen = !has(other.cover, x, y) &&
             (near == index || !(has(other.head, x, y) || has(other.body, x, y)));
    }
    visible += seen ? 1 : 0;
  }
  return visible * kFullPermille / (kRaster * kRaster);
}

const image::BgrImage& Renderer::draw(std::int64_t frame) {
  restore(drawn_);
  auto changed = std::exchange(drawn_, {});
  seen_.clear();
  const double now_s = static_cast<double>(frame) / scene_.frames_per_s;
  std::vector<Walker> walkers;
  for (std::size_t i = 0; i < scene_.passes.size(); ++i) {
    const double time_s = now_s - scene_.passes[i].start_s;
    if (time_s >= 0 && time_s < scene_.passes[i].duration_s) walkers.push_back(walker(i, time_s));
  }
  std::stable_sort(walkers.begin(), walkers.end(), [](const auto& a, const auto& b) {
    return a.face.width < b.face.width;
  });
  std::vector<Area> heads;
  for (std::size_t i = 0; i < walkers.size(); ++i) {
    const auto& walker = walkers[i];
    draw_body(walker);
    draw_head(walker);
    draw_cover(walker);
    for (const auto& part : {walker.body, walker.head, walker.cover}) {
      if (part.width > 0) drawn_.push_back(clipped(part));
    }
    heads.push_back(clipped(walker.head));
    const auto tenths = [](float px) { return static_cast<int>(std::lround(px * 10)); };
    seen_.push_back({walker.pass,
                     {tenths(walker.face.x),
                      tenths(walker.face.y),
                      tenths(walker.face.width),
                      tenths(walker.face.height),
                      visible_permille(walkers, i)}});
  }
  changed.insert(changed.end(), drawn_.begin(), drawn_.end());
  for (const auto& area : changed) develop(area, kStill);
  const auto rows = static_cast<std::uint64_t>(scene_.size.height);
  for (const auto& area : heads) develop(area, (static_cast<std::uint64_t>(frame) + 1) * rows);
  return picture_;
}

}  // namespace proviso::evaluation
