#pragma once

// Draws a scene frame by frame: a street that stands still, and people who walk towards the camera,
// far ones first. Only what changed since the last frame is drawn again.
//
//   out      the frame as BGR, and for each pass in view where its face is and how much is visible
//   camera   half a frame's motion blur, light and shadow on the heads, seeded noise: the same
//            everywhere, but renewed each frame only on heads, where it matters to what is measured
//   threads  thread-bound; errors: none. Frames are drawn in order from 0.
//   lifetime the scene and the people outlive the renderer

#include <cstdint>
#include <vector>

#include "app/evaluation/gallery.h"
#include "app/evaluation/ground_truth.h"
#include "app/evaluation/scene.h"
#include "base/image/pixels.h"

namespace proviso::evaluation {

struct Seen {
  std::size_t pass = 0;  // Index into the scene's passes.
  TruthBox box;
};

class Renderer {
 public:
  Renderer(const Scene& scene, const std::vector<Person>& persons);

  // The frame drawn; valid until the next call.
  const image::BgrImage& draw(std::int64_t frame);
  const std::vector<Seen>& seen() const { return seen_; }  // Of the last frame drawn.

 private:
  struct Walker;
  struct Area {
    int left = 0, top = 0, right = 0, bottom = 0;
  };
  Walker walker(std::size_t pass, double time_s) const;
  void draw_body(const Walker& walker);
  void draw_head(const Walker& walker);
  void draw_cover(const Walker& walker);
  void restore(const std::vector<Area>& areas);
  // The canvas with its noise becomes the picture, in `area`.
  void develop(const Area& area, std::uint64_t noise_seed);
  Area clipped(const image::RectPx& rect) const;
  int visible_permille(const std::vector<Walker>& nearer_last, std::size_t index) const;

  const Scene& scene_;
  const std::vector<Person>& persons_;
  std::vector<Cutout> heads_;  // Of each pass, turned by its roll.
  image::BgrImage street_;
  image::BgrImage canvas_;   // Street and people without noise.
  image::BgrImage picture_;  // The same with noise: what the camera gives.
  image::BgrImage lit_;      // The head in work, in its light.
  std::vector<std::int8_t> noise_;
  std::vector<Area> drawn_;  // Where the last frame differs from the street.
  std::vector<Seen> seen_;
};

}  // namespace proviso::evaluation
