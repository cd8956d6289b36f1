#pragma once

// The `detect` stage: where on a picture are faces? Asked only with a permit for that picture.
//
//   in       a picture with its permit; for a frame, where to look and the zone of recognition
//   out      faces in the picture's own pixels, most confident first, at most kFacesMax
//   scale    a sweep: the smallest face that may be compared (face_width_px_min) appears
//            face_width_in_detector_px wide, so little is spent on faces that must not be used;
//            never enlarged. Faces under half that width are not reported; those between are, to be
//            counted as too small.
//            near a known face: a region of three of its widths becomes 128x128; never enlarged.
//            Of four, the points of a face are so coarse that SFace knew one of six people at 0.57
//            where it knows him at 0.79 (simulated crowd, 167 looks; 0.85 at full size).
//            pictures: a fine look at the sweep's scale or at 1280 px for the larger side,
//            whichever is finer, but at most kPhotographSidePxMax; and a coarse one at 480 px, for
//            a face that fills it. A photograph to enrol of more than 480 px is first looked at at
//            320: if that finds one face, 48 px wide or more, neither follows, but a region of
//            three of its widths becomes 192x192, never enlarged, for its points. Who is a quarter
//            as wide beside them may go unseen. With the points of a coarse look itself 3 of 60
//            listed passes of the simulated crowd were missed.
//   errors   kNotAuthorised for a frame whose key is not its permit's; kUnavailable if the runner
//            fails; kInvalidInput for a network that is not YuNet-like. An expected box that is not
//            finite is a broken promise.
//   threads  thread-bound; the looks of one call run side by side on the runner's lanes, and their
//            inputs are made side by side by `workers`, where given
//   limits   kFacesMax faces a picture, the most confident; kNearMax regions a frame, the first
//   method   YuNet: Wu et al., Machine Intelligence Research 20, 2023. score = sqrt(cls * obj).

#include <memory>
#include <span>
#include <vector>

#include "base/core/result.h"
#include "base/core/worker_pool.h"
#include "base/image/geometry.h"
#include "base/image/pixels.h"
#include "base/tensor/network.h"
#include "safeguards/authority/permit.h"
#include "stages/detect/face.h"
#include "stages/video/frame.h"

namespace proviso::detect {

inline constexpr std::size_t kFacesMax = 256;
inline constexpr std::size_t kNearMax = 64;
inline constexpr int kNearInputPx = 128;  // A region around a known face.
inline constexpr float kPhotographSidePxMax = 4096;

struct DetectorOptions {
  int face_width_px_min = 32;          // From the written authority.
  int face_width_in_detector_px = 16;  // YuNet finds 80 % at 16 px and nearly all from 20 px.
  float confidence_min = 0.6F;
  float overlap_iou_max = 0.3F;  // Of two boxes that overlap more, the less confident goes.
};

// One frame and where to look on it: at the whole (sweep), or only near known faces.
struct LiveLook {
  const authority::LivePermit& permit;
  const video::Frame& frame;
  const image::ZonePolygon& zone;  // Faces whose centre lies outside are dropped.
  bool sweep = true;
  std::span<const image::RectPx> near;  // Expected boxes; looked at where `sweep` is false.
};

class Detector {
 public:
  Detector(std::shared_ptr<tensor::NetworkMaker> networks,
           DetectorOptions options,
           WorkerPool* workers = nullptr);

  // One list of faces per look, in their order.
  Result<std::vector<std::vector<Face>>> detect(std::span<const LiveLook> looks);
  // A photograph to enrol: faces of every size, small ones too.
  Result<std::vector<Face>> detect(const authority::EnrolmentPermit& permit,
                                   const image::YuvImage& photograph);
  Result<std::vector<Face>> detect(const authority::EvaluationPermit& permit,
                                   const image::YuvImage& picture);
  // The picture at its own size, padded to multiples of 32, to compare runners with each other.
  Result<std::vector<Face>> detect_at(const authority::EvaluationPermit& permit,
                                      const image::BgrImage& picture);

  // The network input of a sweep over a frame of this size; multiples of 32.
  image::SizePx sweep_input(image::SizePx frame) const;
  const DetectorOptions& options() const { return options_; }

 private:
  struct Region;  // A part of a picture, scaled into one network input.
  float sweep_scale() const;
  static Region region_around(const image::YuvImage& picture,
                              const image::RectPx& face,
                              int input_px);
  static Region region_of_whole(const image::YuvImage& picture, float scale, int multiple_px);
  std::vector<Region> regions_of(const LiveLook& look, std::size_t owner) const;
  Status run(std::span<Region> regions);
  Status run_same_size(std::span<Region* const> regions);
  std::vector<Face> faces_of(std::span<const Region> regions, std::size_t owner) const;
  std::vector<Region> looks_at(const image::YuvImage& photograph) const;  // Fine, then coarse.
  Result<std::vector<Face>> detect_portrait(const image::YuvImage& photograph);
  Result<std::vector<Face>> detect_photograph(const image::YuvImage& photograph);

  std::shared_ptr<tensor::NetworkMaker> networks_;
  DetectorOptions options_;
  WorkerPool* workers_;
};

}  // namespace proviso::detect
