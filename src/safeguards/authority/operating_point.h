#pragma once

// The figures that the path runs under: the threshold as the authority names it, the rest from the
// policy. Made by WrittenAuthority::operating_point(). Defaults are for the commands that run under
// no authority (enrolment, evaluation); they are not lawful figures.
//
// Threads: values.

namespace proviso::authority {

struct OperatingPoint {
  int face_width_px_min = 32;            // Smallest face that may be compared; box width.
  int enrolment_face_width_px_min = 40;  // Smallest face that may be enrolled.
  int threshold_millionths = 450'000;    // On the fused score.
  int shots_min = 3;                     // Shots that must agree before an alert.
  int embeddings_per_track_max = 5;
  int repeat_s = 60;  // Later tracks of the same entry update the open alert.
  friend bool operator==(const OperatingPoint&, const OperatingPoint&) = default;
};

}  // namespace proviso::authority
