#include "app/evaluation/gallery.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <variant>

#include "adapters/ffmpeg/source.h"
#include "adapters/jpeg/jpeg.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/image/canvas.h"
#include "base/image/resample.h"

namespace proviso::evaluation {
namespace {

constexpr float kCutWidth = 1.8F;  // In face widths; hair and ears, not the neighbours.
constexpr float kCutHeight = 1.75F;
constexpr float kCutAbove = 0.42F;  // Of the face's height, above its box.
constexpr double kSoftFrom = 0.80;  // Of the ellipse's radius.
constexpr double kOpaque = 255;
constexpr image::BgrColour kGrey{128, 128, 128};
constexpr std::array kCarphoneShownFrames = {20, 45, 105};
constexpr int kCarphoneEnrolledFrame = 75;

constexpr std::array<std::string_view, 7> kGroups = {"sample1.jpg",
                                                     "sample2.jpg",
                                                     "sample3.jpg",
                                                     "sample4.jpg",
                                                     "sample5.jpg",
                                                     "sample6.jpg",
                                                     "t1.jpg"};

bool is_inside(const image::RectPx& rect, image::SizePx size, float x, float y) {
  const float image_x = rect.x + x * rect.width;
  const float image_y = rect.y + y * rect.height;
  return image_x >= 1 && image_y >= 1 && image_x <= static_cast<float>(size.width - 1) &&
         image_y <= static_cast<float>(size.height - 1);
}

std::vector<std::uint8_t> matte(image::SizePx size,
                                const image::RectPx& from,
                                image::SizePx photograph) {
  std::vector<std::uint8_t> alpha;
  alpha.reserve(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height));
  for (int row = 0; row < size.height; ++row) {
    for (int column = 0; column < size.width; ++column) {
      const float x = (static_cast<float>(column) + 0.5F) / static_cast<float>(size.width);
      const float y = (static_cast<float>(row) + 0.5F) / static_cast<float>(size.height);
      const double radius = std::hypot(2.0 * x - 1.0, 2.0 * y - 1.0);
      const double cover = std::clamp((1.0 - radius) / (1.0 - kSoftFrom), 0.0, 1.0);
      alpha.push_back(is_inside(from, photograph, x, y) ? static_cast<std::uint8_t>(cover * kOpaque)
                                                        : std::uint8_t{0});
    }
  }
  return alpha;
}

image::BgrImage on_grey(const Cutout& cutout) {
  const auto size = cutout.picture.size;
  image::BgrImage canvas({size.width * 2, size.height * 2});
  image::fill(canvas,
              {0, 0, static_cast<float>(size.width * 2), static_cast<float>(size.height * 2)},
              kGrey);
  image::blend_scaled(canvas,
                      cutout.picture,
                      cutout.alpha,
                      {static_cast<float>(size.width) / 2,
                       static_cast<float>(size.height) / 2,
                       static_cast<float>(size.width),
                       static_cast<float>(size.height)});
  return canvas;
}

struct Found {
  image::YuvImage photograph;
  std::vector<image::RectPx> faces;  // From left to right.
};

class Loader {
 public:
  Loader(std::filesystem::path folder, detect::Detector& detector, authority::EvaluationDesk& desk)
      : folder_(std::move(folder)), detector_(detector), desk_(desk) {}

  bool has(const std::string& name) const { return std::filesystem::exists(folder_ / name); }

  Result<image::BgrImage> decode(const std::string& name) const {
    PROVISO_TRY(const auto bytes, read_file(folder_ / name, jpeg::kBytesMax));
    return jpeg::decode(bytes);
  }

  Result<Found> find(const image::YuvImage& photograph) {
    PROVISO_TRY(const auto permit, desk_.admit());
    PROVISO_TRY(const auto faces, detector_.detect(permit, photograph));
    Found found{.photograph = photograph, .faces = {}};
    for (const auto& face : faces) {
      if (face.box.width >= kShownFaceWidthPxMin) found.faces.push_back(face.box);
    }
    std::sort(found.faces.begin(), found.faces.end(), [](const auto& a, const auto& b) {
      return a.x < b.x;
    });
    return found;
  }

  // One person in several photographs, the first of which is enrolled.
  Status add_portraits(const std::string& id, std::span<const std::string> names) {
    Person person{.id = id, .shown = {}, .enrolled = {}, .same_image = false};
    for (const auto& name : names) {
      if (!has(name)) continue;
      PROVISO_TRY(const auto photograph, decode(name));
      PROVISO_TRY(const auto found, find(image::to_yuv(photograph)));
      if (found.faces.size() != 1) continue;
      if (person.enrolled.pixels.empty()) person.enrolled = photograph;
      person.shown.push_back(cut_out(found.photograph, found.faces[0]));
    }
    keep(std::move(person));
    return Done{};
  }

  Status add_bystanders() {
    int number = 0;
    for (const std::string_view group : kGroups) {
      const std::string name(group);
      if (!has(name)) continue;
      PROVISO_TRY(const auto photograph, decode(name));
      PROVISO_TRY(const auto found, find(image::to_yuv(photograph)));
      for (const auto& face : found.faces) {
        ++number;
        Person person{.id = concat(number < 10 ? "b0" : "b", number),
                      .shown = {cut_out(found.photograph, face)},
                      .enrolled = {},
                      .same_image = true};
        person.enrolled = on_grey(person.shown[0]);
        persons_.push_back(std::move(person));
      }
    }
    return Done{};
  }

  Status add_clip(const std::string& id, const std::string& name) {
    if (!has(name)) return Done{};
    PROVISO_TRY(const auto address, video::Address::parse((folder_ / name).string()));
    PROVISO_TRY(const auto camera, CameraId::parse("gallery"));
    const SystemClock clock;
    PROVISO_TRY(auto source, ffmpeg::open(address, {.camera = camera}, clock));
    Person person{.id = id, .shown = {}, .enrolled = {}, .same_image = false};
    std::vector<Cutout> shown;
    for (int number = 0; number <= kCarphoneShownFrames.back(); ++number) {
      PROVISO_TRY(auto next, source->next());
      auto* frame = std::get_if<video::Frame>(&next);
      if (frame == nullptr) break;
      const bool is_enrolled = number == kCarphoneEnrolledFrame;
      if (!is_enrolled &&
          std::find(kCarphoneShownFrames.begin(), kCarphoneShownFrames.end(), number) ==
              kCarphoneShownFrames.end()) {
        continue;
      }
      PROVISO_TRY(const auto found, find(frame->pixels));
      if (found.faces.size() != 1) continue;
      if (is_enrolled) {
        const auto size = frame->pixels.size;
        person.enrolled = image::crop_scaled(
            frame->pixels,
            {0, 0, static_cast<float>(size.width), static_cast<float>(size.height)},
            size);
      } else {
        shown.push_back(cut_out(found.photograph, found.faces[0]));
      }
    }
    if (person.enrolled.pixels.empty() || shown.empty()) return Done{};
    person.shown = std::move(shown);
    persons_.push_back(std::move(person));
    return Done{};
  }

  std::vector<Person> take() { return std::move(persons_); }

 private:
  void keep(Person person) {
    if (person.shown.empty()) return;
    person.same_image = person.shown.size() == 1;
    if (!person.same_image) person.shown.erase(person.shown.begin());
    persons_.push_back(std::move(person));
  }

  std::filesystem::path folder_;
  detect::Detector& detector_;
  authority::EvaluationDesk& desk_;
  std::vector<Person> persons_;
};

}  // namespace

Cutout cut_out(const image::YuvImage& photograph, const image::RectPx& face) {
  const image::RectPx from{face.x - face.width * (kCutWidth - 1) / 2,
                           face.y - face.height * kCutAbove,
                           face.width * kCutWidth,
                           face.height * kCutHeight};
  const float scale = std::min(1.0F, kFaceWidthKeptPxMax / face.width);
  const image::SizePx size{static_cast<int>(std::lround(from.width * scale)),
                           static_cast<int>(std::lround(from.height * scale))};
  Cutout cutout;
  cutout.picture = image::crop_scaled(photograph, from, size);
  cutout.alpha = matte(size, from, photograph.size);
  cutout.face = {(face.x - from.x) * scale,
                 (face.y - from.y) * scale,
                 face.width * scale,
                 face.height * scale};
  return cutout;
}

Result<std::vector<Person>> load_gallery(const std::filesystem::path& folder,
                                         detect::Detector& detector,
                                         authority::EvaluationDesk& desk) {
  Loader loader{folder, detector, desk};
  const std::array<std::string, 3> obama = {"obama.jpg", "obama2.jpg", "obama3.jpg"};
  const std::array<std::string, 1> biden = {"biden.jpg"};
  PROVISO_TRY_DONE(loader.add_portraits("obama", obama));
  PROVISO_TRY_DONE(loader.add_clip("carphone", "carphone_pristine.mp4"));
  PROVISO_TRY_DONE(loader.add_portraits("biden", biden));
  PROVISO_TRY_DONE(loader.add_bystanders());
  auto persons = loader.take();
  if (persons.empty()) {
    return Error{ErrorCode::kNotFound,
                 concat("simulate: needs photographs with faces of at least ",
                        static_cast<int>(kShownFaceWidthPxMin),
                        " px in ",
                        in_quotes(folder.string()),
                        "; found none; run ./dev setup or name another ",
                        "folder")};
  }
  return persons;
}

}  // namespace proviso::evaluation
