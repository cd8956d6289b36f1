#pragma once

// The small files that hold a list key, or the key of a sealed list, wrapped by the master key:
// docs/formats/keyring.md has their lines.
//
// Errors: read: kNotAuthorised under another master key; kCorrupt for any other text than the one
//         that was written for this place. Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/clock.h"
#include "base/core/result.h"
#include "base/crypto/digest.h"
#include "base/crypto/secret.h"

namespace proviso::watchlist {

inline constexpr std::size_t kListKeyFileBytesMax = 512;

struct ListKeyPlace {
  std::string list;  // A ListId.
  std::uint64_t epoch = 0;
};

std::string to_list_key_file(const ListKeyPlace& place,
                             const crypto::Secret& list_key,
                             const crypto::Secret& master);
Result<crypto::Secret> read_list_key_file(std::string_view text,
                                          const ListKeyPlace& place,
                                          const crypto::Secret& master);

// A list that was sealed for a deployment.
struct SealedListPlace {
  crypto::Digest watchlist;
  WallTime sealed_at;
};

std::string to_sealed_list_key_file(const SealedListPlace& place,
                                    const crypto::Secret& key,
                                    const crypto::Secret& master);
Result<crypto::Secret> read_sealed_list_key_file(std::string_view text,
                                                 const crypto::Digest& watchlist,
                                                 const crypto::Secret& master);
// Without a key: what the file says of itself, which nobody has authenticated.
Result<SealedListPlace> sealed_list_place(std::string_view text);

}  // namespace proviso::watchlist
