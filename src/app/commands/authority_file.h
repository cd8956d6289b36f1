#pragma once

// An authority's file as commands find it: by its path, or by its reference in the site's folder,
// with the site's policy and register.
//
// Errors: kNotFound naming both places; those of reading, of the policy and of the register.
// Threads: main thread.

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/drafting/page.h"
#include "app/site/site.h"
#include "base/core/result.h"
#include "safeguards/authority/statement.h"
#include "safeguards/note/signed_note.h"
#include "safeguards/officers/register.h"
#include "safeguards/policy/policy.h"

namespace proviso::commands {

struct SiteRecords {
  site::Site site;
  policy::Policy policy;
  officers::Register officers;
};
Result<SiteRecords> open_records(const std::string& site_folder, WallTime now);

// Where a draft of this reference lies; the signed note is site.authority_file()'s.
Result<std::filesystem::path> draft_file(const site::Site& site, std::string_view reference);

// The bytes of `named`: a file, else the note of that reference, else its draft.
Result<std::string> read_authority(const site::Site& site, const std::string& named);

// A draft or a note whose signatures were verified; the statement is parsed after that.
struct OpenAuthority {
  note::Note note;  // Of a draft: without signatures.
  std::vector<note::VerifierKey> signers;
  authority::Statement statement;
};
// Errors: also kNotAuthorised if a signature does not verify.
Result<OpenAuthority> open_authority(std::string_view bytes, const officers::Register& officers);

drafting::PageContent page_content(const OpenAuthority& open,
                                   const SiteRecords& records,
                                   WallTime now);

}  // namespace proviso::commands
