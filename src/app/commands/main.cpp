#include <algorithm>
#include <exception>
#include <iostream>
#include <span>
#include <string>
#include <vector>

#include "app/commands/command.h"
#include "base/crypto/digest.h"

int main(int argc, char** argv) {
  using namespace proviso::commands;  // NOLINT(google-build-using-namespace): this is the table.
  try {
    if (const auto started = proviso::crypto::start(); !started) {
      return static_cast<int>(refuse(started.error()));
    }
    CLI::App app{"Proviso: live facial recognition that cannot run outside its written authority.",
                 "proviso"};
    app.require_subcommand(1);
    app.set_version_flag("--version", "proviso 0.1.0");
    Exit exit = Exit::kDone;
    add_demo(app, exit);
    add_watch(app, exit);
    add_site(app, exit);
    add_officer(app, exit);
    add_policy(app, exit);
    add_audit(app, exit);
    add_authority(app, exit);
    add_deployment(app, exit);
    add_watchlist(app, exit);
    add_vault(app, exit);
    add_models(app, exit);
    add_simulate(app, exit);
    add_evaluate(app, exit);
    try {
      const std::span<const char* const> words(argv, static_cast<std::size_t>(argc));
      const auto own = words.subspan(std::min<std::size_t>(words.size(), 1));  // Without our name.
      app.parse(std::vector<std::string>(own.rbegin(), own.rend()));  // It takes the last first.
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : static_cast<int>(Exit::kUsage);
    }
    return static_cast<int>(exit);
  } catch (const std::exception& fault) {
    std::cerr << "proviso: fault: " << fault.what() << '\n';
    return static_cast<int>(Exit::kFault);
  }
}
