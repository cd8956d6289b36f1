#include "app/commands/draft.h"

#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::commands {

Result<authority::Statement> draft(const DraftRequest& request, WallTime now) {
  PROVISO_TRY(const auto list, watchlist::SealedList::load(request.sealed_list));
  authority::Statement statement;
  statement.reference = request.reference;
  statement.not_before = std::chrono::floor<std::chrono::seconds>(now);
  statement.not_after = statement.not_before + request.duration;
  statement.watchlist = list->digest();
  statement.watchlist_entries_max = std::max<std::uint64_t>(1, list->entries().size());
  statement.model_pack = request.model_pack;
  for (const CameraArgument& camera : request.cameras) {
    statement.cameras.push_back({.id = camera.id,
                                 .kind = camera.address.is_live()
                                             ? authority::CameraKind::kLive
                                             : authority::CameraKind::kRecording,
                                 .address = camera.address.text,
                                 .zone = whole_frame()});
  }
  for (const ZoneArgument& zone : request.zones) {
    const auto same = [&](const auto& camera) { return camera.id == zone.id; };
    const auto found = std::find_if(statement.cameras.begin(), statement.cameras.end(), same);
    if (found == statement.cameras.end()) {
      return Error{ErrorCode::kInvalidInput,
                   concat("zone: no camera ", zone.id.text(), " given; name it with --camera too")};
    }
    found->zone = zone.zone;
  }
  // What was drafted must be what a run will read.
  return authority::Statement::parse(statement.to_json());
}

}  // namespace proviso::commands
