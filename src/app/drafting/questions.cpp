#include "app/drafting/questions.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <utility>

#include "app/drafting/answers.h"
#include "base/core/concat.h"
#include "base/core/id.h"
#include "base/core/utf8.h"
#include "safeguards/authority/grounds.h"

namespace proviso::drafting {
namespace {

class Questions {
 public:
  explicit Questions(const Value::Object& answers) : answers_(answers) {}

  bool has(std::string_view path) const { return find(answers_, path) != nullptr; }
  std::string text_at(std::string_view path) const {
    const Value* value = find(answers_, path);
    return value != nullptr && value->string() != nullptr ? *value->string() : std::string();
  }
  std::size_t count_at(std::string_view path) const {
    const Value* value = find(answers_, path);
    return value != nullptr && value->object() != nullptr ? value->object()->size() : 0;
  }
  void ask(Question question) {
    if (!has(question.path)) open_.push_back(std::move(question));
  }
  void ask_always(Question question) { open_.push_back(std::move(question)); }
  std::vector<Question> take() && { return std::move(open_); }

 private:
  const Value::Object& answers_;
  std::vector<Question> open_;
};

Question text(std::string path, std::string words) {
  return {.path = std::move(path),
          .text = std::move(words),
          .kind = QuestionKind::kText,
          .choices = {},
          .bytes_min = 1,
          .bytes_max = authority::kShortTextBytesMax,
          .usual = {}};
}

// Of some sentences; the policy says how many bytes at least.
Question long_text(std::string path, std::string words, int bytes_min) {
  Question question = text(std::move(path), std::move(words));
  question.bytes_min = static_cast<std::size_t>(std::max(bytes_min, 1));
  question.bytes_max = authority::kAnswerBytesMax;
  return question;
}

std::string not_older(int days) {
  return concat(", at most ", days, " days before the start");
}

Question of_kind(QuestionKind kind, std::string path, std::string words, std::string usual = {}) {
  Question question = text(std::move(path), std::move(words));
  question.kind = kind;
  // A path, a URL or a polygon is as long as it is; short texts are for people.
  if (kind != QuestionKind::kText) question.bytes_max = authority::kAnswerBytesMax;
  question.usual = std::move(usual);
  return question;
}

Question choice(std::string path, std::string words, std::vector<std::string> choices) {
  Question question = of_kind(QuestionKind::kChoice, std::move(path), std::move(words));
  question.choices = std::move(choices);
  return question;
}

void ask_basics(Questions& open, const policy::Policy& policy) {
  open.ask(of_kind(QuestionKind::kId, "reference", "Reference of the deployment"));
  std::vector<std::string> tiers;
  for (std::size_t n = 0; n < policy::kTiers; ++n) {
    if (policy.tiers[n]) tiers.emplace_back(policy::to_text(static_cast<policy::Tier>(n)));
  }
  Question tier = choice("tier", "Tier", tiers);
  tier.usual = policy::to_text(policy::Tier::kOrdinary);
  open.ask(std::move(tier));
  open.ask(of_kind(QuestionKind::kId, "author", "Id of the officer who writes this (the author)"));
  open.ask(of_kind(QuestionKind::kId,
                   "authorising_officer",
                   "Id of the officer who will authorise it (somebody else)"));
  open.ask(of_kind(QuestionKind::kTime, "start", "Start (UTC), or now", "now"));
  if (!open.has("end")) {
    open.ask(of_kind(QuestionKind::kCount, "minutes", "How long, in minutes", "60"));
  }
}

void ask_use_case(Questions& open, const policy::Policy& policy) {
  std::vector<std::string> names;
  for (const policy::UseCase& use_case : policy.use_cases) names.push_back(use_case.name);
  open.ask(choice("use_case.name", "Use case", names));
  if (const auto* use_case = policy.find_use_case(open.text_at("use_case.name"))) {
    for (const policy::Evidence& evidence : use_case->evidence) {
      const bool is_date = evidence.kind == policy::EvidenceKind::kDate;
      open.ask(of_kind(is_date ? QuestionKind::kDate : QuestionKind::kText,
                       concat("use_case.evidence.", evidence.name),
                       concat("Evidence for the use case: ",
                              evidence.name,
                              is_date ? not_older(evidence.age_days_max) : "")));
    }
  }
  std::vector<std::string> bases;
  for (const auto basis : authority::kLocationBases) bases.emplace_back(to_text(basis));
  open.ask(choice(
      "location_basis.basis", "Why are the people on the list likely to be at this place?", bases));
  if (const auto basis = authority::parse_location_basis(open.text_at("location_basis.basis"))) {
    for (const std::string_view name : evidence_of(basis.value())) {
      open.ask(
          text(concat("location_basis.evidence.", name), concat("Evidence for the place: ", name)));
    }
  }
}

void ask_answers(Questions& open, const policy::Policy& policy) {
  const int bytes_min = policy.statement.answer_bytes_min;
  open.ask(long_text("proportionality.aim", "What is the aim, and why does it matter?", bytes_min));
  open.ask(
      long_text("proportionality.link", "How does this deployment serve that aim?", bytes_min));
  open.ask(long_text("proportionality.less_intrusive_means",
                     "Which less intrusive means were considered, and why will they not do?",
                     bytes_min));
  open.ask(long_text("proportionality.fair_balance",
                     "Why is the effect on everybody who passes in balance with the aim?",
                     bytes_min));
  const std::string tier = open.text_at("tier");
  if (tier == policy::to_text(policy::Tier::kUrgent)) {
    const auto* rules = policy.find_tier(policy::Tier::kUrgent);
    open.ask(long_text("urgency.reason",
                       "Why can it not wait for the ordinary way?",
                       rules == nullptr ? 1 : rules->statement_bytes_min));
  }
  if (tier == policy::to_text(policy::Tier::kSensitivePlace)) {
    const auto* rules = policy.find_tier(policy::Tier::kSensitivePlace);
    open.ask(long_text("expression_and_assembly",
                       "How are expression and assembly (ECHR Articles 10 and 11) kept free here?",
                       rules == nullptr ? 1 : rules->statement_bytes_min));
  }
}

void ask_documents(Questions& open, const policy::Policy& policy) {
  for (const policy::DocumentNeeded& needed : policy.documents) {
    if (needed.id == authority::kAccuracyReportId) continue;
    const std::string path = concat("documents.", needed.id);
    open.ask(text(concat(path, ".reference"), concat("Reference of the document ", needed.id)));
    open.ask(of_kind(QuestionKind::kFile, concat(path, ".file"), concat("File of ", needed.id)));
    open.ask(
        of_kind(QuestionKind::kDate,
                concat(path, ".reviewed_on"),
                concat("When ", needed.id, " was last reviewed", not_older(needed.age_days_max))));
  }
  open.ask(text("accuracy_report.reference", "Reference of the accuracy report"));
  open.ask(of_kind(QuestionKind::kFile, "accuracy_report.file", "File of the accuracy report"));
  open.ask(of_kind(QuestionKind::kCount,
                   "accuracy_report.tested_entries",
                   "How many entries the list of its test had"));
  open.ask(of_kind(QuestionKind::kCount,
                   "accuracy_report.threshold_millionths",
                   "Lowest threshold that it tested, in millionths"));
  open.ask(
      of_kind(QuestionKind::kDate, "accuracy_report.reviewed_on", "When it was last reviewed"));
}

void ask_place(Questions& open, const policy::Policy& policy) {
  open.ask(text("place.name", "Name of the place"));
  open.ask(of_kind(QuestionKind::kPolygon,
                   "place.polygon",
                   "Its corners as LATITUDE,LONGITUDE;LATITUDE,LONGITUDE;..."));
  if (!open.has("notice.exemption")) {
    open.ask(of_kind(QuestionKind::kFile,
                     "notice.file",
                     "File of the notice that told the public (- where there is none)"));
  }
  if (open.text_at("notice.file") == "-") {
    open.ask(long_text("notice.exemption",
                       "Why is the public not told beforehand?",
                       policy.notice.exemption_bytes_min));
  } else if (!open.has("notice.exemption")) {
    open.ask(of_kind(QuestionKind::kTime, "notice.published_at", "When it was published (UTC)"));
  }
  const auto signs_min = static_cast<std::size_t>(policy.notice.sign_positions_min);
  if (open.count_at("signs") < signs_min) {
    open.ask_always(of_kind(QuestionKind::kSign,
                            "signs",
                            concat("A sign (",
                                   open.count_at("signs"),
                                   " of ",
                                   signs_min,
                                   "): ID LATITUDE,LONGITUDE where it stands")));
  }
}

void ask_system(Questions& open) {
  open.ask(of_kind(QuestionKind::kFile, "watchlist.file", "File of the sealed watchlist"));
  if (open.count_at("cameras") == 0) {
    open.ask_always(of_kind(
        QuestionKind::kCamera, "cameras", "A camera as ID=SOURCE (file, device or rtsp(s) URL)"));
  }
}

Error wants(const Question& question, std::string_view needed, std::string_view typed) {
  return Error{ErrorCode::kInvalidInput,
               concat(question.path, " must be ", needed, "; found ", in_quotes(typed))};
}

// Splits at the first white space.
std::pair<std::string_view, std::string_view> parted(std::string_view line) {
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos) return {line, {}};
  const std::size_t rest = line.find_first_not_of(' ', space);
  return {line.substr(0, space), rest == std::string_view::npos ? "" : line.substr(rest)};
}

Status answer_sign(const Question& question, std::string_view typed, Value::Object& answers) {
  const auto [id, rest] = parted(typed);
  const auto [at, position] = parted(rest);
  PROVISO_TRY(const auto checked, checked_id(id, "sign id"));
  PROVISO_TRY_DONE(parse_point(at));
  if (position.empty()) {
    return wants(question, "an id, a point and where it stands", typed);
  }
  PROVISO_TRY_DONE(set(answers, concat("signs.", checked, ".at"), Value(at)));
  return set(answers, concat("signs.", checked, ".position"), Value(position));
}

Status answer_camera(const Question& question, std::string_view typed, Value::Object& answers) {
  const std::size_t equals = typed.find('=');
  if (equals == std::string_view::npos || equals + 1 == typed.size()) {
    return wants(question, "ID=SOURCE", typed.substr(0, equals));
  }
  PROVISO_TRY(const auto id, CameraId::parse(typed.substr(0, equals)));
  return set(answers, concat("cameras.", id.text(), ".source"), Value(typed.substr(equals + 1)));
}

Status check_typed(const Question& question, std::string_view typed) {
  switch (question.kind) {
    case QuestionKind::kText:
      if (typed.size() < question.bytes_min) {
        return wants(question, concat("at least ", question.bytes_min, " bytes long"), typed);
      }
      break;
    case QuestionKind::kId: PROVISO_TRY_DONE(checked_id(typed, question.path)); break;
    case QuestionKind::kChoice:
      if (std::ranges::find(question.choices, typed) == question.choices.end()) {
        return wants(question, "one of those listed", typed);
      }
      break;
    case QuestionKind::kDate: PROVISO_TRY_DONE(authority::parse_date(typed)); break;
    case QuestionKind::kTime:
      if (typed != "now") PROVISO_TRY_DONE(parse_rfc3339(typed));
      break;
    case QuestionKind::kFile:
      if (typed != "-" && !std::filesystem::is_regular_file(typed)) {
        return wants(question, "a file that is there", typed);
      }
      break;
    case QuestionKind::kPolygon: PROVISO_TRY_DONE(parse_polygon(typed)); break;
    default: break;
  }
  return Done{};
}

}  // namespace

std::vector<Question> open_questions(const Value::Object& answers, const policy::Policy& policy) {
  Questions open(answers);
  ask_basics(open, policy);
  ask_use_case(open, policy);
  ask_answers(open, policy);
  ask_place(open, policy);
  ask_documents(open, policy);
  ask_system(open);
  return std::move(open).take();
}

Status answer(const Question& question, std::string_view typed, Value::Object& answers) {
  if (typed.empty()) typed = question.usual;
  if (typed.empty() || !is_printable_utf8(typed, question.bytes_max)) {
    return wants(question, concat("1 to ", question.bytes_max, " bytes of printable text"), typed);
  }
  if (question.kind == QuestionKind::kSign) return answer_sign(question, typed, answers);
  if (question.kind == QuestionKind::kCamera) return answer_camera(question, typed, answers);
  PROVISO_TRY_DONE(check_typed(question, typed));
  if (question.kind != QuestionKind::kCount) return set(answers, question.path, Value(typed));
  std::int64_t count = 0;
  const auto read = std::from_chars(typed.data(), typed.data() + typed.size(), count);
  if (read.ec != std::errc() || read.ptr != typed.data() + typed.size()) {
    return wants(question, "a whole number", typed);
  }
  return set(answers, question.path, Value(count));
}

}  // namespace proviso::drafting
