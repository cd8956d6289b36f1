#include "app/commands/vault_backup.h"

#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "adapters/age/age.h"
#include "app/commands/site_list.h"
#include "app/commands/vault_desk.h"
#include "base/core/concat.h"

namespace proviso::commands {
namespace {

struct BackupSettings {
  VaultDesk::Request desk;
  std::string file;
  std::vector<std::string> recipients;
  std::string identity;
};

Status back_up(const BackupSettings& settings) {
  PROVISO_TRY(const auto desk, VaultDesk::open(settings.desk));
  PROVISO_TRY_DONE(desk->check_manages());
  PROVISO_TRY(auto sealing, age::Sealing::start(settings.file, settings.recipients));
  PROVISO_TRY(
      const auto done,
      desk->vault().back_up([&](std::span<const std::byte> bytes) { return sealing.write(bytes); },
                            settings.desk.by,
                            desk->now()));
  PROVISO_TRY_DONE(sealing.finish());
  std::cout << "backed up  " << counted(done.entries) << " to " << settings.file << ", sealed to "
            << settings.recipients.size()
            << (settings.recipients.size() == 1 ? " recipient" : " recipients") << "\nbackup     "
            << crypto::to_hex(done.digest)
            << "\nIt opens together with this site's list key alone, which no backup holds\n";
  return Done{};
}

Status restore(const BackupSettings& settings) {
  // Begun at the first byte: both may ask for a passphrase at the one terminal.
  std::optional<age::Opening> opening;
  const auto source = [&](std::span<std::byte> into) -> Status {
    if (!opening) {
      PROVISO_TRY(auto begun, age::Opening::start(settings.file, settings.identity));
      opening.emplace(std::move(begun));
    }
    return opening->read(into);
  };
  PROVISO_TRY(const auto done,
              VaultDesk::restore(settings.desk, source, [&] { return opening->finish(); }));
  for (const vault::LeftOut& one : done.left_out) {
    std::cout << "left out  " << one.entry << "  " << one.reason << '\n';
  }
  std::cout << "restored  " << counted(done.entries) << " of the backup of "
            << to_rfc3339(done.made_at) << "; " << done.stayed << " stood here, "
            << done.left_out.size() << " left out\n"
            << "Active is who two people signed: see `proviso vault list`\n";
  return Done{};
}

}  // namespace

void add_vault_backup(CLI::App& group, Exit& exit) {
  const auto backing_up = std::make_shared<BackupSettings>();
  auto* backup = group.add_subcommand("backup", "Seal all rows to named recipients (age)");
  add_vault_options(*backup, backing_up->desk);
  backup->add_option("-o,--output", backing_up->file, "The backup's file")->required();
  backup
      ->add_option("--to",
                   backing_up->recipients,
                   "Public key of who may open it: age1..., or \"ssh-ed25519 ...\"; once for each")
      ->required();
  backup->callback(calling<BackupSettings>(back_up, backing_up, exit));

  const auto restoring = std::make_shared<BackupSettings>();
  auto* restored =
      group.add_subcommand("restore", "Take back from a backup what is lost or damaged here");
  add_vault_options(*restored, restoring->desk);
  restored->add_option("FILE", restoring->file, "The backup")->required();
  restored
      ->add_option("--identity", restoring->identity, "File with a recipient's private key (age)")
      ->required();
  restored->callback(calling<BackupSettings>(restore, restoring, exit));
}

}  // namespace proviso::commands
