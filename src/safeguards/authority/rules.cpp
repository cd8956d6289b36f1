#include "safeguards/authority/rules.h"

#include <algorithm>

#include "base/core/concat.h"
#include "safeguards/authority/rule_list.h"
#include "safeguards/note/signed_note.h"

namespace proviso::authority {
namespace {

constexpr std::string_view kFormText = "The file is an authority, byte for byte.";
constexpr std::string_view kFormNeeded = "one written by proviso authority draft and sign";

void append(std::vector<Rule>& rules, std::vector<Rule> more) {
  rules.insert(
      rules.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<Rule> check_rules(std::string_view note_or_draft,
                              const officers::Register& officers,
                              const policy::Policy& policy,
                              WallTime now) {
  RuleList first;
  std::string text(note_or_draft);
  std::vector<note::VerifierKey> signers;
  if (!is_draft(note_or_draft)) {
    const auto note = note::Note::parse(note_or_draft);
    if (!note) {
      first.add("form", kFormText, false, {note.error().message, std::string(kFormNeeded)});
      return std::move(first).take();
    }
    text = note.value().text;
    auto verified = note::verify(note.value(), officers.keys());
    first.add("signed-bytes",
              "The signatures are of these very bytes, by officers of the site.",
              verified.has_value(),
              {verified ? concat(verified.value().size(), " verified") : verified.error().message,
               "each line of an officer verifies, and there is one"});
    if (!verified) return std::move(first).take();
    signers = std::move(verified).value();
  }
  const auto statement = Statement::parse_body(text);
  first.add("form",
            kFormText,
            statement.has_value(),
            {statement ? "as it should be" : statement.error().message, std::string(kFormNeeded)});
  if (!statement) return std::move(first).take();

  std::vector<Rule> rules = std::move(first).take();
  append(rules, content_rules(statement.value(), policy));
  append(rules, signature_rules(statement.value(), policy, officers, signers, now));
  RuleList last;
  last.add("not-over",
           "The window is not over.",
           now < statement.value().not_after,
           {concat("it is ", to_rfc3339(now)),
            concat("earlier than ", to_rfc3339(statement.value().not_after))});
  append(rules, std::move(last).take());
  return rules;
}

bool all_met(std::span<const Rule> rules) {
  return std::ranges::all_of(rules, &Rule::met);
}

bool is_draft(std::string_view bytes) {
  return bytes.starts_with(concat(Statement::kTypeLine, '\n')) &&
         std::count(bytes.begin(), bytes.end(), '\n') == 2;
}

}  // namespace proviso::authority
