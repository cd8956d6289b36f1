#include "safeguards/deployment/report.h"

#include "base/core/concat.h"

namespace proviso::deployment {
namespace {

std::string row(std::string_view name, const std::string& value) {
  return concat("| ", name, " | ", value, " |\n");
}

std::string outcome_rows(const Deployment& deployment) {
  std::string rows;
  std::size_t judged = 0;
  for (const Outcome outcome : {Outcome::kTrueConfirmed,
                                Outcome::kTrueUnconfirmed,
                                Outcome::kFalseConfirmed,
                                Outcome::kFalseUnconfirmed}) {
    judged += deployment.outcomes(outcome);
    rows += row(to_text(outcome), std::to_string(deployment.outcomes(outcome)));
  }
  const auto alerts = static_cast<std::size_t>(deployment.alerts());
  rows += row("alerts without an outcome", std::to_string(alerts > judged ? alerts - judged : 0));
  return rows;
}

std::string suspension_lines(const Deployment& deployment) {
  if (deployment.suspensions().empty()) return "None.\n";
  std::string lines;
  for (const Suspension& one : deployment.suspensions()) {
    lines += concat("- ",
                    to_rfc3339(one.at),
                    " by ",
                    one.by.empty() ? "the system" : one.by,
                    " (",
                    one.rule,
                    "): ",
                    one.reason,
                    one.resumed_at
                        ? concat("; resumed ", to_rfc3339(*one.resumed_at), " by ", one.resumed_by)
                        : "; not resumed",
                    "\n");
  }
  return lines;
}

}  // namespace

std::string cancellation_report(const Deployment& deployment,
                                const Terms& terms,
                                std::string_view stop_reason) {
  const authority::Statement& statement = terms.statement;
  const FalseAlertRate rate = deployment.false_alert_rate(terms.policy, deployment.faces_seen());
  std::string text = concat("# Cancellation report: ", statement.reference, "\n\n");
  text += "| | |\n|---|---|\n";
  text += row("use case", statement.use_case.name);
  text += row("place", statement.place_name);
  text += row("authority (SHA-256 of its text)", crypto::to_hex(terms.authority));
  text += row("policy (SHA-256)", crypto::to_hex(statement.policy_digest));
  text += row("window",
              concat(to_rfc3339(statement.not_before), " to ", to_rfc3339(statement.not_after)));
  text += row("stopped", concat(to_rfc3339(deployment.stopped_at()), ": ", stop_reason));
  text += row("runs", std::to_string(deployment.runs()));
  text += row("watchlist entries at most", std::to_string(statement.watchlist_entries_max));
  text += row("threshold (millionths)", std::to_string(statement.threshold_millionths));
  text += row("faces seen", std::to_string(deployment.faces_seen()));
  text += row("alerts", std::to_string(deployment.alerts()));
  text += outcome_rows(deployment);
  text += row("false-alert rate since the start or the last resumption", rate.to_text());
  text += concat("\n## Suspensions\n\n", suspension_lines(deployment));
  text +=
      "\n## To be answered before the review is signed\n\n"
      "1. Was the aim met? Which engagements and arrests followed?\n"
      "2. Was the deployment still necessary and proportionate until its end?\n"
      "3. What became of each false alert, and of the person it concerned?\n"
      "4. Complaints, objections, people who avoided the zone, effects on assembly and "
      "expression:\n"
      "5. When was the watchlist destroyed, and by whom?\n"
      "6. What is to be done differently next time?\n";
  return text;
}

}  // namespace proviso::deployment
