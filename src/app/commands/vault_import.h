#pragma once

// Many requests at once into a vault: each is read, held to the policy, enrolled, and reported by a
// line of its own; then the officer signs for all.
//
//   faulty    by default one that is faulty, and none is stored; skips_faulty stores the others
//   same      what stands in the vault already is left as it is: twice changes nothing
//   dry run   everything but the signature and the storing
//   speed     photographs are enrolled on `workers` threads, each with models of its own
//   errors    those of find_requests() and of the vault; kInvalidInput where some are faulty
//   threads   main thread; the workers end before it returns
//
// What was stored before the vault failed stays: the same import again goes on from there.

#include <cstddef>
#include <string>

#include "app/commands/vault_desk.h"

namespace proviso::commands {

struct ImportOptions {
  std::string source;  // As vault::find_requests() takes it.
  std::string models;
  std::string cohort;  // Empty: none.
  std::size_t workers = 2;
  bool is_dry = false;
  bool skips_faulty = false;
  bool as_json = false;
};

Status import_requests(VaultDesk& desk, const ImportOptions& options);

}  // namespace proviso::commands
