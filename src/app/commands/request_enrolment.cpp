#include "app/commands/request_enrolment.h"

#include <algorithm>

#include "app/pipeline/quality_floor.h"
#include "base/core/concat.h"

namespace proviso::commands {
namespace {

quality::QualityOptions floor_of(const policy::Policy& policy) {
  quality::QualityOptions floor = pipeline::quality_floor(policy);
  floor.face_width_px_min = static_cast<float>(policy.operating_point.enrolment_face_width_px_min);
  return floor;
}

}  // namespace

Result<Engine> open_enrolment_engine(const std::string& models,
                                     const policy::Policy& policy,
                                     std::size_t lanes,
                                     std::size_t images_together) {
  authority::OperatingPoint point;
  point.face_width_px_min = policy.operating_point.enrolment_face_width_px_min;
  return open_engine(models, point, lanes, 1, images_together);
}

RequestEnrolment::RequestEnrolment(Engine& engine, const policy::Policy& policy)
    : enrolment_(*engine.detector, *engine.embedder, floor_of(policy), clock_) {}

Result<enrolment::Looked> RequestEnrolment::look(const vault::RequestFile& request) {
  std::vector<enrolment::Photograph> photographs;
  for (std::size_t n = 0; n < request.images.size(); ++n) {
    photographs.push_back({.name = request.names[n], .bytes = request.images[n]});
  }
  PROVISO_TRY(const auto id, EntryId::parse(request.entry.id));
  return enrolment_.look(id, request.entry.label, photographs);
}

Result<std::vector<enrolment::Enrolled>> RequestEnrolment::templates(
    std::vector<enrolment::Looked> requests) {
  PROVISO_TRY(auto all, enrolment_.templates(std::move(requests)));
  for (enrolment::Enrolled& enrolled : all) {
    const bool any_refused = std::ranges::any_of(
        enrolled.photographs, [](const auto& one) { return one.refusal.has_value(); });
    if (any_refused) enrolled.entry.reset();
  }
  return all;
}

Result<enrolment::Enrolled> enrol_request(Engine& engine,
                                          const policy::Policy& policy,
                                          const vault::RequestFile& request) {
  RequestEnrolment enrolment(engine, policy);
  std::vector<enrolment::Looked> one;
  PROVISO_TRY(auto looked, enrolment.look(request));
  one.push_back(std::move(looked));
  PROVISO_TRY(auto all, enrolment.templates(std::move(one)));
  return std::move(all.front());
}

vault::Known known_of(const watchlist::NewEntry& enrolled, const crypto::Digest& model_pack) {
  const auto values = enrolled.reference.values();
  return {.entry = enrolled.id.text(),
          .model_pack = model_pack,
          .values = {values.begin(), values.end()}};
}

Result<vault::Request> signed_request(VaultDesk& desk,
                                      vault::RequestFile request,
                                      const watchlist::NewEntry& enrolled,
                                      const crypto::Digest& model_pack) {
  if (!std::ranges::equal(
          request.entry.images, enrolled.photographs, {}, &watchlist::EntryImage::digest)) {
    return Error{ErrorCode::kInvalidInput,
                 concat("entry ",
                        in_quotes(request.entry.id),
                        ": its photographs changed while they were enrolled; ask again")};
  }
  note::Note note{.text = std::move(request.text), .signatures = {}};
  PROVISO_TRY_DONE(desk.sign(note));
  const auto thumbnail = std::as_bytes(std::span(enrolled.thumbnail_jpeg));
  return vault::Request{.note = note.to_text(),
                        .images = std::move(request.images),
                        .reference = enrolled.reference,
                        .model_pack = model_pack,
                        .thumbnail_jpeg = {thumbnail.begin(), thumbnail.end()}};
}

}  // namespace proviso::commands
