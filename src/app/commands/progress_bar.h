#pragma once

// How far long work is, on a terminal's last line: "reading [####......] 4 of 10". Nothing where
// stderr is no terminal.
//
//   errors   none; PROVISO_CHECK for nothing to do
//   threads  main thread

#include <cstddef>
#include <string_view>

namespace proviso::commands {

// Shown when `every` divides `done`, and when that is all: then the line is ended.
void show_progress(std::string_view what, std::size_t done, std::size_t all, std::size_t every);

}  // namespace proviso::commands
