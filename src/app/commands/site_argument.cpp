#include "app/commands/site_argument.h"

namespace proviso::commands {

CLI::Option* add_site_option(CLI::App& command, std::string& folder) {
  folder = site::kFolderDefault;
  return command.add_option("--site", folder, "The site's folder")
      ->envname(std::string(site::kFolderVariable))
      ->capture_default_str();
}

WallTime now_in_seconds() {
  const SystemClock clock;
  return std::chrono::floor<std::chrono::seconds>(clock.wall());
}

}  // namespace proviso::commands
