#pragma once

// How like two answers are, so that whoever drafts is told when a justification was copied from an
// earlier authority (field/safeguards.md A7).
//
//   out      per mille of the shorter one's runs of three words that stand in the other too; case
//            and punctuation do not count. Texts under three words are compared as a whole
//   threads  reentrant. Cost: linear in the bytes, times a logarithm

#include <string_view>

namespace proviso::drafting {

int likeness_permille(std::string_view a, std::string_view b);

}  // namespace proviso::drafting
