#pragma once

// For tests: the list of tests/formats/make_watchlist.py, as values and as the bytes of its files.
//
// Threads: values. crypto::start() must have run.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/watchlist/sealed_list.h"

namespace proviso::watchlist {

inline EntryId entry_named(std::string_view text) {
  return EntryId::parse(text).value();
}

// The first half of a hash of the id.
inline Salt salt_of(std::string_view id) {
  const crypto::Digest digest = crypto::sha256(concat("salt ", id));
  Salt salt{};
  std::memcpy(salt.data(), digest.bytes.data(), salt.size());
  return salt;
}

inline ListContents small_list(ListState state) {
  const bool sealed = state == ListState::kSealed;
  ListContents list{
      .state = state,
      .made_at =
          parse_rfc3339(sealed ? "2026-11-24T09:00:00.250000Z" : "2026-11-24T08:30:00Z").value(),
      .model_pack = crypto::sha256("pack"),
      .dimension = 4,
      .entries = {}};
  list.entries.push_back({.id = entry_named("anna"),
                          .salt = salt_of("anna"),
                          .label = "Anna M\xC3\xBCller",
                          .category = "missing-at-risk",
                          .photographs = {crypto::sha256("first"), crypto::sha256("second")},
                          .values = {0.6F, 0.8F, 0, 0},
                          .thumbnail_jpeg = {0xFF, 0xD8, 0xFF}});
  list.entries.push_back({.id = entry_named("bo.2"),
                          .salt = salt_of("bo.2"),
                          .label = "",
                          .category = "",
                          .photographs = {crypto::sha256("third")},
                          .values = {0, 0, -1, 0},
                          .thumbnail_jpeg = {}});
  return list;
}

inline std::filesystem::path vector_file(ListState state) {
  return concat(PROVISO_SOURCE "/tests/formats/watchlist_",
                state == ListState::kSealed ? "sealed" : "draft",
                "_v2.list");
}

inline std::vector<std::byte> vector_bytes(ListState state) {
  return read_file(vector_file(state), kFileBytesMax).value();
}

inline crypto::Digest digest_of(const ListContents& list) {
  return parse_head(ListSource(to_bytes(list))).value().digest;
}

// A locked list whose contents are padded and not sealed: for all that is not about their keys.
inline std::vector<std::byte> as_if_locked(const ListContents& list) {
  const auto sealing =
      [](const crypto::Digest&, const EntryId&, std::span<const std::byte> content) {
        std::vector<std::byte> padded(content.begin(), content.end());
        padded.resize(content.size() + crypto::kSealedOverheadBytes);
        return Result(std::move(padded));
      };
  return to_locked_bytes(list, sealing).value().bytes;
}

// That list as a vault opens it which has erased `erased` since.
inline Result<std::shared_ptr<const SealedList>> opened_by_vault(std::span<const std::byte> bytes,
                                                                 std::string_view erased = {}) {
  const ListSource source(bytes);
  PROVISO_TRY(const auto head, parse_head(source));
  return SealedList::load_locked(
      source, head, [&](const LockedContent& locked, std::span<std::byte> content) -> Result<bool> {
        PROVISO_CHECK(locked.lane < kLoadLanesMax);
        std::ranges::copy(locked.sealed.first(content.size()), content.begin());
        return locked.entry.text() != erased;
      });
}

inline std::vector<std::byte> bytes_of(std::string_view text) {
  const auto bytes = std::as_bytes(std::span(text));
  return {bytes.begin(), bytes.end()};
}

inline std::string text_of(std::span<const std::byte> bytes) {
  std::string text(bytes.size(), '\0');
  std::memcpy(text.data(), bytes.data(), bytes.size());
  return text;
}

// Every text that differs from `text` by one byte changed (each bit, and a few likely values), left
// out or put in, or by its end cut off.
inline std::vector<std::string> damaged_once(const std::string& text) {
  constexpr std::string_view kLikely("\0\x01\xFF 09\n", 7);
  std::vector<std::string> out;
  for (std::size_t place = 0; place < text.size(); ++place) {
    out.push_back(text.substr(0, place));
    out.push_back(text.substr(0, place) + text.substr(place + 1));
    std::string values(kLikely);
    for (unsigned bit = 0; bit < 8; ++bit) {
      values += static_cast<char>(static_cast<unsigned char>(text[place]) ^ (1U << bit));
    }
    for (const char value : values) {
      if (value == text[place]) continue;
      out.push_back(text);
      out.back()[place] = value;
    }
    for (const char value : kLikely) {
      out.push_back(text);
      out.back().insert(place, 1, value);
    }
  }
  return out;
}

}  // namespace proviso::watchlist
