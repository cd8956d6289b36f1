#pragma once

// CAMERA=SOURCE as typed: which camera, and where it is.
//
// Errors: kInvalidInput naming the argument. Threads: reentrant.

#include <string_view>
#include <vector>

#include "base/core/id.h"
#include "base/core/result.h"
#include "base/image/geometry.h"
#include "stages/video/address.h"

namespace proviso::commands {

struct CameraArgument {
  CameraId id;
  video::Address address;
};

Result<CameraArgument> parse_camera(std::string_view typed);

// "ID=x,y;x,y;x,y" in per-mille of the frame.
struct ZoneArgument {
  CameraId id;
  image::ZonePolygon zone;
};
Result<ZoneArgument> parse_zone(std::string_view typed);

image::ZonePolygon whole_frame();

}  // namespace proviso::commands
