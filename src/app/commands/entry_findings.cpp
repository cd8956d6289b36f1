#include "app/commands/entry_findings.h"

#include <algorithm>
#include <numeric>

#include "adapters/jpeg/jpeg.h"
#include "app/commands/request_enrolment.h"
#include "app/enrolment/composite.h"
#include "app/enrolment/photograph.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/authority/desks.h"

namespace proviso::commands {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> photographs_of(const fs::path& folder) {
  std::error_code fault;
  std::vector<fs::path> files;
  for (const auto& file : fs::directory_iterator(folder, fault)) {
    if (enrolment::has_photograph_ending(file.path())) files.push_back(file.path());
  }
  if (fault) {
    return Error{ErrorCode::kNotFound,
                 concat("cohort: the folder ",
                        in_quotes(folder.native()),
                        " cannot be read: ",
                        fault.message(),
                        "; give --cohort a folder of photographs")};
  }
  if (files.size() > kCohortFilesMax) {
    return Error{ErrorCode::kOverLimit,
                 concat("cohort: ",
                        files.size(),
                        " photographs in ",
                        folder.native(),
                        ", needed at most ",
                        kCohortFilesMax,
                        "; take some out")};
  }
  std::ranges::sort(files);
  return files;
}

bool is_another(const vault::Known& face, const std::vector<vault::Known>& faces) {
  return std::ranges::none_of(faces, [&](const vault::Known& other) {
    return std::inner_product(face.values.begin(), face.values.end(), other.values.begin(), 0.0) >=
           enrolment::kOnePersonScoreMin;
  });
}

struct Crop {
  authority::EnrolmentPermit permit;
  image::BgrImage aligned;
};

// Whoever is in `faces` already is left out.
Status add_faces(Engine& engine, const std::vector<Crop>& crops, std::vector<vault::Known>& faces) {
  std::vector<embed::EnrolmentShot> shots;
  for (const Crop& crop : crops) {
    shots.push_back({.permit = crop.permit, .aligned = crop.aligned});
  }
  PROVISO_TRY(const auto references, engine.embedder->embed(shots));
  for (const watchlist::Reference& reference : references) {
    const auto values = reference.values();
    vault::Known known{.entry = concat("cohort.", faces.size() + 1),
                       .model_pack = engine.models.digest,
                       .values = {values.begin(), values.end()}};
    if (is_another(known, faces)) faces.push_back(std::move(known));
  }
  return Done{};
}

}  // namespace

Result<Cohort> load_cohort(Engine& engine, const policy::Policy& policy, const fs::path& folder) {
  PROVISO_TRY(const auto files, photographs_of(folder));
  const SystemClock clock;
  PROVISO_TRY(const auto id, EntryId::parse("cohort"));
  authority::EnrolmentDesk desk(id, clock);
  Cohort cohort;
  std::vector<std::byte> digests;
  std::vector<Crop> crops;
  for (const fs::path& file : files) {
    PROVISO_TRY(const auto bytes, read_file(file, jpeg::kBytesMax));
    const crypto::Digest digest = crypto::sha256(bytes);
    const auto of_file = std::as_bytes(std::span(digest.bytes));
    digests.insert(digests.end(), of_file.begin(), of_file.end());
    const auto pixels = enrolment::decode_planes(bytes);
    if (!pixels) {
      return Error{pixels.error().code,
                   concat("cohort: ", in_quotes(file.native()), ": ", pixels.error().message)};
    }
    PROVISO_TRY(const auto permit, desk.admit());
    PROVISO_TRY(const auto faces, engine.detector->detect(permit, pixels.value()));
    for (const detect::Face& face : faces) {
      const int width_px_min = policy.operating_point.enrolment_face_width_px_min;
      const bool is_large = face.box.width >= static_cast<float>(width_px_min);
      if (!is_large || !embed::can_be_aligned(face)) continue;
      crops.push_back({.permit = permit, .aligned = embed::aligned_crop(pixels.value(), face)});
      if (crops.size() < engine.models.embedder->images_together()) continue;
      PROVISO_TRY_DONE(add_faces(engine, crops, cohort.faces));
      crops.clear();
    }
  }
  PROVISO_TRY_DONE(add_faces(engine, crops, cohort.faces));
  if (cohort.faces.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 concat("cohort: no face in the photographs of ",
                        folder.native(),
                        "; give --cohort a folder of photographs (.jpg, .jpeg, .png) of people who "
                        "are on no list")};
  }
  cohort.digest = crypto::sha256(digests);
  return cohort;
}

std::vector<vault::Finding> findings_of_images(
    const std::vector<enrolment::PhotographReport>& photographs) {
  std::optional<double> most_mixed;
  std::optional<double> weakest;
  for (const auto& one : photographs) {
    if (one.composite_score) most_mixed = std::max(most_mixed.value_or(0), *one.composite_score);
    if (one.strength) weakest = std::min(weakest.value_or(*one.strength), *one.strength);
  }
  std::vector<vault::Finding> found;
  if (most_mixed && *most_mixed >= enrolment::kCompositeScoreMin) {
    found.push_back({.name = std::string(vault::kComposite), .score = *most_mixed});
  }
  if (weakest && *weakest < enrolment::kFaceStrengthMin) {
    found.push_back({.name = std::string(vault::kDoubtfulFace), .score = *weakest});
  }
  return found;
}

Result<std::vector<vault::Finding>> findings_of_stored(Engine& engine,
                                                       const policy::Policy& policy,
                                                       const vault::View& view) {
  vault::RequestFile again;
  again.entry = view.entry;
  again.images = view.images;
  for (std::size_t n = 0; n < view.images.size(); ++n) {
    again.names.push_back(concat("photograph ", n + 1));
  }
  PROVISO_TRY(const auto enrolled, enrol_request(engine, policy, again));
  return findings_of_images(enrolled.photographs);
}

std::string to_text(const std::vector<vault::Finding>& findings) {
  std::string text;
  for (const vault::Finding& one : findings) {
    text += concat(text.empty() ? "" : "; ", to_text(one));
  }
  return text;
}

}  // namespace proviso::commands
