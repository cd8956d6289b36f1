#pragma once

// For tests: entries of made-up people, each with its photograph and template. It has an
// embed::Embedder of its own: no test program links it beside stages/embed.
//
// Threads: values.

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "base/core/concat.h"
#include "safeguards/watchlist/entry_tool.h"
#include "safeguards/watchlist/reference.h"

namespace proviso::embed {

// Stands in for the one that makes References from photographs.
class Embedder {
 public:
  static watchlist::Reference reference(std::vector<float> values) {
    return watchlist::Reference(std::move(values));
  }
};

}  // namespace proviso::embed

namespace proviso::vault {

using watchlist::kEntryNow;

inline constexpr std::size_t kDimension = 128;

inline crypto::Secret key_from(std::string_view name) {
  const crypto::Digest digest = crypto::sha256(name);
  return crypto::Secret::copy_of(std::as_bytes(std::span(digest.bytes))).value();
}

// The same name, the same unit vector.
inline std::vector<float> values_of(std::string_view name) {
  std::vector<float> values;
  for (std::size_t i = 0; values.size() < kDimension; ++i) {
    for (const std::uint8_t byte : crypto::sha256(concat(name, i)).bytes) {
      values.push_back((static_cast<float>(byte) - 127.5F) / 128.0F);
    }
  }
  float sum = 0;
  for (const float value : values) sum += value * value;
  for (float& value : values) value /= std::sqrt(sum);
  return values;
}

inline std::string photograph_of(std::string_view id) {
  return concat("photograph of ", id);
}

inline watchlist::Entry entry_of(const std::string& id) {
  watchlist::Entry entry = watchlist::whole_entry(id);
  entry.images.front().digest = crypto::sha256(photograph_of(id));
  return entry;
}

inline std::string id_of(std::size_t number) {
  return concat("w-", number);
}

}  // namespace proviso::vault
