#include "app/commands/vault_seal.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <set>
#include <span>

#include "app/commands/command.h"
#include "app/commands/site_list.h"
#include "app/vault/composition.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/random.h"
#include "safeguards/watchlist/list_format.h"

namespace proviso::commands {
namespace {

// Empty: every category.
Result<std::set<std::string>> chosen_categories(const SealOptions& options,
                                                const policy::Policy& policy) {
  std::set<std::string> chosen(options.categories.begin(), options.categories.end());
  for (const std::string& id : chosen) {
    if (policy.find_category(id) != nullptr) continue;
    return Error{ErrorCode::kInvalidInput,
                 concat("vault: the policy has no category ",
                        in_quotes(id),
                        "; `proviso policy show` names them")};
  }
  if (options.use_case.empty()) return chosen;
  const policy::UseCase* use_case = policy.find_use_case(options.use_case);
  if (use_case == nullptr) {
    return Error{ErrorCode::kInvalidInput,
                 concat("vault: the policy has no use case ",
                        in_quotes(options.use_case),
                        "; `proviso policy show` names them")};
  }
  for (const std::string& id : chosen) {
    if (std::ranges::count(use_case->categories, id) > 0) continue;
    return Error{ErrorCode::kInvalidInput,
                 concat("vault: the use case ",
                        in_quotes(options.use_case),
                        " does not look for the category ",
                        in_quotes(id),
                        "; leave it out")};
  }
  if (chosen.empty()) chosen.insert(use_case->categories.begin(), use_case->categories.end());
  return chosen;
}

Result<watchlist::ListContents> contents_of(std::span<const vault::ActiveEntry> entries,
                                            const watchlist::Composition& composition,
                                            WallTime now) {
  watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                   .made_at = now,
                                   .model_pack = entries.front().model_pack,
                                   .dimension = entries.front().values.size(),
                                   .composition = composition,
                                   .entries = {}};
  for (const vault::ActiveEntry& one : entries) {
    if (one.model_pack != contents.model_pack || one.values.size() != contents.dimension) {
      return Error{ErrorCode::kInvalidInput,
                   concat("vault: entry ",
                          in_quotes(one.entry.id),
                          " was made with another model pack than ",
                          in_quotes(entries.front().entry.id),
                          "; ask for it again with a higher revision")};
    }
    PROVISO_TRY(auto id, EntryId::parse(one.entry.id));
    watchlist::ListEntry listed{.id = std::move(id),
                                .label = one.entry.label,
                                .category = one.entry.category,
                                .photographs = {},
                                .values = one.values,
                                .thumbnail_jpeg = {}};
    crypto::fill_random(listed.salt);
    for (const auto& image : one.entry.images) listed.photographs.push_back(image.digest);
    for (const std::byte byte : one.thumbnail_jpeg) {
      listed.thumbnail_jpeg.push_back(std::to_integer<std::uint8_t>(byte));
    }
    contents.entries.push_back(std::move(listed));
  }
  return contents;
}

void warn_of_one_category(const watchlist::Composition& composition, int permille_warned) {
  constexpr std::size_t kThousand = 1000;
  for (const auto& [category, count] : composition.categories) {
    const std::size_t permille = count * kThousand / composition.entries;
    if (permille <= static_cast<std::size_t>(permille_warned)) continue;
    warn(concat(count,
                " of ",
                counted(composition.entries),
                " of the category ",
                category,
                ", more than the policy's ",
                permille_warned,
                " per mille: see that the list fits the use case"));
  }
}

// Before the work: a name that cannot be written is known at once.
Status check_output(const std::string& output) {
  std::error_code fault;
  if (!std::filesystem::is_directory(output, fault)) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("vault: ",
                      in_quotes(output),
                      " is a folder, needed the name of a file for the list; give one")};
}

}  // namespace

Status seal_list(VaultDesk& desk, const SealOptions& options) {
  PROVISO_TRY_DONE(check_output(options.output));
  PROVISO_TRY_DONE(desk.check_manages());
  PROVISO_TRY(const auto chosen, chosen_categories(options, desk.policy()));
  PROVISO_TRY(auto active, desk.vault().active(desk.rules()));
  for (const vault::LeftOut& one : active.left_out) {
    std::cout << "left out  " << one.entry << "  " << one.reason << '\n';
  }
  const std::size_t others = std::erase_if(active.entries, [&](const vault::ActiveEntry& one) {
    return !chosen.empty() && !chosen.contains(one.entry.category);
  });
  if (others > 0) std::cout << "not chosen  " << counted(others) << " of other categories\n";
  if (active.entries.empty()) {
    return Error{ErrorCode::kInvalidInput,
                 "vault: no entry that was chosen is active, so there is nothing to seal; `proviso "
                 "vault list` says why"};
  }
  const watchlist::Composition composition = vault::composition_of(active.entries, desk.now());
  std::cout << to_text(composition);
  warn_of_one_category(composition, desk.policy().watchlist.category_permille_warned);
  PROVISO_TRY(const auto contents, contents_of(active.entries, composition, desk.now()));
  PROVISO_TRY(const auto locked, desk.lock(contents));
  const std::string digest = crypto::to_hex(locked.digest);
  PROVISO_TRY_DONE(desk.record(
      "list_sealed",
      {{"entries", static_cast<std::int64_t>(contents.entries.size())}, {"watchlist", digest}}));
  PROVISO_TRY_DONE(write_file_durably(options.output, std::span<const std::byte>(locked.bytes)));
  std::cout << "sealed    " << options.output << "\nsha256    " << digest
            << " (of its head)\nIt opens with this site's vault alone, until its deployment has "
               "ended: `proviso watch --unlock FILE`\n";
  return Done{};
}

}  // namespace proviso::commands
