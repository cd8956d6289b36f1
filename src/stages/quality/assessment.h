#pragma once

// The product of the `quality` stage: is this face worth comparing? Component values are kept and
// named after ISO/IEC 29794-5; each is measured, none is a probability.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace proviso::quality {

// Why a face is not compared. Order: the first that holds is the reason counted.
enum class Reason : std::uint8_t {
  kUsable,
  kTooSmall,    // Below the smallest face that may be compared.
  kTurnedAway,  // Pose from the five points.
  kBlurred,     // Sharpness, normalised for size.
  kTooDark,     // Exposure.
  kTooBright,
  kCutOff,  // The box leaves the frame.
};
inline constexpr std::size_t kReasonCount = 7;

std::string_view to_string(Reason reason);  // "too small", "turned away", ...

struct Assessment {
  Reason reason = Reason::kUsable;
  float unified_score = 0;  // [0, 1], for choosing the best shot; never from similarity.
  float face_width_px = 0;
  float inter_eye_distance_px = 0;  // 29794-5 7.4.5.
  float sharpness = 0;
  float yaw_degrees = 0;  // Approximate, from the five points; positive to image right.
  float pitch_degrees = 0;
  float roll_degrees = 0;
  float luminance_mean = 0;  // [0, 255] inside the face.
  float dynamic_range = 0;   // Entropy in bits, [0, 8].
  bool usable() const { return reason == Reason::kUsable; }
};

}  // namespace proviso::quality
