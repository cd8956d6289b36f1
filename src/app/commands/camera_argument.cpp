#include "app/commands/camera_argument.h"

#include <charconv>

#include "base/core/concat.h"

namespace proviso::commands {
namespace {

constexpr int kPermilleMax = 1000;

Error refused(std::string_view typed, std::string_view needed) {
  return {ErrorCode::kInvalidInput, concat(in_quotes(typed), ": needed ", needed)};
}

bool take_permille(std::string_view text, int& into) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), into);
  return error == std::errc{} && end == text.data() + text.size() && into >= 0 &&
         into <= kPermilleMax;
}

}  // namespace

Result<CameraArgument> parse_camera(std::string_view typed) {
  const std::size_t equals = typed.find('=');
  if (equals == std::string_view::npos) return refused(typed, "CAMERA=SOURCE");
  PROVISO_TRY(auto id, CameraId::parse(typed.substr(0, equals)));
  PROVISO_TRY(auto address, video::Address::parse(typed.substr(equals + 1)));
  return CameraArgument{.id = std::move(id), .address = std::move(address)};
}

Result<ZoneArgument> parse_zone(std::string_view typed) {
  constexpr std::string_view kForm = "CAMERA=x,y;x,y;x,y with 3 to 64 corners of 0 to 1000";
  const std::size_t equals = typed.find('=');
  if (equals == std::string_view::npos) return refused(typed, kForm);
  PROVISO_TRY(auto id, CameraId::parse(typed.substr(0, equals)));
  ZoneArgument zone{.id = std::move(id), .zone = {}};
  std::string_view rest = typed.substr(equals + 1);
  while (!rest.empty()) {
    const std::size_t semicolon = rest.find(';');
    const std::string_view corner = rest.substr(0, semicolon);
    rest = semicolon == std::string_view::npos ? "" : rest.substr(semicolon + 1);
    const std::size_t comma = corner.find(',');
    image::ZonePolygon::Corner made;
    if (comma == std::string_view::npos ||
        !take_permille(corner.substr(0, comma), made.x_permille) ||
        !take_permille(corner.substr(comma + 1), made.y_permille) ||
        zone.zone.corners.size() == image::ZonePolygon::kCornersMax) {
      return refused(typed, kForm);
    }
    zone.zone.corners.push_back(made);
  }
  if (zone.zone.corners.size() < 3) return refused(typed, kForm);
  return zone;
}

image::ZonePolygon whole_frame() {
  return {.corners = {{0, 0}, {kPermilleMax, 0}, {kPermilleMax, kPermilleMax}, {0, kPermilleMax}}};
}

}  // namespace proviso::commands
