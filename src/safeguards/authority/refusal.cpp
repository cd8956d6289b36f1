#include "safeguards/authority/refusal.h"

#include "base/core/concat.h"

namespace proviso::authority {
namespace {

constexpr std::string_view kHead = "authority: ";
constexpr std::string_view kRuleCharacters = "abcdefghijklmnopqrstuvwxyz0123456789-";

}  // namespace

Error Refusal::to_error() const {
  return {ErrorCode::kNotAuthorised, concat(kHead, rule, ": ", found, ", ", needed, "; ", next)};
}

std::string rule_of(const Error& error, std::string_view otherwise) {
  const std::string_view message = error.message;
  if (error.code != ErrorCode::kNotAuthorised || !message.starts_with(kHead)) {
    return std::string(otherwise);
  }
  const std::string_view rest = message.substr(kHead.size());
  const std::size_t end = rest.find_first_not_of(kRuleCharacters);
  if (end == 0 || end == std::string_view::npos || !rest.substr(end).starts_with(": ")) {
    return std::string(otherwise);
  }
  return std::string(rest.substr(0, end));
}

}  // namespace proviso::authority
