#include "app/site/deployment_log.h"

#include "safeguards/deployment/event.h"

namespace proviso::site {
namespace {

using deployment::Event;
using deployment::EventKind;

struct JournalEntry {
  std::string_view kind;
  Value::Object body;
};

std::string_view kind_of(EventKind kind) {
  switch (kind) {
    case EventKind::kOpened: return "deployment_opened";
    case EventKind::kSignAttested:
    case EventKind::kNoticeAttested:
    case EventKind::kPresenceAttested: return "attestation";
    case EventKind::kStarted: return "deployment_started";
    case EventKind::kSuspended:
    case EventKind::kHalted: return "run_suspended";
    case EventKind::kResumed: return "run_resumed";
    case EventKind::kOutcome: return "outcome_recorded";
    case EventKind::kStopped: return "deployment_stopped";
    case EventKind::kReviewed: return "review_signed";
    case EventKind::kRunStarted:
    case EventKind::kCounted:
    case EventKind::kRunEnded: return {};  // The run's own entries say more.
  }
  PROVISO_CHECK(false);
}

void add_particulars(const Event& event, const crypto::Digest& authority, Value::Object& body) {
  switch (event.kind) {
    case EventKind::kOpened:
    case EventKind::kStarted: body["authority"] = crypto::to_hex(authority); return;
    case EventKind::kPresenceAttested:
      body["valid_until"] = to_rfc3339(event.until);
      [[fallthrough]];
    case EventKind::kSignAttested:
    case EventKind::kNoticeAttested: body["attestation"] = to_text(event.kind); return;
    case EventKind::kSuspended: body["reason"] = "suspension"; return;
    case EventKind::kHalted: body["reason"] = event.reason; return;
    case EventKind::kOutcome:
      body["alert"] = event.alert;
      body["outcome"] = to_text(event.outcome);
      return;
    case EventKind::kStopped: body["reason"] = "decision"; return;
    case EventKind::kReviewed:
      if (event.document) body["review"] = crypto::to_hex(*event.document);
      return;
    default: return;
  }
}

// The officer's id: what stands behind the site's name in the key's.
std::string officer_of(const note::NoteSignature& signature) {
  const std::size_t slash = signature.name.find('/');
  return slash == std::string::npos ? signature.name : signature.name.substr(slash + 1);
}

}  // namespace

Result<DeploymentLog> DeploymentLog::open(const Site& site, audit::Journal& journal) {
  DeploymentLog log(journal);
  PROVISO_TRY(const auto entries, audit::Journal::read(site.log_folder()));
  for (const audit::Entry& entry : entries) {
    const auto found = entry.body.find("decision");
    if (found == entry.body.end() || found->second.string() == nullptr) continue;
    const auto digest = crypto::parse_digest(*found->second.string());
    if (digest) log.entered_.insert(digest.value());
  }
  return log;
}

Status DeploymentLog::enter(std::string_view record, const crypto::Digest& authority) {
  while (!record.empty()) {
    const std::size_t end = std::min(record.find('\n'), record.size());
    const std::string_view line = record.substr(0, end);
    record.remove_prefix(std::min(end + 1, record.size()));
    const crypto::Digest digest = crypto::sha256(line);
    if (entered_.contains(digest)) continue;
    PROVISO_TRY(const auto recorded, deployment::RecordedEvent::parse_line(line));
    const std::string_view kind = kind_of(recorded.event.kind);
    if (kind.empty()) continue;
    Value::Object body{{"deployment", recorded.event.deployment},
                       {"decision", crypto::to_hex(digest)}};
    if (recorded.signature) body["officer"] = officer_of(*recorded.signature);
    add_particulars(recorded.event, authority, body);
    PROVISO_TRY_DONE(journal_->append(kind, std::move(body)));
    entered_.insert(digest);
  }
  return Done{};
}

Status enter_record(const Site& site,
                    std::string_view record,
                    const crypto::Digest& authority,
                    const Clock& clock) {
  PROVISO_TRY(const auto journal, audit::Journal::open(site.log_folder(), clock));
  PROVISO_TRY(auto log, DeploymentLog::open(site, *journal));
  return log.enter(record, authority);
}

}  // namespace proviso::site
