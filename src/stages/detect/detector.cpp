#include "stages/detect/detector.h"

#include <algorithm>
#include <cmath>

#include "base/image/resample.h"
#include "stages/detect/yunet_decode.h"

namespace proviso::detect {
namespace {

constexpr int kInputMultiplePx = 32;       // YuNet's coarsest stride.
constexpr float kNearFaceWidths = 3;       // Its side: the face may move by its width either way.
constexpr float kPhotographSidePx = 1280;  // Of the fine look, where that is fine enough.
constexpr float kPhotographSidePxSmall = 480;  // Of the coarse one.
constexpr float kPortraitSidePx = 320;         // Of the first look at a photograph to enrol.
constexpr float kClearFacePxMin = 48;          // Wide in it: nobody else is as near.
constexpr int kPortraitInputPx = 192;          // A region around such a face.
// Photographs come in any size: a coarser step means fewer networks to compile.
constexpr int kPhotographMultiplePx = 128;
constexpr int kPortraitMultiplePx = 64;

image::SizePx rounded_up(image::SizePx size, int multiple_px) {
  const auto up = [&](int side_px) {
    return (side_px + multiple_px - 1) / multiple_px * multiple_px;
  };
  return {up(size.width), up(size.height)};
}

image::SizePx scaled_size(image::SizePx size, float scale) {
  const auto scaled = [&](int side_px) {
    return std::max(1, static_cast<int>(std::lround(static_cast<float>(side_px) * scale)));
  };
  return {scaled(size.width), scaled(size.height)};
}

float larger_side_px(image::SizePx size) {
  return static_cast<float>(std::max(size.width, size.height));
}

image::RectPx whole(image::SizePx size) {
  return {0, 0, static_cast<float>(size.width), static_cast<float>(size.height)};
}

// A face cut by the border of a region that is not the picture's border is half a face: the region
// around its own middle finds it whole.
bool is_cut(const Face& face, const image::RectPx& region, image::SizePx picture) {
  constexpr float kMarginPx = 1;
  const image::RectPx& box = face.box;
  return (region.x > 0 && box.x < region.x + kMarginPx) ||
         (region.y > 0 && box.y < region.y + kMarginPx) ||
         (region.x + region.width < static_cast<float>(picture.width) &&
          box.x + box.width > region.x + region.width - kMarginPx) ||
         (region.y + region.height < static_cast<float>(picture.height) &&
          box.y + box.height > region.y + region.height - kMarginPx);
}

float near_side_px(const image::RectPx& expected, int input_px) {
  return std::max(static_cast<float>(input_px), kNearFaceWidths * expected.width);
}

bool is_covered(const image::RectPx& expected, const image::RectPx& region) {
  const image::PointPx middle = image::centre(expected);
  const float face_width = region.width / kNearFaceWidths;
  const float scale = region.width / near_side_px(expected, kNearInputPx);
  return scale > 1 / 1.5F && scale < 1.5F && middle.x > region.x + face_width &&
         middle.x < region.x + region.width - face_width && middle.y > region.y + face_width &&
         middle.y < region.y + region.height - face_width;
}

// From the pixels of an input to those of the picture.
Face moved(Face face, float scale, const image::RectPx& region) {
  face.box = {.x = face.box.x * scale + region.x,
              .y = face.box.y * scale + region.y,
              .width = face.box.width * scale,
              .height = face.box.height * scale};
  for (auto& point : face.points) {
    point = {.x = point.x * scale + region.x, .y = point.y * scale + region.y};
  }
  return face;
}

// One image on its way through the network.
struct Passage {
  image::BgrImage image;  // Black where nothing is put.
  std::vector<std::vector<float>> outputs;
  std::vector<std::span<float>> views;

  Passage() = default;
  Passage(image::SizePx input, std::span<const tensor::OutputSpec> specs) : image(input) {
    for (const tensor::OutputSpec& spec : specs) outputs.emplace_back(spec.floats);
    for (std::vector<float>& output : outputs) views.emplace_back(output);
  }
  tensor::Job job() const { return {.bgr = image.pixels, .outputs = views}; }
};

Error another_frames_permit() {
  return {ErrorCode::kNotAuthorised,
          "detect: the permit is another frame's than the one given; admit each frame by itself"};
}

}  // namespace

struct Detector::Region {
  std::size_t owner = 0;  // Which look it belongs to.
  const image::YuvImage* picture = nullptr;
  image::RectPx box;     // In the picture's pixels.
  image::SizePx scaled;  // What the box becomes; the rest of the input stays black.
  image::SizePx input;
  bool near = false;
  std::vector<Face> faces{};  // In the picture's pixels.
};

Detector::Detector(std::shared_ptr<tensor::NetworkMaker> networks,
                   DetectorOptions options,
                   WorkerPool* workers)
    : networks_(std::move(networks)), options_(options), workers_(workers) {
  PROVISO_CHECK(networks_ != nullptr);
  PROVISO_CHECK(options_.face_width_px_min > 0 && options_.face_width_in_detector_px > 0);
}

float Detector::sweep_scale() const {
  return std::min(1.0F,
                  static_cast<float>(options_.face_width_in_detector_px) /
                      static_cast<float>(options_.face_width_px_min));
}

image::SizePx Detector::sweep_input(image::SizePx frame) const {
  return rounded_up(scaled_size(frame, sweep_scale()), kInputMultiplePx);
}

Detector::Region Detector::region_of_whole(const image::YuvImage& picture,
                                           float scale,
                                           int multiple_px) {
  const image::SizePx scaled = scaled_size(picture.size, scale);
  return {.picture = &picture,
          .box = whole(picture.size),
          .scaled = scaled,
          .input = rounded_up(scaled, multiple_px)};
}

Detector::Region Detector::region_around(const image::YuvImage& picture,
                                         const image::RectPx& face,
                                         int input_px) {
  const float side = near_side_px(face, input_px);
  const image::PointPx middle = image::centre(face);
  return {.picture = &picture,
          .box = {middle.x - side / 2, middle.y - side / 2, side, side},
          .scaled = {input_px, input_px},
          .input = {input_px, input_px},
          .near = true};
}

std::vector<Detector::Region> Detector::regions_of(const LiveLook& look, std::size_t owner) const {
  const image::YuvImage& pixels = look.frame.pixels;
  std::vector<Region> regions;
  if (look.sweep) {
    regions.push_back(region_of_whole(pixels, sweep_scale(), kInputMultiplePx));
    regions.back().owner = owner;
    return regions;
  }
  for (const image::RectPx& expected : look.near) {
    if (regions.size() == kNearMax) break;
    const auto covers = [&](const Region& region) { return is_covered(expected, region.box); };
    if (std::any_of(regions.begin(), regions.end(), covers)) continue;
    regions.push_back(region_around(pixels, expected, kNearInputPx));
    regions.back().owner = owner;
  }
  return regions;
}

Status Detector::run(std::span<Region> regions) {
  // Regions of one input size go to the runner together, so that its lanes work side by side.
  std::vector<bool> done(regions.size(), false);
  for (std::size_t first = 0; first < regions.size(); ++first) {
    if (done[first]) continue;
    std::vector<Region*> same;
    for (std::size_t n = first; n < regions.size(); ++n) {
      if (done[n] || !(regions[n].input == regions[first].input)) continue;
      same.push_back(&regions[n]);
      done[n] = true;
    }
    PROVISO_TRY_DONE(run_same_size(same));
  }
  return Done{};
}

Status Detector::run_same_size(std::span<Region* const> regions) {
  const image::SizePx input = regions.front()->input;
  PROVISO_TRY(const auto network, networks_->make(input));
  PROVISO_TRY(const auto where, find_outputs(network->outputs(), input));
  std::vector<Passage> passages(regions.size());
  const auto prepare = [&](std::size_t n) {
    passages[n] = Passage(input, network->outputs());
    const Region& region = *regions[n];
    image::crop_scaled_into(*region.picture, region.box, region.scaled, passages[n].image);
  };
  if (workers_ != nullptr) {
    workers_->parallel_for(regions.size(), prepare);
  } else {
    for (std::size_t n = 0; n < regions.size(); ++n) prepare(n);
  }
  std::vector<tensor::Job> jobs;
  for (const Passage& passage : passages) jobs.push_back(passage.job());
  PROVISO_TRY_DONE(network->run(jobs));
  for (std::size_t n = 0; n < regions.size(); ++n) {
    Region& region = *regions[n];
    const float scale = region.box.width / static_cast<float>(region.scaled.width);
    for (const Face& face : decode(where, passages[n].outputs, input, options_.confidence_min)) {
      const Face placed = moved(face, scale, region.box);
      if (!region.near || !is_cut(placed, region.box, region.picture->size)) {
        region.faces.push_back(placed);
      }
    }
  }
  return Done{};
}

std::vector<Face> Detector::faces_of(std::span<const Region> regions, std::size_t owner) const {
  std::vector<Face> faces;
  for (const Region& region : regions) {
    if (region.owner == owner) {
      faces.insert(faces.end(), region.faces.begin(), region.faces.end());
    }
  }
  return without_overlaps(std::move(faces), options_.overlap_iou_max, kFacesMax);
}

Result<std::vector<std::vector<Face>>> Detector::detect(std::span<const LiveLook> looks) {
  std::vector<Region> regions;
  for (std::size_t owner = 0; owner < looks.size(); ++owner) {
    const LiveLook& look = looks[owner];
    if (!(look.permit.key() == look.frame.key)) return another_frames_permit();
    for (Region& region : regions_of(look, owner)) regions.push_back(std::move(region));
  }
  PROVISO_TRY_DONE(run(regions));

  std::vector<std::vector<Face>> found;
  for (std::size_t owner = 0; owner < looks.size(); ++owner) {
    const LiveLook& look = looks[owner];
    std::vector<Face> faces = faces_of(regions, owner);
    std::erase_if(faces, [&](const Face& face) {
      return face.box.width < static_cast<float>(options_.face_width_px_min) / 2 ||
             !image::contains(look.zone, image::centre(face.box), look.frame.pixels.size);
    });
    found.push_back(std::move(faces));
  }
  return found;
}

Result<std::vector<Face>> Detector::detect_portrait(const image::YuvImage& photograph) {
  const float larger = larger_side_px(photograph.size);
  if (larger <= kPhotographSidePxSmall) return detect_photograph(photograph);
  const float scale = kPortraitSidePx / larger;
  Region first = region_of_whole(photograph, scale, kPortraitMultiplePx);
  PROVISO_TRY_DONE(run(std::span(&first, 1)));
  const std::vector<Face> faces = faces_of(std::span(&first, 1), 0);
  if (faces.size() == 1 && faces.front().box.width * scale >= kClearFacePxMin) {
    Region near = region_around(photograph, faces.front().box, kPortraitInputPx);
    PROVISO_TRY_DONE(run(std::span(&near, 1)));
    std::vector<Face> nearer = faces_of(std::span(&near, 1), 0);
    if (nearer.size() == 1) return nearer;
  }
  return detect_photograph(photograph);
}

std::vector<Detector::Region> Detector::looks_at(const image::YuvImage& photograph) const {
  const float larger = larger_side_px(photograph.size);
  const float fine = std::clamp(
      sweep_scale(), std::min(1.0F, kPhotographSidePx / larger), kPhotographSidePxMax / larger);
  std::vector<Region> regions;
  regions.push_back(region_of_whole(photograph, std::min(1.0F, fine), kPhotographMultiplePx));
  if (larger > kPhotographSidePxSmall) {
    regions.push_back(
        region_of_whole(photograph, kPhotographSidePxSmall / larger, kPhotographMultiplePx));
  }
  return regions;
}

Result<std::vector<Face>> Detector::detect_photograph(const image::YuvImage& photograph) {
  std::vector<Region> regions = looks_at(photograph);
  PROVISO_TRY_DONE(run(regions));
  return faces_of(regions, 0);
}

Result<std::vector<Face>> Detector::detect(const authority::EnrolmentPermit& /*permit*/,
                                           const image::YuvImage& photograph) {
  return detect_portrait(photograph);
}

Result<std::vector<Face>> Detector::detect(const authority::EvaluationPermit& /*permit*/,
                                           const image::YuvImage& picture) {
  return detect_photograph(picture);
}

Result<std::vector<Face>> Detector::detect_at(const authority::EvaluationPermit& /*permit*/,
                                              const image::BgrImage& picture) {
  const image::SizePx input = rounded_up(picture.size, kInputMultiplePx);
  PROVISO_TRY(const auto network, networks_->make(input));
  PROVISO_TRY(const auto where, find_outputs(network->outputs(), input));
  Passage passage(input, network->outputs());
  const auto row_bytes = static_cast<std::size_t>(picture.size.width) * 3;
  for (std::size_t row = 0; row < static_cast<std::size_t>(picture.size.height); ++row) {
    std::copy_n(picture.pixels.data() + row * row_bytes,
                row_bytes,
                passage.image.pixels.data() + row * static_cast<std::size_t>(input.width) * 3);
  }
  const tensor::Job job = passage.job();
  PROVISO_TRY_DONE(network->run(std::span(&job, 1)));
  return without_overlaps(decode(where, passage.outputs, input, options_.confidence_min),
                          options_.overlap_iou_max,
                          kFacesMax);
}

}  // namespace proviso::detect
