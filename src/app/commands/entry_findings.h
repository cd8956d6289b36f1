#pragma once

// What gives reason to look twice at an entry that is asked for or approved, gathered from its
// photographs, the list and a cohort (app/vault/findings.h), and shown before anybody signs.
//
//   cohort   every face of at least the policy's enrolment width in the JPEGs of a folder, in the
//            order of their names: fixed strangers, known to be on no list. Whoever is in it twice
//            counts once. It is told by its digest: SHA-256 of its files' SHA-256s, in that order
//   errors   those of enrolment and of the vault; load_cohort(): kNotFound for no folder,
//            kInvalidInput for a folder without a face, kOverLimit over kCohortFilesMax files
//   threads  thread-bound

#include <filesystem>
#include <string>
#include <vector>

#include "app/commands/engine.h"
#include "app/commands/vault_desk.h"
#include "app/enrolment/enrolment.h"
#include "app/vault/findings.h"

namespace proviso::commands {

inline constexpr std::size_t kCohortFilesMax = 256;

struct Cohort {
  std::vector<vault::Known> faces;
  crypto::Digest digest;
};
Result<Cohort> load_cohort(Engine& engine,
                           const policy::Policy& policy,
                           const std::filesystem::path& folder);

// Of photographs alone: whether one may be several laid over one another, or is hardly a face.
std::vector<vault::Finding> findings_of_images(
    const std::vector<enrolment::PhotographReport>& photographs);

// The photographs of a stored entry looked at again: the second of two officers does not rely on what
// the first one's machine said.
Result<std::vector<vault::Finding>> findings_of_stored(Engine& engine,
                                                       const policy::Policy& policy,
                                                       const vault::View& view);

// "look-alike w-7 (0.512); composite (1.204)"
std::string to_text(const std::vector<vault::Finding>& findings);

}  // namespace proviso::commands
