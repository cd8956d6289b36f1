#include "app/commands/interview.h"

#include <unistd.h>

#include <iostream>
#include <string>
#include <vector>

#include "app/drafting/questions.h"
#include "base/core/concat.h"

namespace proviso::commands {
namespace {

using drafting::Question;
using drafting::QuestionKind;

std::string prompt_of(const Question& question) {
  std::string text = concat('\n', question.text);
  for (std::size_t n = 0; n < question.choices.size(); ++n) {
    text += concat("\n  ", n + 1, "  ", question.choices[n]);
  }
  if (question.kind == QuestionKind::kDate) text += " (YYYY-MM-DD)";
  if (question.bytes_min > 1) text += concat(" (at least ", question.bytes_min, " characters)");
  if (!question.usual.empty()) text += concat(" [", question.usual, ']');
  return text + "\n> ";
}

// A choice may be typed as its number.
std::string chosen(const Question& question, const std::string& typed) {
  for (std::size_t n = 0; n < question.choices.size(); ++n) {
    if (typed == std::to_string(n + 1)) return question.choices[n];
  }
  return typed;
}

Status ask(const Question& question, Value::Object& answers) {
  for (std::string typed;;) {
    std::cerr << prompt_of(question) << std::flush;
    if (!std::getline(std::cin, typed)) {
      return Error{ErrorCode::kInvalidInput,
                   concat("the answers end before ", question.path, "; nothing was drafted")};
    }
    const Status answered = drafting::answer(question, chosen(question, typed), answers);
    if (answered) return answered;
    std::cerr << answered.error().message << '\n';
  }
}

Status refuse_without_terminal(const std::vector<Question>& open) {
  std::string lacking;
  for (const Question& question : open) {
    if (!question.usual.empty()) continue;
    lacking += concat("\n  ", question.path, "  (", question.text, ')');
  }
  if (lacking.empty()) return Done{};
  return Error{
      ErrorCode::kInvalidInput,
      concat("the answers are not whole, and there is no terminal to ask at; write into the "
             "answers file:",
             lacking)};
}

}  // namespace

Result<bool> complete(Value::Object& answers, const policy::Policy& policy) {
  auto open = drafting::open_questions(answers, policy);
  if (::isatty(STDIN_FILENO) == 0) {
    PROVISO_TRY_DONE(refuse_without_terminal(open));
    return false;
  }
  const bool has_asked = !open.empty();
  for (; !open.empty(); open = drafting::open_questions(answers, policy)) {
    PROVISO_TRY_DONE(ask(open.front(), answers));
  }
  return has_asked;
}

}  // namespace proviso::commands
