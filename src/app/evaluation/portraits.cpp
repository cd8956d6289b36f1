#include "app/evaluation/portraits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <span>
#include <string>

#include "adapters/jpeg/jpeg.h"
#include "app/evaluation/seeded.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::evaluation {
namespace {

constexpr image::SizePx kPortrait{480, 600};
constexpr double kTiltDegreesMax = 6;
constexpr int kDigits = 6;

struct Pose {
  double face_width_px = 0;
  double x_px = 0;  // Of the face's centre.
  double y_px = 0;
  double tilt_degrees = 0;
  double gain = 1;
};

std::uint8_t byte_of(double value) {
  return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0));
}

image::BgrImage tilted(const image::BgrImage& upright, const Pose& pose) {
  const auto angle = static_cast<float>(pose.tilt_degrees * std::numbers::pi / 180);
  const auto x = static_cast<float>(pose.x_px);
  const auto y = static_cast<float>(pose.y_px);
  const float a = std::cos(angle);
  const float b = std::sin(angle);
  image::BgrImage turned(upright.size);
  image::warp_into(image::to_yuv(upright),
                   {a, b, x - a * x + b * y, y - b * x - a * y},
                   upright.size,
                   turned.pixels);
  return turned;
}

image::BgrImage portrait_of(const Cutout& head, const Pose& pose, Seeded& seeded) {
  image::BgrImage canvas(kPortrait);
  const auto width = static_cast<float>(kPortrait.width);
  const auto height = static_cast<float>(kPortrait.height);
  const auto wall = byte_of(seeded.between(110, 210));
  const auto coat = byte_of(seeded.between(20, 120));
  image::fill(canvas, {0, 0, width, height}, {wall, wall, wall});
  const double scale = pose.face_width_px / head.face.width;
  const auto at = [&](double length) { return static_cast<float>(length * scale); };
  const float left = static_cast<float>(pose.x_px) - at(head.face.x + head.face.width / 2);
  const float top = static_cast<float>(pose.y_px) - at(head.face.y + head.face.height / 2);
  const float chin = static_cast<float>(pose.y_px) + at(head.face.height * 0.6);
  image::fill(canvas, {width * 0.15F, chin, width * 0.7F, height - chin}, {coat, coat, coat});
  image::blend_scaled(canvas,
                      head.picture,
                      head.alpha,
                      {left, top, at(head.picture.size.width), at(head.picture.size.height)});
  image::BgrImage portrait = tilted(canvas, pose);
  constexpr double kNoise = 4;
  for (std::uint8_t& sample : portrait.pixels) {
    sample = byte_of(sample * pose.gain + seeded.between(-kNoise, kNoise));
  }
  return portrait;
}

struct Face {
  const Person* person;
  const Cutout* head;
};

std::vector<Face> large_faces(const std::vector<Person>& persons) {
  std::vector<Face> faces;
  for (const Person& person : persons) {
    if (!person.listable) continue;
    for (const Cutout& head : person.shown) {
      if (head.face.width > kPortraitFacePxMin) faces.push_back({&person, &head});
    }
  }
  return faces;
}

std::string name_of(std::size_t number) {
  const std::string digits = std::to_string(number);
  return concat(std::string(kDigits - digits.size(), '0'), digits, ".jpg");
}

Status check(const PortraitRequest& request, const std::vector<Face>& faces) {
  if (request.count == 0 || request.count > kPortraitsMax) {
    return Error{
        ErrorCode::kInvalidInput,
        concat(
            "portraits: 1 to ", kPortraitsMax, " can be made, found ", request.count, " wanted")};
  }
  if (!faces.empty()) return Done{};
  return Error{ErrorCode::kNotFound,
               concat("portraits: nobody of the gallery has a face of ",
                      static_cast<int>(kPortraitFacePxMin),
                      " px; run ./dev setup or name another folder")};
}

}  // namespace

Status make_portraits(const PortraitRequest& request,
                      const std::vector<Person>& persons,
                      const std::function<void(std::size_t done)>& progress) {
  const std::vector<Face> faces = large_faces(persons);
  PROVISO_TRY_DONE(check(request, faces));
  std::error_code fault;
  std::filesystem::create_directories(request.folder, fault);
  if (fault) {
    return Error{ErrorCode::kUnavailable,
                 concat("portraits: cannot make the folder ",
                        in_quotes(request.folder.string()),
                        ": ",
                        fault.message(),
                        "; name another folder")};
  }
  Seeded seeded{static_cast<std::uint64_t>(request.seed)};
  std::string index = "file,person\n";
  for (std::size_t number = 1; number <= request.count; ++number) {
    const Face& face = faces[seeded.below(faces.size())];
    const Pose pose{.face_width_px = seeded.between(kPortraitFacePxMin, face.head->face.width),
                    .x_px = kPortrait.width * seeded.between(0.45, 0.55),
                    .y_px = kPortrait.height * seeded.between(0.35, 0.45),
                    .tilt_degrees = seeded.between(-kTiltDegreesMax, kTiltDegreesMax),
                    .gain = seeded.between(0.85, 1.15)};
    const auto quality = static_cast<int>(seeded.between(85, 96));
    PROVISO_TRY(const auto bytes, jpeg::encode(portrait_of(*face.head, pose, seeded), quality));
    const std::string name = name_of(number);
    PROVISO_TRY_DONE(write_file_durably(request.folder / name, std::as_bytes(std::span(bytes))));
    index += concat(name, ',', face.person->id, '\n');
    progress(number);
  }
  return write_file_durably(request.folder / "persons.csv", index);
}

}  // namespace proviso::evaluation
