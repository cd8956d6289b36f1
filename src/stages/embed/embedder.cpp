#include "stages/embed/embedder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "base/image/resample.h"

namespace proviso::embed {
namespace {

constexpr image::SizePx kCrop{112, 112};
constexpr std::size_t kCropBytes = std::size_t{112} * 112 * 3;
constexpr float kCornerFromCentrePx = 0.5F;

// Where ArcFace's training crops have the five points, counted from the corner of the crop.
constexpr image::FivePoints kCropPoints{
    {{38.2946F + kCornerFromCentrePx, 51.6963F + kCornerFromCentrePx},
     {73.5318F + kCornerFromCentrePx, 51.5014F + kCornerFromCentrePx},
     {56.0252F + kCornerFromCentrePx, 71.7366F + kCornerFromCentrePx},
     {41.5493F + kCornerFromCentrePx, 92.3655F + kCornerFromCentrePx},
     {70.7299F + kCornerFromCentrePx, 92.2041F + kCornerFromCentrePx}}};

void align(const image::YuvImage& picture, const detect::Face& face, std::span<std::uint8_t> bgr) {
  const image::Similarity crop_from_picture = image::fit_similarity(face.points, kCropPoints);
  image::warp_into(picture, crop_from_picture, kCrop, bgr);
}

// In place, so that the form before normalisation is nowhere left; gives the norm that it had. A
// network that gives all zeros or no number would give no template: kUnavailable.
Result<double> normalise(std::span<float> values) {
  double squares = 0;
  for (const float value : values) squares += static_cast<double>(value) * value;
  const double norm = std::sqrt(squares);
  if (!(norm > 1e-6) || !std::isfinite(norm)) {
    return Error{ErrorCode::kUnavailable,
                 "embed: the network gave a template of norm " + std::to_string(norm) +
                     ", needed above 0; check the model pack with `proviso models check`"};
  }
  for (float& value : values) value = static_cast<float>(value / norm);
  return norm;
}

// Sums in float64 without a copy on the heap.
void weighted_mean(std::span<const std::span<const float>> rows,
                   std::span<const float> weights,
                   std::span<float> into) {
  for (std::size_t d = 0; d < into.size(); ++d) {
    double sum = 0;
    for (std::size_t n = 0; n < rows.size(); ++n) {
      sum += static_cast<double>(rows[n][d]) * weights[n];
    }
    into[d] = static_cast<float>(sum);
  }
}

// Crops are pictures of passers-by: wiped whichever way the call ends.
class Crops {
 public:
  explicit Crops(std::size_t count) : bytes_(count * kCropBytes) {}
  Crops(const Crops&) = delete;
  Crops& operator=(const Crops&) = delete;
  Crops(Crops&&) = delete;
  Crops& operator=(Crops&&) = delete;
  ~Crops() { crypto::wipe(std::as_writable_bytes(std::span(bytes_))); }
  std::span<std::uint8_t> operator[](std::size_t n) {
    return std::span(bytes_).subspan(n * kCropBytes, kCropBytes);
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

Error degenerate_points() {
  return {ErrorCode::kInvalidInput, "embed: both eyes at one point, needed two; detect again"};
}

}  // namespace

Embedder::Embedder(std::shared_ptr<tensor::Network> network, crypto::GuardedArena& arena)
    : network_(std::move(network)), arena_(arena), dimension_(network_->outputs()[0].floats) {}

Result<std::unique_ptr<Embedder>> Embedder::create(std::shared_ptr<tensor::Network> network,
                                                   crypto::GuardedArena& arena) {
  PROVISO_CHECK(network != nullptr);
  if (!(network->input_size() == kCrop) || network->outputs().size() != 1) {
    return Error{ErrorCode::kInvalidInput,
                 "embedder: needed one input of 112x112 and one output; use an ArcFace-like model"};
  }
  const std::size_t dimension = network->outputs()[0].floats;
  if (dimension < 2 || dimension > watchlist::kDimensionMax) {
    return Error{ErrorCode::kInvalidInput,
                 "embedder: dimension " + std::to_string(dimension) + ", needed 2 to " +
                     std::to_string(watchlist::kDimensionMax)};
  }
  return std::unique_ptr<Embedder>(new Embedder(std::move(network), arena));
}

Result<std::vector<Probe>> Embedder::embed(std::span<const LiveShot> shots) {
  PROVISO_CHECK(network_->images_together() == 1);
  std::vector<Probe> probes;
  Crops crops(shots.size());
  std::vector<std::span<float>> outputs;
  std::vector<tensor::Job> jobs;
  outputs.reserve(shots.size());
  for (std::size_t n = 0; n < shots.size(); ++n) {
    const LiveShot& shot = shots[n];
    if (!(shot.permit.key() == shot.frame.key)) {
      return Error{
          ErrorCode::kNotAuthorised,
          "embed: the permit is another frame's than the shot's; admit each frame by itself"};
    }
    if (!can_be_aligned(shot.face)) return degenerate_points();
    PROVISO_TRY(auto slot, arena_.take());
    PROVISO_CHECK(slot.floats().size() >= dimension_);
    align(shot.frame.pixels, shot.face, crops[n]);
    outputs.push_back(slot.floats().first(dimension_));
    probes.push_back(Probe(std::move(slot), shot.permit));
    jobs.push_back({.bgr = crops[n], .outputs = std::span(&outputs.back(), 1)});
  }
  PROVISO_TRY_DONE(network_->run(jobs));
  for (const std::span<float> output : outputs) {
    if (const auto done = normalise(output); !done) return done.error();
  }
  return probes;
}

Result<Probe> Embedder::fuse(std::span<const Weighted> shots) {
  PROVISO_CHECK(!shots.empty());
  std::vector<std::span<const float>> rows;
  std::vector<float> weights;
  for (const Weighted& shot : shots) {
    rows.push_back(shot.probe.slot_.floats().first(dimension_));
    weights.push_back(shot.weight);
  }
  PROVISO_TRY(auto slot, arena_.take());
  const auto fused = slot.floats().first(dimension_);
  weighted_mean(rows, weights, fused);
  if (const auto done = normalise(fused); !done) return done.error();
  return Probe(std::move(slot), shots.back().probe.permit());
}

Result<Embedder::Answer> Embedder::embed_one(const image::YuvImage& picture,
                                             const detect::Face& face) {
  if (!can_be_aligned(face)) return degenerate_points();
  std::vector<std::uint8_t> crop(kCropBytes);
  align(picture, face, crop);
  PROVISO_TRY(auto one, answers(std::move(crop), 1));
  return std::move(one.front());
}

Result<std::vector<Embedder::Answer>> Embedder::answers(std::vector<std::uint8_t> crops,
                                                        std::size_t count) {
  const std::size_t together = network_->images_together();
  const std::size_t jobs_count = (count + together - 1) / together;
  crops.resize(jobs_count * together * kCropBytes);  // Black: nobody asks for its answer.
  std::vector<float> values(jobs_count * together * dimension_);
  std::vector<std::span<float>> outputs;
  std::vector<tensor::Job> jobs;
  outputs.reserve(jobs_count);
  for (std::size_t n = 0; n < jobs_count; ++n) {
    const std::size_t first = n * together;
    outputs.push_back(std::span(values).subspan(first * dimension_, together * dimension_));
    jobs.push_back({.bgr = std::span(crops).subspan(first * kCropBytes, together * kCropBytes),
                    .outputs = std::span(&outputs.back(), 1)});
  }
  PROVISO_TRY_DONE(network_->run(jobs));
  std::vector<Answer> all;
  for (std::size_t n = 0; n < count; ++n) {
    const auto own = std::span(values).subspan(n * dimension_, dimension_);
    PROVISO_TRY(const double strength, normalise(own));
    all.push_back({.values = {own.begin(), own.end()}, .strength = strength});
  }
  return all;
}

Result<std::vector<watchlist::Reference>> Embedder::embed(std::span<const EnrolmentShot> shots) {
  std::vector<std::uint8_t> crops;
  for (const EnrolmentShot& shot : shots) {
    PROVISO_CHECK(shot.aligned.size == kCrop);
    crops.insert(crops.end(), shot.aligned.pixels.begin(), shot.aligned.pixels.end());
  }
  PROVISO_TRY(auto all, answers(std::move(crops), shots.size()));
  std::vector<watchlist::Reference> references;
  for (Answer& answer : all) {
    references.push_back(watchlist::Reference(std::move(answer.values), answer.strength));
  }
  return references;
}

Result<watchlist::Reference> Embedder::fuse(const authority::EnrolmentPermit& /*permit*/,
                                            std::span<const WeightedReference> references) {
  PROVISO_CHECK(!references.empty());
  std::vector<std::span<const float>> rows;
  std::vector<float> weights;
  for (const WeightedReference& weighted : references) {
    rows.push_back(weighted.reference.values());
    weights.push_back(weighted.weight);
  }
  std::vector<float> fused(dimension_);
  weighted_mean(rows, weights, fused);
  if (const auto done = normalise(fused); !done) return done.error();
  const auto weakest = std::ranges::min_element(
      references, {}, [](const auto& one) { return one.reference.strength(); });
  return watchlist::Reference(std::move(fused), weakest->reference.strength());
}

Result<Sample> Embedder::embed(const authority::EvaluationPermit& /*permit*/,
                               const image::YuvImage& picture,
                               const detect::Face& face) {
  PROVISO_TRY(auto answer, embed_one(picture, face));
  return Sample(std::move(answer.values));
}

void Embedder::wipe() {
  network_->wipe();
}

// The detector gives no other.
bool can_be_aligned(const detect::Face& face) {
  constexpr float kEyesApartPx = 0.1F;
  const float dx = face.points[0].x - face.points[1].x;
  const float dy = face.points[0].y - face.points[1].y;
  return dx * dx + dy * dy > kEyesApartPx * kEyesApartPx;
}

image::BgrImage aligned_crop(const image::YuvImage& picture, const detect::Face& face) {
  PROVISO_CHECK(can_be_aligned(face));
  image::BgrImage crop(kCrop);
  align(picture, face, crop.pixels);
  return crop;
}

}  // namespace proviso::embed
