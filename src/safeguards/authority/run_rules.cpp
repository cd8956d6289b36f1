#include "safeguards/authority/run_rules.h"

#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/authority/gate.h"

namespace proviso::authority {
namespace {

constexpr std::string_view kClockSet = "clock";
constexpr std::string_view kClockStill = "clock-still";

std::string_view name_of(CameraKind kind) {
  return kind == CameraKind::kLive ? "live" : "recording";
}

std::optional<Refusal> check_models(const Statement& statement, const RunRequest& request) {
  if (request.model_pack != statement.model_pack) {
    return Refusal{.rule = "model-pack",
                   .found = concat("the model pack is ", crypto::to_hex(request.model_pack)),
                   .needed = concat("the authority names ", crypto::to_hex(statement.model_pack)),
                   .next = "use that pack, or draft a new authority"};
  }
  if (request.precision != statement.precision) {
    return Refusal{.rule = "precision",
                   .found = concat("the networks run in ", in_quotes(request.precision)),
                   .needed = concat("the authority names ", in_quotes(statement.precision)),
                   .next = "use a pack of that precision, or draft a new authority"};
  }
  if (request.watchlist.model_pack() != request.model_pack) {
    return Refusal{.rule = "list-model-pack",
                   .found = concat("the watchlist was made by the model pack ",
                                   crypto::to_hex(request.watchlist.model_pack())),
                   .needed = concat("this run uses ", crypto::to_hex(request.model_pack)),
                   .next = "enrol and seal the list with this pack"};
  }
  return std::nullopt;
}

// Who is on it: only people whom two have signed for, where the policy asks for it, and of the
// categories that the use case may look for. What is erased has no category any more.
std::optional<Refusal> check_categories(const WrittenAuthority& authority,
                                        const watchlist::SealedList& list) {
  const policy::Policy& policy = authority.policy();
  if (!list.is_of_vault()) {
    if (!policy.watchlist.vault_needed) return std::nullopt;
    return Refusal{.rule = "list-vault",
                   .found = "the watchlist comes from no vault: nobody signed for its entries",
                   .needed = "the policy asks for one that a vault has sealed",
                   .next = "seal it with `proviso vault seal`, and draft a new authority"};
  }
  const policy::UseCase* use_case = policy.find_use_case(authority.statement().use_case.name);
  for (const watchlist::SealedEntry& entry : list.entries()) {
    if (entry.is_erased) continue;
    if (use_case != nullptr && std::ranges::count(use_case->categories, entry.category) > 0) {
      continue;
    }
    return Refusal{
        .rule = "list-category",
        .found =
            concat("entry ", entry.id.text(), " is of the category ", in_quotes(entry.category)),
        .needed = concat("one that the policy has for the use case ",
                         in_quotes(authority.statement().use_case.name)),
        .next = "seal a list for it: `proviso vault seal --use-case NAME`"};
  }
  return std::nullopt;
}

std::optional<Refusal> check_list(const WrittenAuthority& authority,
                                  const watchlist::SealedList& list,
                                  WallTime now) {
  const Statement& statement = authority.statement();
  if (list.digest() != statement.watchlist) {
    return Refusal{.rule = "list",
                   .found = concat("the watchlist's sha256 is ", crypto::to_hex(list.digest())),
                   .needed = concat("the authority names ", crypto::to_hex(statement.watchlist)),
                   .next = "load the list that was sealed for it, or draft a new authority"};
  }
  if (list.entries().size() > statement.watchlist_entries_max) {
    return Refusal{.rule = "list-size",
                   .found = concat("the watchlist has ", list.entries().size(), " entries"),
                   .needed = concat("the authority allows ", statement.watchlist_entries_max),
                   .next = "seal a smaller list"};
  }
  if (auto refusal = check_categories(authority, list)) return refusal;
  const std::chrono::hours age_max(authority.policy().watchlist.age_h_max);
  if (now - list.sealed_at() > age_max || list.sealed_at() > now) {
    return Refusal{.rule = "list-age",
                   .found = concat("the watchlist was sealed at ",
                                   to_rfc3339(list.sealed_at()),
                                   ", now it is ",
                                   to_rfc3339(now)),
                   .needed = concat("at most ", age_max.count(), " h before are allowed"),
                   .next = "seal it anew, and draft a new authority"};
  }
  return std::nullopt;
}

Refusal not_named(std::string_view rule, std::string found, std::string needed) {
  return {.rule = std::string(rule),
          .found = std::move(found),
          .needed = std::move(needed),
          .next = "use what it names, or draft a new authority"};
}

std::optional<Refusal> check_camera(const Statement& statement, const RunRequest::Camera& camera) {
  const std::string name = concat("camera ", camera.id.text());
  const AuthorisedCamera* named = statement.find_camera(camera.id);
  if (named == nullptr) {
    return not_named("camera", name + " is not named in it", "only those that it names may run");
  }
  if (named->kind != camera.kind) {
    return not_named("camera",
                     concat(name, " is a ", name_of(camera.kind), " source"),
                     concat("the authority names a ", name_of(named->kind), " one"));
  }
  if (named->address != camera.address) {
    return not_named("camera",
                     concat("the address of ", name, " is ", in_quotes(camera.address)),
                     concat("the authority names ", in_quotes(named->address)));
  }
  return std::nullopt;
}

std::optional<Refusal> check_cameras(const Statement& statement, const RunRequest& request) {
  const auto& cameras = request.cameras;
  if (cameras.empty()) {
    return Refusal{.rule = "camera",
                   .found = "no camera given",
                   .needed = "at least one is needed",
                   .next = "name it as CAMERA=SOURCE"};
  }
  for (const RunRequest::Camera& camera : cameras) {
    if (auto refusal = check_camera(statement, camera)) return refusal;
    const auto same = [&](const RunRequest::Camera& other) { return other.id == camera.id; };
    if (std::count_if(cameras.begin(), cameras.end(), same) > 1) {
      return Refusal{.rule = "camera",
                     .found = concat("camera ", camera.id.text(), " is given twice"),
                     .needed = "once is needed",
                     .next = "give each camera one source"};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Refusal> why_not_started(const WrittenAuthority& authority,
                                       const RunRequest& request,
                                       WallTime now) {
  const Statement& statement = authority.statement();
  if (now < statement.not_before || now >= statement.not_after) {
    return refused_window(statement, now);
  }
  if (auto refusal = check_models(statement, request)) return refusal;
  if (auto refusal = check_list(authority, request.watchlist, now)) return refusal;
  return check_cameras(statement, request);
}

Refusal refused_window(const Statement& statement, WallTime now) {
  const std::string now_text = concat("now it is ", to_rfc3339(now));
  if (now < statement.not_before) {
    return {.rule = "window",
            .found = concat("not valid before ", to_rfc3339(statement.not_before)),
            .needed = now_text,
            .next = "start at that time; if it has come, check the time service"};
  }
  return {.rule = "window",
          .found = concat("ended at ", to_rfc3339(statement.not_after)),
          .needed = now_text,
          .next = "a new authority is needed"};
}

Refusal refused_clock(std::chrono::seconds step_max) {
  return {.rule = std::string(kClockSet),
          .found = concat("the clock was set by more than ", step_max.count(), " s during the run"),
          .needed = "it must be left alone",
          .next = "check the time service, then start again"};
}

Refusal refused_clock_still(std::chrono::milliseconds still_max) {
  return {.rule = std::string(kClockStill),
          .found = concat("the clock read the same for ", still_max.count(), " ms during the run"),
          .needed = "it must go on",
          .next = "check the time service, then start again"};
}

bool halts_deployment(std::string_view rule) {
  return rule == kClockSet || rule == kClockStill;
}

Refusal refused_countersignature(const WrittenAuthority& authority, WallTime now) {
  PROVISO_CHECK(authority.countersign_deadline().has_value());
  return {.rule = "countersignature",
          .found = concat("nobody has countersigned by ",
                          to_rfc3339(*authority.countersign_deadline()),
                          ", now it is ",
                          to_rfc3339(now)),
          .needed = "an urgent authority must be",
          .next = "draft an ordinary one"};
}

Refusal refused_policy(const Statement& statement, const crypto::Digest& found) {
  return {.rule = "policy",
          .found = concat("the site's policy is ", crypto::to_hex(found)),
          .needed = concat("the authority names ", crypto::to_hex(statement.policy_digest)),
          .next = "put that policy back, or draft a new authority under this one"};
}

Refusal refused_presence(WallTime until, WallTime now) {
  return {.rule = "presence",
          .found = until == WallTime()
                       ? std::string("nobody has attested that officers are present")
                       : concat("presence was attested until ",
                                to_rfc3339(until),
                                ", now it is ",
                                to_rfc3339(now)),
          .needed = "cameras may watch only while officers are there",
          .next = "attest it with `proviso deployment attest`"};
}

Refusal refused_stale(std::chrono::seconds age_max) {
  return {.rule = "circumstances",
          .found = "revocations, policy and presence have not been read of late",
          .needed = concat("at most ", age_max.count(), " s ago is allowed"),
          .next = "check the site's folder and its disk"};
}

Refusal refused_camera(const CameraId& camera) {
  return {.rule = "camera",
          .found = concat("camera ", camera.text(), " is not of this run"),
          .needed = "its cameras were checked when it began",
          .next = "give it at the start"};
}

}  // namespace proviso::authority
