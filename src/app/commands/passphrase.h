#pragma once

// Passphrases: typed at the terminal without an echo, or read from a file. Never an argument or the
// environment, which other processes can see.
//
//   file     a regular file or a pipe, readable by its owner alone; its bytes, less one LF at the
//            end. systemd credentials are such files
//   errors   kInvalidInput for a file that others may read, for two entries that differ, and for
//            ^C; kOverLimit over crypto::kPassphraseBytesMax; kUnavailable without a terminal
//   threads  main thread
//
// The bytes lie in guarded memory from the first one on.

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "base/crypto/secret.h"
#include "base/crypto/secret_file.h"

namespace proviso::commands {

CLI::Option* add_passphrase_option(CLI::App& command, std::string& file);

// What one guess at the passphrase of a new key costs: less is for machines with little memory.
CLI::Option* add_key_memory_option(CLI::App& command, crypto::Cost& cost);

// From `file`, or from the terminal where that is empty. `whose` stands in the prompt: "the root of
// northgate".
Result<crypto::Secret> ask_passphrase(std::string_view whose, const std::string& file);

// The same for a new key: the terminal asks twice.
Result<crypto::Secret> ask_new_passphrase(std::string_view whose, const std::string& file);

// A question at the terminal; true only for the answer "yes".
// Errors: kUnavailable without a terminal; kInvalidInput for ^C.
Result<bool> ask_yes(std::string_view question);

}  // namespace proviso::commands
