#include "app/site/standing.h"

#include <algorithm>
#include <vector>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/deployment/record_file.h"
#include "safeguards/note/signed_note.h"

namespace proviso::site {
namespace {

namespace fs = std::filesystem;
using authority::Refusal;

constexpr std::string_view kRecordEnding = ".jsonl";

bool is_over(deployment::Phase phase) {
  return phase == deployment::Phase::kStopped || phase == deployment::Phase::kReviewed;
}

std::vector<std::string> references_with_records(const Site& site) {
  std::vector<std::string> references;
  std::error_code why;
  fs::directory_iterator entries(site.folder() / "deployments", why);
  for (const fs::directory_iterator end; !why && entries != end; entries.increment(why)) {
    if (entries->path().extension() == kRecordEnding) {
      references.push_back(entries->path().stem().string());
    }
  }
  std::ranges::sort(references);
  return references;
}

// Empty where the authority is gone.
Result<std::optional<SignedStatement>> find_statement(const Site& site,
                                                      const std::string& reference) {
  PROVISO_TRY(const auto file, site.authority_file(reference));
  const auto note = read_authority(file);
  if (!note && note.error().code == ErrorCode::kNotFound) return std::optional<SignedStatement>();
  if (!note) return note.error();
  PROVISO_TRY(auto said, statement_of(note.value()));
  return std::optional(std::move(said));
}

Result<deployment::Phase> phase_of(const Site& site,
                                   const SignedStatement& said,
                                   const policy::Policy& policy,
                                   const officers::Register& officers) {
  PROVISO_TRY(const auto record_file, site.deployment_file(said.statement.reference));
  PROVISO_TRY(const auto record, deployment::read_record(record_file));
  PROVISO_TRY(const auto deployment,
              deployment::Deployment::rebuild(record,
                                              {.statement = said.statement,
                                               .authority = said.digest,
                                               .policy = policy,
                                               .officers = officers}));
  return deployment.phase();
}

// Whether the deployment of that reference stands in the way of one at `place`.
Result<bool> is_unreviewed_at(const Site& site,
                              const std::string& reference,
                              const policy::PlacePolygon& place,
                              const policy::Policy& policy,
                              const officers::Register& officers) {
  PROVISO_TRY(const auto said, find_statement(site, reference));
  if (!said) return true;
  if (!policy::touch(said->statement.place, place)) return false;
  PROVISO_TRY(const auto phase, phase_of(site, *said, policy, officers));
  return phase != deployment::Phase::kNotOpened && phase != deployment::Phase::kReviewed;
}

}  // namespace

Result<std::shared_ptr<const policy::Policy>> read_policy(const Site& site) {
  auto text = read_text_file(site.policy_file(), policy::Policy::kBytesMax);
  if (!text && text.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 concat("site: ",
                        in_quotes(site.policy_file().native()),
                        " is needed and is not there; adopt a policy first: `proviso policy "
                        "adopt policies/uk.toml`")};
  }
  if (!text) return text.error();
  PROVISO_TRY(auto policy, policy::Policy::parse(text.value()));
  return std::shared_ptr<const policy::Policy>(
      std::make_shared<const policy::Policy>(std::move(policy)));
}

Result<std::string> read_authority(const fs::path& file) {
  auto bytes = read_text_file(file, authority::WrittenAuthority::kNoteBytesMax);
  if (!bytes && bytes.error().code == ErrorCode::kNotFound) {
    return Error{ErrorCode::kNotFound,
                 concat("authority: ",
                        in_quotes(file.native()),
                        " is not there, a written authority is needed; draft one with `proviso "
                        "authority draft` and have it signed")};
  }
  return bytes;
}

Result<SignedStatement> statement_of(std::string_view note_bytes) {
  PROVISO_TRY(const auto note, note::Note::parse(note_bytes));
  PROVISO_TRY(auto statement, authority::Statement::parse_body(note.text));
  return SignedStatement{.statement = std::move(statement), .digest = crypto::sha256(note.text)};
}

Hindrances hindrances_of(const deployment::Deployment& deployment) {
  Hindrances found;
  if (is_over(deployment.phase())) {
    found.over = Refusal{
        .rule = "deployment-stopped",
        .found = concat("the deployment was stopped at ", to_rfc3339(deployment.stopped_at())),
        .needed = "it must be under way",
        .next = "have its review signed, and draft a new authority"};
    return found;
  }
  if (const auto* suspension = deployment.suspended(); suspension != nullptr) {
    found.suspended = Refusal{
        .rule = suspension->rule,
        .found = concat("suspended since ", to_rfc3339(suspension->at), ": ", suspension->reason),
        .needed = "a signed decision must resume it",
        .next = "`proviso deployment resume`"};
  } else if (deployment.phase() != deployment::Phase::kStarted) {
    found.suspended = Refusal{.rule = "deployment-not-started",
                              .found = concat("the deployment is ", to_text(deployment.phase())),
                              .needed = "it must be opened, attested and started",
                              .next = "`proviso deployment status` says what is missing"};
  }
  return found;
}

Result<std::string> other_with_list(const Site& site,
                                    const authority::Statement& statement,
                                    const policy::Policy& policy,
                                    const officers::Register& officers) {
  for (const std::string& reference : references_with_records(site)) {
    if (reference == statement.reference) continue;
    PROVISO_TRY(const auto said, find_statement(site, reference));
    if (!said || said->statement.watchlist != statement.watchlist) continue;
    PROVISO_TRY(const auto phase, phase_of(site, *said, policy, officers));
    if (phase != deployment::Phase::kNotOpened && !is_over(phase)) return reference;
  }
  return std::string{};
}

Result<std::string> unreviewed_at(const Site& site,
                                  const authority::Statement& statement,
                                  const policy::Policy& policy,
                                  const officers::Register& officers) {
  for (const std::string& reference : references_with_records(site)) {
    if (reference == statement.reference) continue;
    PROVISO_TRY(const bool is,
                is_unreviewed_at(site, reference, statement.place, policy, officers));
    if (is) return reference;
  }
  return std::string{};
}

}  // namespace proviso::site
