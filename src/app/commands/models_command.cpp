#include <iostream>
#include <memory>

#include "app/commands/command.h"
#include "app/commands/engine.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

Exit check(const std::string& folder, bool as_json) {
  const auto models = models::open(folder, {.device = "CPU", .lanes = 1});
  if (!models) return refuse(models.error());
  const auto& found = models.value();
  if (as_json) {
    json::Line line;
    line.string("name", found.name)
        .string("digest", crypto::to_hex(found.digest))
        .integer("dimension", static_cast<std::int64_t>(found.dimension));
    std::cout << line.text() << '\n';
  } else {
    std::cout << "model pack " << found.name << ": hashes, shapes and files are right\n"
              << "digest     " << crypto::to_hex(found.digest) << "\n"
              << "templates  " << found.dimension << " values\n";
  }
  return Exit::kDone;
}

}  // namespace

void add_models(CLI::App& app, Exit& exit) {
  auto* models = app.add_subcommand("models", "Model packs");
  models->require_subcommand(1);
  auto* command = models->add_subcommand("check", "Check a pack: hashes, files, shapes");
  const auto folder = std::make_shared<std::string>(kModelsDefault);
  const auto as_json = std::make_shared<bool>(false);
  command->add_option("--models", *folder, "Folder of the pack (pack.toml)")->capture_default_str();
  command->add_flag("--json", *as_json, "One JSON line instead of text");
  command->callback([folder, as_json, &exit] { exit = check(*folder, *as_json); });
}

}  // namespace proviso::commands
