#include "app/drafting/page.h"

#include <algorithm>
#include <utility>

#include "base/core/concat.h"

namespace proviso::drafting {
namespace {

using authority::Statement;

constexpr std::size_t kLabelWidth = 24;
constexpr int kMillionthsDigits = 6;

std::string decimal(std::int64_t value, int digits) {
  std::string text = std::to_string(value < 0 ? -value : value);
  const auto count = static_cast<std::size_t>(digits);
  if (text.size() <= count) text.insert(0, count + 1 - text.size(), '0');
  text.insert(text.size() - count, ".");
  return value < 0 ? "-" + text : text;
}

std::string point_text(const policy::PlacePolygon::Corner& corner) {
  return concat(decimal(corner.latitude_e7, 7), ", ", decimal(corner.longitude_e7, 7));
}

// "less_intrusive_means" as words.
std::string words(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', ' ');
  std::ranges::replace(text, '-', ' ');
  return text;
}

void add_evidence(PageSection& section, const authority::Evidence& evidence) {
  for (const auto& [name, text] : evidence) section.rows.push_back({words(name), text});
}

PageSection scope_of(const Statement& statement) {
  PageSection section{.title = "What is asked for", .rows = {}};
  section.rows = {{"deployment", statement.reference},
                  {"tier", words(policy::to_text(statement.tier))},
                  {"from", to_rfc3339(statement.not_before)},
                  {"until", to_rfc3339(statement.not_after)},
                  {"place", statement.place_name},
                  {"use case", statement.use_case.name},
                  {"author", statement.author},
                  {"authorising officer", statement.authorising_officer}};
  if (statement.urgency) {
    section.rows.push_back({"why it is urgent", statement.urgency->reason});
    section.rows.push_back(
        {"to be countersigned by", to_rfc3339(statement.urgency->countersign_by)});
  }
  return section;
}

PageSection grounds_of(const Statement& statement) {
  PageSection section{.title = "Grounds", .rows = {}};
  add_evidence(section, statement.use_case.evidence);
  section.rows.push_back({"why at this place", words(to_text(statement.location.basis))});
  add_evidence(section, statement.location.evidence);
  return section;
}

PageSection answers_of(const Statement& statement) {
  const authority::Proportionality& four = statement.proportionality;
  PageSection section{.title = "Necessity and proportionality", .rows = {}};
  section.rows = {{"aim", four.aim},
                  {"link to the aim", four.link},
                  {"less intrusive means", four.less_intrusive_means},
                  {"fair balance", four.fair_balance}};
  if (!statement.expression_and_assembly.empty()) {
    section.rows.push_back({"expression and assembly", statement.expression_and_assembly});
  }
  return section;
}

PageSection cameras_of(const Statement& statement) {
  PageSection section{.title = "Cameras and zones of recognition", .rows = {}};
  for (const authority::AuthorisedCamera& camera : statement.cameras) {
    std::string zone;
    for (const auto& corner : camera.zone.corners) {
      zone += concat(zone.empty() ? "" : ", ", corner.x_permille, '/', corner.y_permille);
    }
    section.rows.push_back(
        {camera.id.text(),
         concat(camera.kind == authority::CameraKind::kLive ? "live" : "recording",
                ", ",
                camera.address,
                "; zone (per mille of the picture, across/down): ",
                zone)});
  }
  return section;
}

PageSection system_of(const Statement& statement) {
  const authority::AccuracyReport& report = statement.accuracy_report;
  PageSection section{.title = "List, models and threshold", .rows = {}};
  section.rows = {{"watchlist", crypto::to_hex(statement.watchlist)},
                  {"made at", to_rfc3339(statement.watchlist_built_at)},
                  {"entries at most", std::to_string(statement.watchlist_entries_max)},
                  {"model pack", crypto::to_hex(statement.model_pack)},
                  {"precision", statement.precision},
                  {"threshold", decimal(statement.threshold_millionths, kMillionthsDigits)},
                  {"accuracy report",
                   concat(report.reference,
                          ", tested with ",
                          report.tested_entries,
                          " entries from ",
                          decimal(report.threshold_millionths, kMillionthsDigits),
                          " on, reviewed on ",
                          authority::to_date(report.reviewed_on),
                          ", ",
                          crypto::to_hex(report.digest))},
                  {"policy", crypto::to_hex(statement.policy_digest)}};
  return section;
}

void add_counts(const watchlist::Composition& composition, PageSection& section) {
  for (const auto& [category, count] : composition.categories) {
    section.rows.push_back({concat("category ", category), std::to_string(count)});
  }
  section.rows.push_back({"under 18", std::to_string(composition.under_18)});
  section.rows.push_back({"blue list", std::to_string(composition.blue_list)});
  section.rows.push_back(
      {"images",
       concat(composition.images, ", median age ", composition.image_age_days_median, " days")});
  for (const auto& [source, count] : composition.image_sources) {
    section.rows.push_back({concat("image source ", source), std::to_string(count)});
  }
}

// Before anybody signs (row B4).
PageSection composition_of(const PageContent& content) {
  PageSection section{.title = "What the list consists of", .rows = {}};
  if (!content.list) {
    section.rows.push_back({"not shown", "give the file of the list with --watchlist"});
    return section;
  }
  const ListComposition& list = *content.list;
  section.rows = {
      {"entries", concat(list.entries, " of at most ", content.statement.watchlist_entries_max)}};
  if (list.of_vault) {
    add_counts(*list.of_vault, section);
    return section;
  }
  const std::vector<PageRow> counted{
      {"photographs",
       concat(list.photographs,
              " in all; median ",
              list.photographs_median,
              " an entry, fewest ",
              list.photographs_fewest)},
      {"entries with no picture", std::to_string(list.without_picture)},
      {"not in this list",
       "categories, people under 18, source and age of the images: ask whoever made it"}};
  section.rows.insert(section.rows.end(), counted.begin(), counted.end());
  return section;
}

PageSection documents_of(const Statement& statement) {
  PageSection section{.title = "Documents that it stands on", .rows = {}};
  for (const authority::Document& document : statement.documents) {
    section.rows.push_back({document.id,
                            concat(document.reference,
                                   ", reviewed on ",
                                   authority::to_date(document.reviewed_on),
                                   ", ",
                                   crypto::to_hex(document.digest))});
  }
  return section;
}

PageSection public_of(const Statement& statement) {
  PageSection section{.title = "The public and the officers", .rows = {}};
  if (const auto& published = statement.notice.published) {
    section.rows.push_back({"notice",
                            concat("published at ",
                                   to_rfc3339(published->published_at),
                                   ", ",
                                   crypto::to_hex(published->digest))});
  } else {
    section.rows.push_back({"no notice, because", statement.notice.exemption});
  }
  for (const authority::Sign& sign : statement.signs) {
    section.rows.push_back(
        {concat("sign ", sign.id), concat(sign.position, " (", point_text(sign.at), ')')});
  }
  std::string corners;
  for (const auto& corner : statement.place.corners) {
    corners += concat(corners.empty() ? "" : "; ", point_text(corner));
  }
  section.rows.push_back({"corners of the place", corners});
  section.rows.push_back({"officers present",
                          concat("at least ",
                                 statement.presence.officers_min,
                                 ", said every ",
                                 statement.presence.attestation_s,
                                 " s")});
  return section;
}

PageSection signatures_of(const PageContent& content) {
  PageSection section{.title = "Signatures", .rows = {}};
  for (const PageSignature& signature : content.signatures) {
    section.rows.push_back({signature.officer, concat(signature.name, ", ", signature.rank)});
  }
  if (content.signatures.empty()) section.rows.push_back({"none", "this is a draft"});
  section.rows.push_back({"authority (SHA-256)", crypto::to_hex(content.digest)});
  return section;
}

}  // namespace

std::vector<PageSection> page_sections(const PageContent& content) {
  const Statement& statement = content.statement;
  return {scope_of(statement),
          grounds_of(statement),
          answers_of(statement),
          cameras_of(statement),
          system_of(statement),
          composition_of(content),
          documents_of(statement),
          public_of(statement),
          signatures_of(content)};
}

std::string text_of_rules(const std::vector<authority::Rule>& rules) {
  std::string out;
  for (const authority::Rule& rule : rules) {
    out += concat(rule.met ? "met      " : "NOT MET  ", rule.text, " [", rule.id, "]\n");
    if (!rule.met) {
      out += concat("           found:  ", rule.found, "\n           needed: ", rule.needed, '\n');
    }
  }
  return out;
}

std::string text_page(const PageContent& content) {
  std::string out;
  for (const PageSection& section : page_sections(content)) {
    out += concat(out.empty() ? "" : "\n", section.title, '\n');
    for (const PageRow& row : section.rows) {
      std::string label = row.label;
      label.resize(std::max(label.size(), kLabelWidth), ' ');
      out += concat("  ", label, "  ", row.value, '\n');
    }
  }
  return out;
}

}  // namespace proviso::drafting
