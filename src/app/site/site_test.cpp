#include "app/site/site.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <string>

#include "base/core/base64.h"
#include "base/core/file.h"
#include "base/core/hex.h"
#include "base/crypto/digest.h"

namespace proviso::site {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRootWords = "the root's own words";
constexpr std::string_view kOfficerWords = "the officer's own words";
const WallTime kNow = parse_rfc3339("2026-11-24T08:30:00Z").value();

class Sites : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::start().has_value());
    std::string path = (fs::temp_directory_path() / "proviso-site-XXXXXX").string();
    ASSERT_NE(::mkdtemp(path.data()), nullptr);
    folder_ = path;
  }
  void TearDown() override {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }

  Site made() const {
    const auto name = officers::SiteName::parse("northgate").value();
    return Site::create(folder_ / "site", name, kRootWords, crypto::kCostMin, kNow).value();
  }
  static officers::Officer asked(std::string id) {
    return {.id = id,
            .name = "Officer " + id,
            .rank = policy::Rank::kSuperintendent,
            .roles = {{.role = policy::Role::kReviewer,
                       .not_before = kNow,
                       .not_after = kNow + std::chrono::days(30)},
                      {.role = policy::Role::kAuthorisingOfficer,
                       .not_before = kNow,
                       .not_after = kNow + std::chrono::days(365)}},
            .key = {}};
  }
  static Result<officers::Certificate> request(const Site& site, const std::string& id) {
    return site.request_officer(asked(id), kOfficerWords, crypto::kCostMin, kNow);
  }
  // Asked for and certified.
  static officers::Officer enlisted(const Site& site, const std::string& id) {
    const auto certificate = request(site, id).value();
    const auto root = site.open_root_key(kRootWords).value();
    EXPECT_TRUE(site.certify(certificate.officer, root, kNow).has_value());
    return certificate.officer;
  }
  static ErrorCode code(const auto& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode{} : result.error().code;
  }

  fs::path folder_;
};

TEST_F(Sites, AreMadeOnceAndOpenedAgain) {
  const Site site = made();
  const Site again = Site::open(folder_ / "site").value();
  EXPECT_EQ(again.root(), site.root());
  EXPECT_EQ(again.name(), "northgate");
  const auto officers = again.read_register(kNow);
  ASSERT_TRUE(officers.has_value()) << officers.error().message;
  EXPECT_TRUE(officers.value().officers().empty());
  EXPECT_EQ(again.open_root_key(kRootWords).value().public_key(), site.root().key);
  EXPECT_EQ(code(again.open_root_key("another's own words")), ErrorCode::kNotAuthorised);

  const auto name = officers::SiteName::parse("northgate").value();
  EXPECT_EQ(code(Site::create(folder_ / "site", name, kRootWords, crypto::kCostMin, kNow)),
            ErrorCode::kInvalidInput);
  EXPECT_EQ(code(Site::open(folder_)), ErrorCode::kNotFound);
}

TEST_F(Sites, WithAWeakPassphraseAreNotMadeAtAll) {
  const auto name = officers::SiteName::parse("northgate").value();
  EXPECT_EQ(code(Site::create(folder_ / "site", name, "too short", crypto::kCostMin, kNow)),
            ErrorCode::kInvalidInput);
  EXPECT_FALSE(fs::exists(folder_ / "site"));
}

TEST_F(Sites, AreClosedToOthersAndHoldNoKeyInClear) {
  const Site site = made();
  enlisted(site, "sam");
  const auto root = site.open_root_key(kRootWords).value();
  const auto sam =
      site.open_officer_key(site.read_register(kNow).value().officers()[0], kOfficerWords).value();
  const auto mode = fs::status(folder_ / "site").permissions();
  EXPECT_EQ(mode & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "site")) {
    if (!entry.is_regular_file()) continue;
    const auto bytes = read_file(entry.path(), 1U << 20U).value();
    for (const crypto::SecretKey* key : {&root, &sam}) {
      EXPECT_TRUE(std::ranges::search(bytes, key->seed()).empty()) << entry;
      for (const std::string& text : {to_base64(key->seed()), to_hex(key->seed())}) {
        EXPECT_TRUE(std::ranges::search(bytes, std::as_bytes(std::span{text})).empty()) << entry;
      }
    }
  }
}

TEST_F(Sites, CertifyWhatAnOfficerAskedFor) {
  const Site site = made();
  const auto request_made = request(site, "sam").value();
  EXPECT_EQ(request_made.officer.key.name, "northgate/sam");
  EXPECT_EQ(site.read_request("sam").value(), request_made);
  EXPECT_EQ(code(request(site, "sam")), ErrorCode::kInvalidInput);  // It waits already.

  const auto root = site.open_root_key(kRootWords).value();
  ASSERT_TRUE(site.certify(request_made.officer, root, kNow).has_value());
  const auto officers = site.read_register(kNow).value();
  ASSERT_NE(officers.find("sam"), nullptr);
  EXPECT_EQ(*officers.find("sam"), request_made.officer);
  EXPECT_EQ(code(site.read_request("sam")), ErrorCode::kNotFound);
  EXPECT_EQ(code(request(site, "sam")), ErrorCode::kInvalidInput);  // One key is certified.

  const auto key = site.open_officer_key(*officers.find("sam"), kOfficerWords);
  ASSERT_TRUE(key.has_value()) << key.error().message;
  EXPECT_EQ(key.value().public_key(), request_made.officer.key.key);
}

TEST_F(Sites, CertifyNothingUnderAnotherRootNorAKeyThatWasNotAskedFor) {
  const Site site = made();
  auto officer = request(site, "sam").value().officer;
  const auto stranger = crypto::SecretKey::generate().value();
  EXPECT_EQ(code(site.certify(officer, stranger, kNow)), ErrorCode::kNotAuthorised);
  EXPECT_EQ(code(site.revoke("sam", "Key lost", stranger, kNow)), ErrorCode::kNotAuthorised);

  const auto root = site.open_root_key(kRootWords).value();
  officer.key.key = stranger.public_key();
  EXPECT_EQ(code(site.certify(officer, root, kNow)), ErrorCode::kNotAuthorised);
  EXPECT_TRUE(site.read_register(kNow).value().officers().empty());
}

TEST_F(Sites, CertifyAnOfficerAgainWithOtherRoles) {
  const Site site = made();
  auto officer = enlisted(site, "sam");
  officer.rank = policy::Rank::kChiefSuperintendent;
  officer.roles.resize(1);
  const auto root = site.open_root_key(kRootWords).value();
  ASSERT_TRUE(site.certify(officer, root, kNow).has_value());
  const auto officers = site.read_register(kNow).value();
  ASSERT_EQ(officers.officers().size(), 1U);
  EXPECT_EQ(officers.officers()[0], officer);
}

TEST_F(Sites, RefuseASecondIdOfOnePerson) {
  const Site site = made();
  enlisted(site, "sam");
  auto twin = asked("samuel");
  twin.name = "Officer sam";
  const auto request_made =
      site.request_officer(twin, kOfficerWords, crypto::kCostMin, kNow).value();
  const auto root = site.open_root_key(kRootWords).value();
  EXPECT_EQ(code(site.certify(request_made.officer, root, kNow)), ErrorCode::kInvalidInput);
  EXPECT_EQ(site.read_register(kNow).value().officers().size(), 1U);
}

TEST_F(Sites, RevokeAKeyAndGiveTheOfficerANewOne) {
  const Site site = made();
  const auto before = enlisted(site, "sam");
  const auto root = site.open_root_key(kRootWords).value();
  const auto after = site.revoke("sam", "Key lost", root, kNow);
  ASSERT_TRUE(after.has_value()) << after.error().message;
  EXPECT_EQ(after.value().revocations().number, 1);
  EXPECT_NE(after.value().revocation_of(before), nullptr);
  EXPECT_EQ(site.revoke("sam", "Key lost", root, kNow).value().revocations().number, 1);
  EXPECT_EQ(code(site.revoke("jo", "Key lost", root, kNow)), ErrorCode::kNotFound);
  EXPECT_EQ(code(site.certify(before, root, kNow)), ErrorCode::kInvalidInput);

  const auto renewed = enlisted(site, "sam");
  EXPECT_NE(renewed.key, before.key);
  const auto officers = site.read_register(kNow).value();
  EXPECT_EQ(officers.find("sam")->key, renewed.key);
  // The former key is still told from a stranger's.
  ASSERT_NE(officers.find(before.key), nullptr);
  EXPECT_NE(officers.revocation_of(*officers.find(before.key)), nullptr);
}

TEST_F(Sites, RefuseARegisterWithoutItsRevocationListOrWithAnotherSites) {
  const Site site = made();
  enlisted(site, "sam");
  const fs::path list = site.folder() / "revocations.note";
  const std::string good = read_text_file(list, note::kNoteBytesMax).value();
  ASSERT_TRUE(site.read_register(kNow).has_value());
  fs::remove(list);
  EXPECT_EQ(code(site.read_register(kNow)), ErrorCode::kNotFound);

  const auto name = officers::SiteName::parse("northgate").value();
  const Site other =
      Site::create(folder_ / "other", name, kRootWords, crypto::kCostMin, kNow).value();
  fs::copy_file(other.folder() / "revocations.note", list);
  EXPECT_EQ(code(site.read_register(kNow)), ErrorCode::kNotAuthorised);
  ASSERT_TRUE(write_file_durably(list, good).has_value());
  EXPECT_TRUE(site.read_register(kNow).has_value());
}

TEST_F(Sites, RefuseAnotherOfficersKeyFile) {
  const Site site = made();
  const auto sam = enlisted(site, "sam");
  enlisted(site, "jo");
  ASSERT_TRUE(site.open_officer_key(sam, kOfficerWords).has_value());
  const fs::path files = site.folder() / "officers";
  fs::copy_file(files / "jo.key", files / "sam.key", fs::copy_options::overwrite_existing);
  EXPECT_EQ(code(site.open_officer_key(sam, kOfficerWords)), ErrorCode::kNotAuthorised);
}

TEST_F(Sites, NameFilesOnlyByIds) {
  const Site site = made();
  EXPECT_EQ(site.authority_file("gate-7").value(), site.folder() / "authorities" / "gate-7.note");
  EXPECT_EQ(site.deployment_file("gate-7").value(), site.folder() / "deployments" / "gate-7.jsonl");
  for (const std::string_view bad : {"", "../root", "a/b", ".", "A"}) {
    EXPECT_FALSE(site.authority_file(bad).has_value()) << bad;
    EXPECT_FALSE(site.deployment_file(bad).has_value()) << bad;
    EXPECT_FALSE(site.read_request(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace proviso::site
