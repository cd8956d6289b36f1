#pragma once

// Draws a scene frame by frame: a street that stands still, and people who walk towards the camera,
// far ones first. Only what changed since the last frame is drawn again.
//
//   out      the frame as BGR, and for each pass in view where its face is and how much is visible
//   camera   half a frame's motion blur, light and shadow on the walkers, seeded noise (renewed
//   each
//            frame where people are, still elsewhere)
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
  void restore();
  void expose(const Area& area, double gain, std::int64_t frame);
  Area clipped(const image::RectPx& rect) const;
  int visible_permille(const std::vector<Walker>& nearer_last, std::size_t index) const;

  const Scene& scene_;
  const std::vector<Person>& persons_;
  std::vector<Cutout> heads_;  // Of each pass, turned by its roll.
  image::BgrImage street_;
  image::BgrImage canvas_;
  std::vector<std::int8_t> noise_;
  std::vector<Area> dirty_;
  std::vector<Seen> seen_;
};

}  // namespace proviso::evaluation
