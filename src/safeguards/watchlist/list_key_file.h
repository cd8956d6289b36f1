#pragma once

// The small file that holds a list key, wrapped by the master key: docs/formats/keyring.md has its
// four lines.
//
// Errors: read: kNotAuthorised under another master key; kCorrupt for any other text than the one
//         that was written for this list and epoch. Threads: reentrant.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/core/result.h"
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

}  // namespace proviso::watchlist
