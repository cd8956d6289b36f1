#pragma once

// Leaves of the log as people and scripts read them.
//
// Threads: reentrant.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/clock.h"
#include "safeguards/audit/leaf_feed.h"

namespace proviso::commands {

// Empty: all. A person is the pseudonym that leaves carry: an officer's or an entry's id.
struct LeafFilter {
  std::string deployment = {};
  std::string kind = {};
  std::string person = {};
  std::optional<WallTime> since = std::nullopt;
  std::optional<WallTime> until = std::nullopt;
};

bool matches(const LeafFilter& filter, const audit::Entry& entry);

// `12  2026-11-24T12:00:00Z  run refused  camera gate-2, reason window_ended`, ended by LF. Digests
// are cut to their first 12 digits.
std::string to_line(const audit::Leaf& leaf);
// One JSON line: the leaf's fields, with `leaf` (its index) and `hash`.
std::string to_json_line(const audit::Leaf& leaf);

// A deployment's life on one page (Markdown): each line with its leaf and its evidence's file name.
struct StoryOf {
  std::string deployment;
  std::string log_key;
  audit::TreeHead head;
};
std::string to_story(const StoryOf& of, std::span<const audit::Leaf> leaves);
std::string evidence_name(const audit::Leaf& leaf);

}  // namespace proviso::commands
