#include "safeguards/officers/revocations.h"

#include <gtest/gtest.h>

#include "base/core/concat.h"
#include "base/json/json.h"
#include "safeguards/officers/document.h"
#include "safeguards/officers/site_tool.h"

namespace proviso::officers {
namespace {

constexpr std::string_view kFirstLine = "proviso/revocations/v1";

class RevocationLists : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(crypto::start().has_value()); }
};

Revocation revocation_of(std::string_view id) {
  return {.officer = std::string(id), .key = key_of(id, id), .at = kNow, .reason = "Key lost"};
}

Value::Object body() {
  const std::string text =
      to_text(revocations_of({revocation_of("jo"), revocation_of("sam")})).value();
  return *body_of(text, kFirstLine).value().object();
}

bool is_accepted(const Value::Object& body) {
  return parse_revocations(document_of(kFirstLine, body)).has_value();
}

TEST_F(RevocationLists, AreReadBackFromTheirText) {
  for (const Revocations& list :
       {revocations_of({}), revocations_of({revocation_of("jo"), revocation_of("sam")})}) {
    EXPECT_EQ(parse_revocations(to_text(list).value()).value(), list);
  }
}

// docs/formats/officer.md.
TEST_F(RevocationLists, HaveTheFormThatIsWrittenDown) {
  Revocation jo = revocation_of("jo");
  jo.key =
      note::VerifierKey::parse("northgate/jo+986f98c5+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
          .value();
  EXPECT_EQ(to_text(revocations_of({jo})).value(),
            "proviso/revocations/v1\n"
            R"({"issued_at":"2026-11-24T08:30:00Z","number":1,"revoked":[)"
            R"({"at":"2026-11-24T08:30:00Z",)"
            R"("key":"northgate/jo+986f98c5+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",)"
            R"("officer":"jo","reason":"Key lost"}],"site":"northgate"})"
            "\n");
}

TEST_F(RevocationLists, AreRefusedWithAnyFieldDroppedRetypedOrAdded) {
  ASSERT_TRUE(is_accepted(body()));
  for (const auto& [name, value] : body()) {
    Value::Object dropped = body();
    dropped.erase(name);
    EXPECT_FALSE(is_accepted(dropped)) << name;
    for (const Value& other :
         {Value{}, Value{true}, Value{-1}, Value{""}, Value{Value::Object{}}}) {
      Value::Object retyped = body();
      retyped[name] = other;
      EXPECT_FALSE(is_accepted(retyped)) << name << " as " << described(other);
    }
  }
  Value::Object added = body();
  added["note"] = "x";
  EXPECT_FALSE(is_accepted(added));
}

TEST_F(RevocationLists, AreRefusedWithAnyFieldOfARevocationDroppedOrRetyped) {
  for (const std::string name : {"at", "key", "officer", "reason"}) {
    for (const Value& other : {Value{}, Value{7}, Value{""}, Value{Value::Array{}}}) {
      Value::Object whole = body();
      Value::Array revoked = *whole["revoked"].array();
      Value::Object one = *revoked[0].object();
      one[name] = other;
      revoked[0] = one;
      whole["revoked"] = revoked;
      EXPECT_FALSE(is_accepted(whole)) << name;
      one.erase(name);
      revoked[0] = one;
      whole["revoked"] = revoked;
      EXPECT_FALSE(is_accepted(whole)) << name;
    }
  }
}

TEST_F(RevocationLists, NameAKeyOnceAndByItsOwnOfficer) {
  EXPECT_FALSE(to_text(revocations_of({revocation_of("jo"), revocation_of("jo")})).has_value());
  Revocation other = revocation_of("jo");
  other.officer = "sam";
  EXPECT_FALSE(to_text(revocations_of({other})).has_value());
}

TEST_F(RevocationLists, TakeAReasonOfTheLongestLengthAndNoOther) {
  Revocation jo = revocation_of("jo");
  jo.reason = std::string(kReasonBytesMax, 'r');
  EXPECT_TRUE(to_text(revocations_of({jo})).has_value());
  for (const std::string& reason :
       {std::string(kReasonBytesMax + 1, 'r'), std::string{}, std::string("\xFF")}) {
    jo.reason = reason;
    EXPECT_FALSE(to_text(revocations_of({jo})).has_value());
  }
}

TEST_F(RevocationLists, HoldAsManyAsTheyMayAndNoneOver) {
  const std::string longest_reason(kReasonBytesMax, 'r');
  std::vector<Revocation> revoked;
  for (std::size_t i = 0; i < kRevocationsMax; ++i) {
    // Ids of the greatest length: the fullest list still fits its note.
    std::string id = concat(i, std::string(kIdLengthMax, 'o')).substr(0, kIdLengthMax);
    Revocation one = revocation_of(id);
    one.reason = longest_reason;
    revoked.push_back(std::move(one));
  }
  const auto full = to_text(revocations_of(revoked));
  ASSERT_TRUE(full.has_value()) << full.error().message;
  EXPECT_TRUE(note::check_text(full.value()).has_value());
  revoked.push_back(revocation_of("one-over"));
  EXPECT_FALSE(to_text(revocations_of(revoked)).has_value());
}

}  // namespace
}  // namespace proviso::officers
