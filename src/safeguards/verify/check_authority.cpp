#include "safeguards/verify/check_authority.h"

#include <string>
#include <system_error>
#include <vector>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/written_authority.h"
#include "safeguards/policy/role.h"

namespace proviso::verify {
namespace {

namespace fs = std::filesystem;

Status add_certificates(const fs::path& folder, std::vector<std::string>& notes) {
  std::error_code fault;
  for (fs::directory_iterator file(folder, fault); !fault && file != fs::directory_iterator();
       file.increment(fault)) {
    if (file->path().extension() != ".cert") continue;
    if (notes.size() == officers::kOfficersMax) {
      return Error{ErrorCode::kOverLimit,
                   concat("a site has at most ",
                          officers::kOfficersMax,
                          " certificates; ",
                          in_quotes(folder.native()),
                          " has more; check that it is the right folder")};
    }
    PROVISO_TRY(std::string note, read_text_file(file->path(), note::kNoteBytesMax));
    notes.push_back(std::move(note));
  }
  return Done{};
}

}  // namespace

Result<Papers> read_papers(const fs::path& site, const note::VerifierKey& root, WallTime at) {
  std::vector<std::string> notes;
  PROVISO_TRY_DONE(add_certificates(site / "officers", notes));
  PROVISO_TRY_DONE(add_certificates(site / "officers" / "former", notes));
  PROVISO_TRY(const std::string revocations,
              read_text_file(site / "revocations.note", note::kNoteBytesMax));
  PROVISO_TRY(const std::string text,
              read_text_file(site / "policy.toml", policy::Policy::kBytesMax));
  PROVISO_TRY(auto officers, officers::Register::open(root, notes, revocations, at));
  PROVISO_TRY(auto policy, policy::Policy::parse(text));
  return Papers{.officers = std::move(officers),
                .policy = std::make_shared<const policy::Policy>(std::move(policy))};
}

Report check_authority(std::string_view note, const Papers& papers, WallTime at) {
  Report report;
  const auto verified =
      authority::WrittenAuthority::verify(note, papers.officers, papers.policy, at);
  if (!verified) {
    report.fault = Fault{.what = verified.error().message, .leaf = std::nullopt};
    return report;
  }
  const authority::WrittenAuthority& authority = *verified.value();
  report.checked.push_back(concat("authority ",
                                  crypto::to_hex(authority.digest()),
                                  " for ",
                                  authority.statement().reference,
                                  " keeps every rule of policy ",
                                  crypto::to_hex(papers.policy->digest),
                                  " at ",
                                  to_rfc3339(at)));
  for (const authority::Signatory& signatory : authority.signatories()) {
    report.checked.push_back(concat("signed by ",
                                    signatory.officer,
                                    ", ",
                                    policy::to_text(signatory.role),
                                    " and ",
                                    policy::to_text(signatory.rank),
                                    ", whom the root key certified: ",
                                    signatory.key.to_text()));
  }
  report.checked.push_back(concat("in force from ",
                                  to_rfc3339(authority.statement().not_before),
                                  " until ",
                                  to_rfc3339(authority.ends_at())));
  return report;
}

}  // namespace proviso::verify
