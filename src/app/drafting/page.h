#pragma once

// An authority as people read it: sections of rows in plain words, as text for a terminal or as one
// HTML page that stands alone, prints, and is read aloud well.
//
//   html     one file: no script, nothing loaded (its Content-Security-Policy forbids it), all
//            foreign text escaped; drawings carry their words beside them
//   threads  reentrant

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/drafting/composition.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/rules.h"
#include "safeguards/authority/statement.h"

namespace proviso::drafting {

struct PageSignature {
  std::string officer;  // Id.
  std::string name;
  std::string rank;
};

struct PageContent {
  const authority::Statement& statement;
  crypto::Digest digest;                  // Of the note's text: the authority's name.
  std::vector<PageSignature> signatures;  // Verified ones.
  std::vector<authority::Rule> rules;     // All of them, met or not.
  std::optional<ListComposition> list;    // Where the list was at hand.
};

struct PageRow {
  std::string label;
  std::string value;
};
struct PageSection {
  std::string title;
  std::vector<PageRow> rows;
};

// What both pages say, in their order; the rules stand apart.
std::vector<PageSection> page_sections(const PageContent& content);

std::string text_page(const PageContent& content);  // Ends in LF.
std::string html_page(const PageContent& content);
// One line a rule: "met" or "NOT MET", the rule, and where it is not met what was found and needed.
std::string text_of_rules(const std::vector<authority::Rule>& rules);

}  // namespace proviso::drafting
