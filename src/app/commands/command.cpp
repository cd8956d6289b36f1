#include "app/commands/command.h"

#include <iostream>

namespace proviso::commands {

Exit refuse(const Error& error) {
  std::cerr << "proviso: " << error.message << '\n';
  return Exit::kRefused;
}

void warn(std::string_view text) {
  std::cerr << "proviso: warning: " << text << '\n';
}

}  // namespace proviso::commands
