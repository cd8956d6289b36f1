#include "stages/detect/detector.h"

#include <algorithm>
#include <cmath>

#include "base/image/resample.h"
#include "stages/detect/yunet_decode.h"

namespace proviso::detect {
namespace {

constexpr int kInputMultiplePx = 32;  // YuNet's coarsest stride.
constexpr int kNearInputPx = 128;     // A region around a known face.
constexpr float kNearFaceWidths = 4;  // Its side: the face may move by 1.5 widths either way.
constexpr int kPhotographSidePxMax = 1280;
constexpr int kPhotographSidePxSmall = 480;  // Second look: for a face that fills the picture.

int rounded_up(float pixels) {
  const int whole = std::max(1, static_cast<int>(std::ceil(pixels)));
  return (whole + kInputMultiplePx - 1) / kInputMultiplePx * kInputMultiplePx;
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

bool is_covered(const image::RectPx& expected, const image::RectPx& region) {
  const image::PointPx middle = image::centre(expected);
  const float quarter = region.width / kNearFaceWidths;
  const float face_widths = region.width / std::max(1.0F, expected.width);
  return face_widths > kNearFaceWidths / 1.5F && face_widths < kNearFaceWidths * 1.5F &&
         middle.x > region.x + quarter && middle.x < region.x + region.width - quarter &&
         middle.y > region.y + quarter && middle.y < region.y + region.height - quarter;
}

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
  std::vector<Face> faces;  // In the picture's pixels.
};

Detector::Detector(std::shared_ptr<tensor::NetworkMaker> networks, DetectorOptions options)
    : networks_(std::move(networks)), options_(options) {
  PROVISO_CHECK(networks_ != nullptr);
  PROVISO_CHECK(options_.face_width_px_min > 0 && options_.face_width_in_detector_px > 0);
}

image::SizePx Detector::sweep_input(image::SizePx frame) const {
  const float scale = std::min(1.0F,
                               static_cast<float>(options_.face_width_in_detector_px) /
                                   static_cast<float>(options_.face_width_px_min));
  return {rounded_up(static_cast<float>(frame.width) * scale),
          rounded_up(static_cast<float>(frame.height) * scale)};
}

Detector::Region Detector::region_of_sweep(const image::YuvImage& picture,
                                           std::size_t owner) const {
  const float scale = std::min(1.0F,
                               static_cast<float>(options_.face_width_in_detector_px) /
                                   static_cast<float>(options_.face_width_px_min));
  const auto scaled = [&](int side_px) {
    return std::max(1, static_cast<int>(std::lround(static_cast<float>(side_px) * scale)));
  };
  return {.owner = owner,
          .picture = &picture,
          .box = whole(picture.size),
          .scaled = {scaled(picture.size.width), scaled(picture.size.height)},
          .input = sweep_input(picture.size),
          .near = false,
          .faces = {}};
}

std::vector<Detector::Region> Detector::regions_of(const LiveLook& look, std::size_t owner) const {
  const image::YuvImage& pixels = look.frame.pixels;
  if (look.sweep) return {region_of_sweep(pixels, owner)};
  std::vector<Region> regions;
  for (const image::RectPx& expected : look.near) {
    if (regions.size() == kNearMax) break;
    const auto covers = [&](const Region& region) { return is_covered(expected, region.box); };
    if (std::any_of(regions.begin(), regions.end(), covers)) continue;
    const float side = std::max(static_cast<float>(kNearInputPx), kNearFaceWidths * expected.width);
    const image::PointPx middle = image::centre(expected);
    regions.push_back({.owner = owner,
                       .picture = &pixels,
                       .box = {middle.x - side / 2, middle.y - side / 2, side, side},
                       .scaled = {kNearInputPx, kNearInputPx},
                       .input = {kNearInputPx, kNearInputPx},
                       .near = true,
                       .faces = {}});
  }
  return regions;
}

Status Detector::run(std::span<Region> regions) {
  // Regions of one input size go to the runner together, so that its lanes work side by side.
  std::vector<bool> done(regions.size(), false);
  for (std::size_t first = 0; first < regions.size(); ++first) {
    if (done[first]) continue;
    std::vector<std::size_t> same;
    for (std::size_t n = first; n < regions.size(); ++n) {
      if (!done[n] && regions[n].input == regions[first].input) same.push_back(n);
    }
    const image::SizePx input = regions[first].input;
    PROVISO_TRY(const auto network, networks_->make(input));
    PROVISO_TRY(const auto where, find_outputs(network->outputs(), input));

    std::vector<image::BgrImage> images;
    std::vector<std::vector<std::vector<float>>> outputs(same.size());
    std::vector<std::vector<std::span<float>>> views(same.size());
    std::vector<tensor::Job> jobs;
    for (std::size_t n = 0; n < same.size(); ++n) {
      const Region& region = regions[same[n]];
      images.emplace_back(input);
      image::crop_scaled_into(*region.picture, region.box, region.scaled, images.back());
      for (const auto& output : network->outputs()) outputs[n].emplace_back(output.floats);
      for (auto& output : outputs[n]) views[n].emplace_back(output);
    }
    for (std::size_t n = 0; n < same.size(); ++n) {
      jobs.push_back({.bgr = images[n].pixels, .outputs = views[n]});
    }
    PROVISO_TRY_DONE(network->run(jobs));

    for (std::size_t n = 0; n < same.size(); ++n) {
      Region& region = regions[same[n]];
      const float scale = region.box.width / static_cast<float>(region.scaled.width);
      for (Face face : decode(where, outputs[n], input, options_.confidence_min)) {
        face.box = {.x = face.box.x * scale + region.box.x,
                    .y = face.box.y * scale + region.box.y,
                    .width = face.box.width * scale,
                    .height = face.box.height * scale};
        for (auto& point : face.points) {
          point = {point.x * scale + region.box.x, point.y * scale + region.box.y};
        }
        if (!region.near || !is_cut(face, region.box, region.picture->size)) {
          region.faces.push_back(face);
        }
      }
      done[same[n]] = true;
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

Result<std::vector<Face>> Detector::detect_photograph(const image::YuvImage& photograph) {
  for (const int side_max : {kPhotographSidePxMax, kPhotographSidePxSmall}) {
    const auto larger = static_cast<float>(std::max(photograph.size.width, photograph.size.height));
    const float scale = std::min(1.0F, static_cast<float>(side_max) / larger);
    const auto scaled = [&](int side_px) {
      return std::max(1, static_cast<int>(std::lround(static_cast<float>(side_px) * scale)));
    };
    Region region{.owner = 0,
                  .picture = &photograph,
                  .box = whole(photograph.size),
                  .scaled = {scaled(photograph.size.width), scaled(photograph.size.height)},
                  .input = {},
                  .near = false,
                  .faces = {}};
    region.input = {rounded_up(static_cast<float>(region.scaled.width)),
                    rounded_up(static_cast<float>(region.scaled.height))};
    PROVISO_TRY_DONE(run(std::span(&region, 1)));
    auto faces = faces_of(std::span(&region, 1), 0);
    if (!faces.empty()) return faces;
  }
  return std::vector<Face>{};
}

Result<std::vector<Face>> Detector::detect(const authority::EnrolmentPermit& /*permit*/,
                                           const image::YuvImage& photograph) {
  return detect_photograph(photograph);
}

Result<std::vector<Face>> Detector::detect(const authority::EvaluationPermit& /*permit*/,
                                           const image::YuvImage& picture) {
  return detect_photograph(picture);
}

Result<std::vector<Face>> Detector::detect_at(const authority::EvaluationPermit& /*permit*/,
                                              const image::BgrImage& picture) {
  const image::SizePx input{rounded_up(static_cast<float>(picture.size.width)),
                            rounded_up(static_cast<float>(picture.size.height))};
  PROVISO_TRY(const auto network, networks_->make(input));
  PROVISO_TRY(const auto where, find_outputs(network->outputs(), input));
  image::BgrImage padded(input);
  const auto row_bytes = static_cast<std::size_t>(picture.size.width) * 3;
  for (std::size_t row = 0; row < static_cast<std::size_t>(picture.size.height); ++row) {
    std::copy_n(picture.pixels.data() + row * row_bytes,
                row_bytes,
                padded.pixels.data() + row * static_cast<std::size_t>(input.width) * 3);
  }
  std::vector<std::vector<float>> outputs;
  std::vector<std::span<float>> views;
  for (const auto& output : network->outputs()) outputs.emplace_back(output.floats);
  for (auto& output : outputs) views.emplace_back(output);
  const tensor::Job job{.bgr = padded.pixels, .outputs = views};
  PROVISO_TRY_DONE(network->run(std::span(&job, 1)));
  return without_overlaps(
      decode(where, outputs, input, options_.confidence_min), options_.overlap_iou_max, kFacesMax);
}

}  // namespace proviso::detect
