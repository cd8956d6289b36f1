#include "app/commands/vault_compare.h"

#include <algorithm>
#include <iostream>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/commands/progress_bar.h"
#include "app/commands/site_list.h"
#include "app/vault/request_file.h"
#include "app/vault/request_folder.h"
#include "base/core/concat.h"
#include "base/json/line.h"

namespace proviso::commands {
namespace {

constexpr std::size_t kComparedShownEvery = 100;
// A request is read with who asks; who compares may be who approved it, and asks for nothing.
constexpr std::string_view kNobodyAsks = "nobody.asks";

struct Finding {
  std::string entry;  // Its id, or the place in the source.
  std::string_view standing;
  std::string why;
};

void show(const Finding& finding, bool as_json) {
  if (as_json) {
    std::cout << json::Line()
                     .string("entry", finding.entry)
                     .string("standing", finding.standing)
                     .string("why", finding.why)
                     .text()
              << '\n';
    return;
  }
  std::cout << finding.standing << std::string(9 - finding.standing.size(), ' ') << finding.entry
            << (finding.why.empty() ? "" : "  ") << finding.why << '\n';
}

Result<Finding> compare_one(VaultDesk& desk, const vault::WrittenRequest& written) {
  const auto read = vault::read_request(written, kNobodyAsks, desk.now());
  if (!read) {
    return Finding{.entry = written.place, .standing = "faulty", .why = read.error().message};
  }
  const watchlist::Entry& entry = read.value().entry;
  PROVISO_TRY(const auto comparison, desk.vault().compare(entry));
  switch (comparison) {
    case vault::Comparison::kSame: return Finding{.entry = entry.id, .standing = "same", .why = {}};
    case vault::Comparison::kChanged:
      return Finding{.entry = entry.id,
                     .standing = "changed",
                     .why = "ask for it again with a higher revision, or revoke it"};
    case vault::Comparison::kAbsent: break;
  }
  return Finding{.entry = entry.id, .standing = "new", .why = "the vault has not got it"};
}

Status enter(VaultDesk& desk, const std::vector<EntryId>& same) {
  for (std::size_t begin = 0; begin < same.size(); begin += vault::kStoredTogetherMax) {
    const auto part =
        std::span(same).subspan(begin, std::min(vault::kStoredTogetherMax, same.size() - begin));
    PROVISO_TRY_DONE(desk.vault().compared(part, desk.officer().id, desk.now()));
  }
  return Done{};
}

}  // namespace

Status compare_with_source(VaultDesk& desk, const std::string& source, bool as_json) {
  PROVISO_TRY(const auto written, vault::find_requests(source));
  std::set<std::string> in_source;
  std::vector<EntryId> same;
  std::size_t others = 0;
  for (std::size_t n = 0; n < written.size(); ++n) {
    PROVISO_TRY(const Finding finding, compare_one(desk, written[n]));
    const bool is_first = in_source.insert(finding.entry).second;
    if (finding.standing == "same" && is_first) {
      PROVISO_TRY(auto id, EntryId::parse(finding.entry));
      same.push_back(std::move(id));
    } else {
      ++others;
    }
    show(finding, as_json);
    show_progress("comparing", n + 1, written.size(), kComparedShownEvery);
  }
  PROVISO_TRY_DONE(enter(desk, same));
  PROVISO_TRY(const auto all, desk.vault().ids());
  for (const std::string& id : all) {
    if (in_source.contains(id)) continue;
    ++others;
    show({.entry = id,
          .standing = "gone",
          .why = "the source has not got it any more: revoke it if the person is not sought"},
         as_json);
  }
  if (!as_json) std::cout << counted(same.size()) << " compared: as in the source\n";
  if (others == 0) return Done{};
  return Error{ErrorCode::kInvalidInput,
               concat("vault: ",
                      others,
                      others == 1 ? " line" : " lines",
                      " above need somebody; who is not compared within the policy's "
                      "watchlist.entry_age_days_max is left out of lists")};
}

}  // namespace proviso::commands
