#include "app/commands/authority_file.h"

#include <utility>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/core/id.h"
#include "safeguards/authority/rules.h"

namespace proviso::commands {

Result<SiteRecords> open_records(const std::string& site_folder, WallTime now) {
  PROVISO_TRY(auto site, site::Site::open(site_folder));
  PROVISO_TRY(const auto text, read_text_file(site.policy_file(), policy::Policy::kBytesMax));
  PROVISO_TRY(auto policy, policy::Policy::parse(text));
  PROVISO_TRY(auto officers, site.read_register(now));
  return SiteRecords{
      .site = std::move(site), .policy = std::move(policy), .officers = std::move(officers)};
}

Result<std::filesystem::path> draft_file(const site::Site& site, std::string_view reference) {
  PROVISO_TRY(auto file, site.authority_file(reference));
  return file.replace_extension(".draft");
}

Result<std::string> read_authority(const site::Site& site, const std::string& named) {
  std::vector<std::filesystem::path> places{named};
  if (checked_id(named, "reference")) {
    PROVISO_TRY(places.emplace_back(), site.authority_file(named));
    PROVISO_TRY(places.emplace_back(), draft_file(site, named));
  }
  for (const auto& place : places) {
    auto bytes = read_text_file(place, note::kNoteBytesMax);
    if (bytes || bytes.error().code != ErrorCode::kNotFound) return bytes;
  }
  return Error{ErrorCode::kNotFound,
               concat("no authority ",
                      in_quotes(named),
                      ": neither a file nor a reference in ",
                      (site.folder() / "authorities").string(),
                      "; `proviso authority draft` writes one")};
}

Result<OpenAuthority> open_authority(std::string_view bytes, const officers::Register& officers) {
  OpenAuthority open;
  if (authority::is_draft(bytes)) {
    open.note.text = std::string(bytes);
  } else {
    PROVISO_TRY(open.note, note::Note::parse(bytes));
    PROVISO_TRY(open.signers, note::verify(open.note, officers.keys()));
  }
  PROVISO_TRY(open.statement, authority::Statement::parse_body(open.note.text));
  return open;
}

drafting::PageContent page_content(const OpenAuthority& open,
                                   const SiteRecords& records,
                                   WallTime now) {
  drafting::PageContent content{.statement = open.statement,
                                .digest = crypto::sha256(open.note.text),
                                .signatures = {},
                                .rules = {},
                                .list = {}};
  for (const note::VerifierKey& signer : open.signers) {
    const officers::Officer* officer = records.officers.find(signer);
    PROVISO_CHECK(officer != nullptr);
    content.signatures.push_back({.officer = officer->id,
                                  .name = officer->name,
                                  .rank = std::string(policy::to_text(officer->rank))});
  }
  const std::string bytes = open.signers.empty() ? open.note.text : open.note.to_text();
  content.rules = authority::check_rules(bytes, records.officers, records.policy, now);
  return content;
}

}  // namespace proviso::commands
