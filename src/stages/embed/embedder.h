#pragma once

// The `embed` stage: a face becomes a template, of a type that says what may be done with it.
//
//   LivePermit        -> embed::Probe           in the guarded arena, wiped, no way to its bytes
//   EnrolmentPermit   -> watchlist::Reference   for a list
//   EvaluationPermit  -> embed::Sample          of consented or simulated pictures
//
//   shape    aligned crop 112x112 BGR (a similarity transform of the five points onto ArcFace's),
//            dimension() float32 of norm 1
//   errors   kNotAuthorised for a shot whose permit is another frame's; kOverLimit when the arena
//            is full; kUnavailable if the runner fails
//   threads  thread-bound; the shots of one call run side by side on the runner's lanes
//   method   SFace (Zhong et al., IEEE TIP 2021) or another ArcFace-like network (Deng et al.,
//            CVPR 2019). The network writes into the slot itself, where it is normalised.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "base/core/result.h"
#include "base/crypto/guarded_arena.h"
#include "base/image/geometry.h"
#include "base/image/pixels.h"
#include "base/tensor/network.h"
#include "safeguards/authority/permit.h"
#include "safeguards/watchlist/reference.h"
#include "stages/detect/face.h"
#include "stages/embed/probe.h"
#include "stages/video/frame.h"

namespace proviso::embed {

struct LiveShot {
  const authority::LivePermit& permit;
  const video::Frame& frame;
  const detect::Face& face;
};

struct Weighted {
  const Probe& probe;
  float weight;  // Above 0; of quality, never of similarity.
};

// A photograph to enrol: what aligned_crop() gives of its face.
struct EnrolmentShot {
  const authority::EnrolmentPermit& permit;
  const image::BgrImage& aligned;
};

struct WeightedReference {
  const watchlist::Reference& reference;
  float weight;
};

class Embedder {
 public:
  // The arena's slots hold at least the network's output (checked).
  // Errors: kInvalidInput unless the network takes 112x112 and gives one output of 2 to
  // watchlist::kDimensionMax floats.
  static Result<std::unique_ptr<Embedder>> create(std::shared_ptr<tensor::Network> network,
                                                  crypto::GuardedArena& arena);

  // One probe per shot, in their order.
  Result<std::vector<Probe>> embed(std::span<const LiveShot> shots);
  // The weighted mean, of norm 1 again, under the permit of the last. `shots` is not empty.
  Result<Probe> fuse(std::span<const Weighted> shots);

  // One reference per shot, in their order; cheaper each where the network takes several together.
  Result<std::vector<watchlist::Reference>> embed(std::span<const EnrolmentShot> shots);
  Result<watchlist::Reference> fuse(const authority::EnrolmentPermit& permit,
                                    std::span<const WeightedReference> references);

  Result<Sample> embed(const authority::EvaluationPermit& permit,
                       const image::YuvImage& picture,
                       const detect::Face& face);

  std::size_t dimension() const { return dimension_; }
  // Overwrites what the runner still holds of the last faces. Called when tracks have closed.
  void wipe();

 private:
  Embedder(std::shared_ptr<tensor::Network> network, crypto::GuardedArena& arena);
  struct Answer {
    std::vector<float> values;  // Of norm 1.
    double strength = 0;        // The norm before.
  };
  Result<Answer> embed_one(const image::YuvImage& picture, const detect::Face& face);
  // `crops`: of `count` faces, one behind another; made longer where the network takes more.
  Result<std::vector<Answer>> answers(std::vector<std::uint8_t> crops, std::size_t count);

  std::shared_ptr<tensor::Network> network_;
  crypto::GuardedArena& arena_;
  std::size_t dimension_;
};

// False where both eyes are at one point: such a face has no crop.
bool can_be_aligned(const detect::Face& face);

// The crop that the network sees, of a face that can be aligned: to embed several together, for the
// picture beside an alert and for tests.
image::BgrImage aligned_crop(const image::YuvImage& picture, const detect::Face& face);

}  // namespace proviso::embed
