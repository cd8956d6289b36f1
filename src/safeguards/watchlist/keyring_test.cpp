#include "safeguards/watchlist/keyring.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "base/crypto/digest.h"
#include "safeguards/watchlist/keyring_tool.h"
#include "safeguards/watchlist/list_key_file.h"

namespace proviso::watchlist {
namespace {

const bool kCryptoStarted = crypto::start().has_value();

crypto::Secret key_from(std::string_view name) {
  const crypto::Digest digest = crypto::sha256(name);
  return crypto::Secret::copy_of(std::as_bytes(std::span(digest.bytes))).value();
}

EntryId entry_of(std::size_t number) {
  return EntryId::parse(concat("w-", number)).value();
}

class KeyringTest : public testing::Test {
 protected:
  // A list of `count` entries; the keys are kept to compare with.
  Keyring made(std::size_t count) {
    auto keyring = Keyring::create(list, master, files, table);
    EXPECT_TRUE(keyring.has_value()) << keyring.error().message;
    for (std::size_t i = 0; i < count; ++i) {
      auto key = keyring.value().new_key(entry_of(i)).value();
      keys.push_back(key_bytes(key.key));
      table.wrapped.push_back(std::move(key.row));
    }
    return std::move(keyring).value();
  }

  static std::string key_bytes(const crypto::Secret& key) { return std::string(key.text()); }

  std::vector<EntryId> first(std::size_t count) const {
    std::vector<EntryId> ids;
    for (std::size_t i = 0; i < count; ++i) ids.push_back(entry_of(i));
    return ids;
  }

  // How many of the rows of a copied table open with these files, read as the process would.
  std::size_t opened(const std::vector<WrappedKey>& rows, std::uint64_t epoch) {
    FaultPlan none;
    MemoryKeyTable copy(none);
    copy.wrapped = rows;
    copy.current = epoch;
    MemoryKeyFiles same(none);
    same.files = files.files;
    std::size_t count = 0;
    // With every file under every name: a thief is not bound to our order.
    for (const auto& [named, text] : files.files) {
      same.files = {{epoch, text}};
      auto keyring = Keyring::open(list, master, same, copy);
      if (!keyring) continue;
      for (const WrappedKey& row : rows) count += keyring.value().unwrap(row).has_value() ? 1 : 0;
    }
    return count;
  }

  FaultPlan plan;
  ListId list = ListId::parse("northgate").value();
  crypto::Secret master = key_from("master");
  MemoryKeyFiles files{plan};
  MemoryKeyTable table{plan};
  std::vector<std::string> keys;
};

TEST_F(KeyringTest, UnwrapsWhatItWrappedAlsoAfterOpeningAgain) {
  ASSERT_TRUE(kCryptoStarted);
  made(3);
  auto keyring = Keyring::open(list, master, files, table);
  ASSERT_TRUE(keyring.has_value()) << keyring.error().message;
  EXPECT_EQ(keyring.value().epoch(), 1U);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(key_bytes(keyring.value().unwrap(table.wrapped[i]).value()), keys[i]);
  }
}

TEST_F(KeyringTest, DestroysTheKeysOfSomeForYesterdaysCopiesTooAndKeepsTheOthers) {
  Keyring keyring = made(1000);
  const auto copied_rows = table.wrapped;
  ASSERT_EQ(opened(copied_rows, 1), 1000U) << "control: before it, all open";

  ASSERT_TRUE(keyring.destroy(first(400)).has_value());
  EXPECT_EQ(opened(copied_rows, 1), 0U) << "a copy of the rows opens with nothing that is left";
  EXPECT_EQ(files.files.size(), 1U);
  EXPECT_EQ(table.wrapped.size(), 600U);
  for (std::size_t i = 0; i < 600; ++i) {
    EXPECT_EQ(key_bytes(keyring.unwrap(table.wrapped[i]).value()), keys[400 + i]);
  }
}

TEST_F(KeyringTest, WouldOpenThemWithTheOldListKeyKept) {
  Keyring keyring = made(1000);
  const auto copied_rows = table.wrapped;
  const auto old_file = files.files;
  ASSERT_TRUE(keyring.destroy(first(400)).has_value());
  files.files.insert(old_file.begin(), old_file.end());
  EXPECT_EQ(opened(copied_rows, 1), 1000U) << "the control: the scan above is not blind";
}

TEST_F(KeyringTest, IsWholeWhereverAnErasureWasKilled) {
  std::size_t changes = 0;
  {
    Keyring keyring = made(10);
    const std::size_t before = plan.changes;
    ASSERT_TRUE(keyring.destroy(first(4)).has_value());
    changes = plan.changes - before;
  }
  ASSERT_EQ(changes, 4U) << "the new file, the table, the old file twice";
  for (std::size_t at = 0; at < changes; ++at) {
    for (const bool takes_effect : {false, true}) {
      files.files.clear();
      table.wrapped.clear();
      table.current = 0;
      keys.clear();
      plan = {};
      {
        Keyring keyring = made(10);
        plan = {.change = at, .takes_effect = takes_effect};
        EXPECT_FALSE(keyring.destroy(first(4)).has_value()) << "never done before it is done";
      }
      plan = {};
      const auto copied_rows = table.wrapped;
      const auto copied_epoch = table.current;
      auto keyring = Keyring::open(list, master, files, table);
      ASSERT_TRUE(keyring.has_value()) << at << keyring.error().message;
      EXPECT_EQ(files.files.size(), 1U) << at;
      const std::size_t start = table.wrapped.size() == 10 ? 0 : 4;
      for (std::size_t i = 0; i < table.wrapped.size(); ++i) {
        EXPECT_EQ(key_bytes(keyring.value().unwrap(table.wrapped[i]).value()), keys[start + i]);
      }
      ASSERT_TRUE(keyring.value().destroy(first(4)).has_value());
      EXPECT_EQ(table.wrapped.size(), 6U);
      if (start == 0) {
        EXPECT_EQ(opened(copied_rows, copied_epoch), 0U);
      }
    }
  }
}

TEST_F(KeyringTest, TakesUpAnErasureThatFailedInTheSameProcess) {
  for (std::size_t at = 0; at < 4; ++at) {
    files.files.clear();
    table.wrapped.clear();
    table.current = 0;
    keys.clear();
    plan = {};
    Keyring keyring = made(10);
    plan = {.change = at, .takes_effect = false};
    EXPECT_FALSE(keyring.destroy(first(4)).has_value());
    plan = {};
    ASSERT_TRUE(keyring.destroy(first(4)).has_value());
    EXPECT_EQ(table.wrapped.size(), 6U);
    EXPECT_EQ(files.files.size(), 1U) << "a second call ends what the first began";
    EXPECT_EQ(key_bytes(keyring.unwrap(table.wrapped[0]).value()), keys[4]);
    EXPECT_TRUE(keyring.new_key(entry_of(99)).has_value());
  }
}

TEST_F(KeyringTest, IsMadeWhereverItsMakingWasKilled) {
  for (std::size_t at = 0; at < 2; ++at) {
    for (const bool takes_effect : {false, true}) {
      files.files.clear();
      table.current = 0;
      plan = {.change = at, .takes_effect = takes_effect};
      EXPECT_FALSE(Keyring::create(list, master, files, table).has_value());
      plan = {};
      const bool made_anyway = Keyring::open(list, master, files, table).has_value();
      EXPECT_NE(made_anyway, Keyring::create(list, master, files, table).has_value()) << at;
    }
  }
}

TEST_F(KeyringTest, RefusesASwappedRowAnotherMasterKeyAndAnotherList) {
  Keyring keyring = made(2);
  EXPECT_FALSE(keyring.unwrap({.entry = "w-1", .wrapped = table.wrapped[0].wrapped}).has_value());
  EXPECT_FALSE(keyring.unwrap({.entry = "w-0", .wrapped = {}}).has_value());
  const auto other_master = Keyring::open(list, key_from("another"), files, table);
  ASSERT_FALSE(other_master.has_value());
  EXPECT_EQ(other_master.error().code, ErrorCode::kNotAuthorised);
  const auto other_list = Keyring::open(ListId::parse("southgate").value(), master, files, table);
  ASSERT_FALSE(other_list.has_value());
  EXPECT_EQ(other_list.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(files.files.size(), 1U) << "nothing is destroyed when it does not open";
}

TEST_F(KeyringTest, RefusesATableThatIsOlderThanTheKeysAndDestroysNothing) {
  Keyring keyring = made(10);
  const auto old_rows = table.wrapped;
  const auto old_files = files.files;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::vector<EntryId> one{entry_of(i)};
    ASSERT_TRUE(keyring.destroy(one).has_value());
  }
  const auto now_files = files.files;
  table.wrapped = old_rows;
  table.current = 1;
  auto reopened = Keyring::open(list, master, files, table);
  ASSERT_FALSE(reopened.has_value());
  EXPECT_EQ(reopened.error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(files.files, now_files);
  files.files.insert(old_files.begin(), old_files.end());
  reopened = Keyring::open(list, master, files, table);
  ASSERT_FALSE(reopened.has_value()) << "also with the old key file put back beside the new one";
  EXPECT_EQ(files.files.size(), 2U);
}

TEST_F(KeyringTest, DestroysNothingForAnIdWithoutAKey) {
  Keyring keyring = made(2);
  const std::size_t before = plan.changes;
  const std::vector<EntryId> unknown{entry_of(77)};
  EXPECT_TRUE(keyring.destroy(unknown).has_value());
  EXPECT_EQ(plan.changes, before);
  EXPECT_FALSE(Keyring::create(list, master, files, table).has_value()) << "it is there already";
}

TEST(ListKeyFile, OpensOnlyAsItWasWritten) {
  const auto master = key_from("master");
  const auto key = key_from("list key");
  const ListKeyPlace place{.list = "northgate", .epoch = 3};
  const std::string text = to_list_key_file(place, key, master);
  EXPECT_LE(text.size(), kListKeyFileBytesMax);
  EXPECT_EQ(read_list_key_file(text, place, master).value().text(), key.text());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(read_list_key_file(changed, place, master).has_value()) << i;
    EXPECT_FALSE(read_list_key_file(text.substr(0, i), place, master).has_value()) << i;
  }
  EXPECT_FALSE(read_list_key_file(text + "\n", place, master).has_value());
  EXPECT_FALSE(read_list_key_file(text, {.list = "northgate", .epoch = 4}, master).has_value());
}

// docs/formats/keyring.md
TEST(ListKeyFile, IsTheVectorOfItsFormatsPage) {
  const auto page = read_text_file(
      std::filesystem::path(PROVISO_SOURCE) / "docs" / "formats" / "keyring.md", 1 << 20);
  ASSERT_TRUE(page.has_value());
  std::string text;
  std::size_t at = page.value().find("    proviso/list-key/v1 ");
  for (int line = 0; line < 3; ++line) {
    ASSERT_NE(at, std::string::npos);
    const std::size_t end = page.value().find('\n', at);
    text += page.value().substr(at + 4, end - at - 3);
    at = end + 1;
  }
  const auto key = read_list_key_file(text, {.list = "northgate", .epoch = 3}, key_from("master"));
  ASSERT_TRUE(key.has_value()) << key.error().message << text;
  EXPECT_EQ(key.value().text(), key_from("list key").text());
}

}  // namespace
}  // namespace proviso::watchlist
