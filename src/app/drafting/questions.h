#pragma once

// What an authority under a policy still needs to be told, in the order in which somebody would
// ask. Answers make further questions: a use case asks for its evidence, a tier for its reasons.
//
// Errors: answer(): kInvalidInput saying what an answer looks like.
// Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/core/value.h"
#include "safeguards/policy/policy.h"

namespace proviso::drafting {

enum class QuestionKind : std::uint8_t {
  kText,
  kId,
  kChoice,
  kCount,
  kDate,     // YYYY-MM-DD
  kTime,     // RFC 3339 in UTC, or "now"
  kFile,     // Of a file that is there.
  kPolygon,  // answers.h
  kSign,     // ID, a point and the position, with white space between them; one of several.
  kCamera,   // ID=SOURCE; one of several.
};

struct Question {
  std::string path;  // Where the answer goes in the answers.
  std::string text;
  QuestionKind kind = QuestionKind::kText;
  std::vector<std::string> choices;  // Of kChoice.
  std::size_t bytes_min = 1;         // Of kText.
  std::size_t bytes_max = 256;       // Of everything typed.
  std::string usual;  // What stands where nothing is answered; empty where something must be.
};

// All that is open now; empty when the answers are whole.
std::vector<Question> open_questions(const Value::Object& answers, const policy::Policy& policy);

// Puts what somebody typed into the answers.
Status answer(const Question& question, std::string_view typed, Value::Object& answers);

}  // namespace proviso::drafting
