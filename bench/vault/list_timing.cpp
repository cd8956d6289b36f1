// Times how long a sealed list takes from its file to where it can be searched.
//
//   bench_list FILE ENTRIES THUMBNAIL_BYTES REPEATS
//
//   in   FILE: where the list is written, and removed again; beside it a vault's rows and keys
//   out  JSON on stdout: entries, bytes, seconds of each repeat: the vault's keys, reading, opening
//        and checking every content, and the search index

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "adapters/sql/database.h"
#include "app/vault/locked_list.h"
#include "app/vault/tables.h"
#include "base/core/check.h"
#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/guarded_arena.h"
#include "base/crypto/sealed_bytes.h"
#include "safeguards/watchlist/key_folder.h"
#include "safeguards/watchlist/list_format.h"
#include "stages/search/searcher.h"

namespace proviso::search {
namespace {

constexpr std::size_t kDimension = 128;
constexpr std::size_t kThreads = 2;

watchlist::ListContents made(std::size_t entries, std::size_t thumbnail_bytes) {
  watchlist::ListContents list{.state = watchlist::ListState::kSealed,
                               .made_at = parse_rfc3339("2026-11-24T09:00:00Z").value(),
                               .model_pack = crypto::sha256("pack"),
                               .dimension = kDimension,
                               .entries = {}};
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::size_t n = 0; n < entries; ++n) {
    std::vector<float> values(kDimension);
    double squares = 0;
    for (float& value : values) {
      value = normal(random);
      squares += double{value} * value;
    }
    for (float& value : values) value /= static_cast<float>(std::sqrt(squares));
    // Ids of one length, so that their order is that of the numbers.
    list.entries.push_back(
        {.id = EntryId::parse(concat("e", std::to_string(10'000'000 + n))).value(),
         .label = concat("Entry ", n),
         .category = {},
         .photographs = {crypto::sha256(std::to_string(n))},
         .values = std::move(values),
         .thumbnail_jpeg = std::vector<std::uint8_t>(thumbnail_bytes, 0x5a)});
  }
  return list;
}

// A vault of those entries' keys alone: all that a list needs to be opened.
class Vault {
 public:
  explicit Vault(const std::filesystem::path& folder)
      : database_(sql::Database::open(concat("sqlite:", folder.native(), ".rows")).value()),
        files_(make(concat(folder.native(), ".keys"))),
        tables_(*database_, list_.text()) {}

  void add(const std::vector<watchlist::ListEntry>& entries) {
    constexpr std::size_t kTogether = 10'000;
    PROVISO_CHECK(tables_.create(sql::Blob(1)).has_value());
    auto keyring = watchlist::Keyring::create(list_, master_, files_, tables_).value();
    std::vector<vault::NewRows> rows;
    for (const watchlist::ListEntry& entry : entries) {
      rows.push_back({.key = keyring.new_key(entry.id).value().row, .records = {}});
      if (rows.size() < kTogether && &entry != &entries.back()) continue;
      PROVISO_CHECK(tables_.put(rows).has_value());
      rows.clear();
    }
  }
  vault::EntryKeys keys() {
    return {.list = list_, .master = master_, .database = *database_, .files = files_};
  }

 private:
  static std::filesystem::path make(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    return folder;
  }

  watchlist::ListId list_ = watchlist::ListId::parse("bench").value();
  crypto::Secret master_ = crypto::new_sealing_key().value();
  std::unique_ptr<sql::Database> database_;
  watchlist::KeyFolder files_;
  vault::Tables tables_;
};

int run(const std::filesystem::path& file,
        std::size_t entries,
        std::size_t thumbnail_bytes,
        std::size_t repeats) {
  PROVISO_CHECK(crypto::start().has_value());
  const crypto::Secret list_key = crypto::new_sealing_key().value();
  Vault vault(file);
  std::size_t bytes = 0;
  {
    const auto contents = made(entries, thumbnail_bytes);
    vault.add(contents.entries);
    const auto written = vault::lock(contents, list_key, vault.keys()).value().bytes;
    bytes = written.size();
    PROVISO_CHECK(write_file_durably(file, written).has_value());
  }
  std::cout << R"({"entries": )" << entries << R"(, "bytes": )" << bytes << R"(, "seconds": [)";
  for (std::size_t n = 0; n < repeats; ++n) {
    const auto start = std::chrono::steady_clock::now();
    const auto source = watchlist::ListSource::open(file);
    PROVISO_CHECK(source.has_value());
    const auto head = watchlist::parse_head(source.value());
    PROVISO_CHECK(head.has_value());
    const auto list = vault::open_locked(source.value(), head.value(), list_key, vault.keys());
    PROVISO_CHECK(list.has_value());
    const auto searcher = Searcher::create(list.value(), kThreads);
    PROVISO_CHECK(searcher.has_value());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << (n == 0 ? "" : ", ") << took.count();
  }
  std::cout << "]}\n";
  std::filesystem::remove(file);
  return 0;
}

}  // namespace
}  // namespace proviso::search

int main(int count, char** words) {
  if (count != 5) {
    std::cerr << "usage: bench_list FILE ENTRIES THUMBNAIL_BYTES REPEATS\n";
    return 2;
  }
  const auto number = [&](int at) { return std::strtoull(words[at], nullptr, 10); };
  return proviso::search::run(words[1], number(2), number(3), number(4));
}
