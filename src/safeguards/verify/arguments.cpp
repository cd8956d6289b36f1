#include "safeguards/verify/arguments.h"

#include <algorithm>
#include <array>

#include "base/core/concat.h"

namespace proviso::verify {
namespace {

struct Command {
  std::string_view name;
  std::size_t operands;
  std::span<const std::string_view> options;
};

constexpr std::array<std::string_view, 2> kLogOptions{"key", "pinned"};
constexpr std::array<std::string_view, 1> kKeyOption{"key"};
constexpr std::array<std::string_view, 3> kAuthorityOptions{"key", "site", "at"};
constexpr std::array kCommands = std::to_array<Command>({
    {"log", 1, kLogOptions},
    {"evidence", 1, kKeyOption},
    {"consistency", 2, kKeyOption},
    {"authority", 1, kAuthorityOptions},
});

Error wrong(std::string_view what) {
  return Error{ErrorCode::kInvalidInput, std::string(what)};
}

}  // namespace

Result<Arguments> parse_arguments(std::span<const char* const> arguments) {
  if (arguments.empty()) return wrong("a command is needed");
  Arguments parsed{.command = arguments.front(), .operands = {}, .options = {}};
  const auto* const command = std::ranges::find(kCommands, parsed.command, &Command::name);
  if (command == kCommands.end()) {
    return wrong(concat("there is no command ", in_quotes(parsed.command)));
  }
  for (std::size_t next = 1; next < arguments.size(); ++next) {
    const std::string_view argument = arguments[next];
    if (argument == "--json") {
      parsed.as_json = true;
    } else if (argument.starts_with("--")) {
      const std::string_view name = argument.substr(2);
      if (std::ranges::find(command->options, name) == command->options.end()) {
        return wrong(concat(command->name, " has no option ", in_quotes(argument)));
      }
      if (next + 1 == arguments.size()) return wrong(concat(argument, " needs a value"));
      if (!parsed.options.emplace(name, arguments[++next]).second) {
        return wrong(concat(argument, " is given twice"));
      }
    } else {
      parsed.operands.emplace_back(argument);
    }
  }
  if (parsed.operands.size() != command->operands) {
    return wrong(concat(command->name,
                        " needs ",
                        command->operands,
                        command->operands == 1 ? " operand" : " operands",
                        "; found ",
                        parsed.operands.size()));
  }
  if (!parsed.options.contains("key")) return wrong("--key VKEY is needed: whose is it?");
  if (parsed.command == "authority" && !parsed.options.contains("site")) {
    return wrong("--site DIR is needed: who was certified there, and under which policy?");
  }
  return parsed;
}

}  // namespace proviso::verify
