#pragma once

// Makes the statement of an authority from answers: files become their hashes, computed here of the
// very bytes; what the policy fixes is filled in.
//
// Errors: kInvalidInput naming the answer, for what is missing, unknown or out of its range; those
//         of loading the list; kNotFound for a file that is not there. Whether the policy's rules
//         are met is content_rules()' to say.
// Threads: reentrant.

#include <string>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/core/value.h"
#include "base/crypto/digest.h"
#include "safeguards/authority/statement.h"
#include "safeguards/policy/policy.h"

namespace proviso::drafting {

struct DraftContext {
  const policy::Policy& policy;
  WallTime now;               // What "now" means.
  crypto::Digest model_pack;  // Of the pack as it was loaded.
  std::string precision;
};

Result<authority::Statement> draft(const Value::Object& answers, const DraftContext& context);

inline constexpr std::size_t kDocumentBytesMax = std::size_t{256}
                                                 << 20U;  // Of a file to be hashed.

}  // namespace proviso::drafting
