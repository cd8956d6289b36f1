#include "safeguards/officers/officer.h"

#include <gtest/gtest.h>

#include <functional>

#include "base/json/json.h"
#include "safeguards/officers/document.h"
#include "safeguards/officers/site_tool.h"

namespace proviso::officers {
namespace {

constexpr std::string_view kFirstLine = "proviso/officer/v1";

class Certificates : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(crypto::start().has_value()); }
};

Certificate with_two_roles() {
  Certificate certificate = certificate_of("sam");
  certificate.officer.roles.push_back({.role = policy::Role::kReviewer,
                                       .not_before = kNow,
                                       .not_after = kNow + std::chrono::days(30)});
  return certificate;
}

std::string text_of(const Certificate& certificate) {
  return to_text(certificate, CertificateKind::kCertificate).value();
}

Value::Object body() {
  const std::string text = text_of(with_two_roles());
  return *body_of(text, kFirstLine).value().object();
}

bool is_accepted(const Value::Object& body) {
  return parse_certificate(document_of(kFirstLine, body), CertificateKind::kCertificate)
      .has_value();
}

ErrorCode refusal(const Certificate& certificate) {
  const auto text = to_text(certificate, CertificateKind::kCertificate);
  EXPECT_FALSE(text.has_value());
  return text ? ErrorCode{} : text.error().code;
}

TEST_F(Certificates, AreReadBackFromTheirText) {
  const Certificate certificate = with_two_roles();
  for (const auto kind : {CertificateKind::kCertificate, CertificateKind::kRequest}) {
    const std::string text = to_text(certificate, kind).value();
    EXPECT_EQ(parse_certificate(text, kind).value(), certificate);
  }
}

// docs/formats/officer.md.
TEST_F(Certificates, HaveTheFormThatIsWrittenDown) {
  Certificate certificate = certificate_of("sam");
  certificate.officer.key =
      note::VerifierKey::parse(
          "northgate/sam+65fab8a0+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
          .value();
  EXPECT_EQ(text_of(certificate),
            "proviso/officer/v1\n"
            R"({"id":"sam","issued_at":"2026-11-24T08:30:00Z",)"
            R"("key":"northgate/sam+65fab8a0+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",)"
            R"("name":"Officer sam","rank":"superintendent",)"
            R"("roles":[{"not_after":"2027-11-24T08:30:00Z","not_before":"2026-11-23T08:30:00Z",)"
            R"("role":"authorising-officer"}],"site":"northgate"})"
            "\n");
}

TEST_F(Certificates, DoNotPassForRequestsNorTheOtherWayRound) {
  const Certificate certificate = certificate_of("sam");
  EXPECT_FALSE(parse_certificate(text_of(certificate), CertificateKind::kRequest).has_value());
  EXPECT_FALSE(parse_certificate(to_text(certificate, CertificateKind::kRequest).value(),
                                 CertificateKind::kCertificate)
                   .has_value());
}

TEST_F(Certificates, AreRefusedWithAnyFieldDroppedRetypedOrAdded) {
  ASSERT_TRUE(is_accepted(body()));
  for (const auto& [name, value] : body()) {
    Value::Object dropped = body();
    dropped.erase(name);
    EXPECT_FALSE(is_accepted(dropped)) << name;
    for (const Value& other : {Value{},
                               Value{true},
                               Value{7},
                               Value{""},
                               Value{Value::Array{}},
                               Value{Value::Object{}}}) {
      Value::Object retyped = body();
      retyped[name] = other;
      EXPECT_FALSE(is_accepted(retyped)) << name << " as " << described(other);
    }
    const std::string field = json::to_canonical(Value::Object{{name, value}});
    const std::string text = document_of(kFirstLine, body());
    const std::string doubled = std::string(kFirstLine) + "\n{" +
                                field.substr(1, field.size() - 2) + "," +
                                text.substr(kFirstLine.size() + 2);
    EXPECT_FALSE(parse_certificate(doubled, CertificateKind::kCertificate).has_value()) << name;
  }
  Value::Object added = body();
  added["note"] = "x";
  EXPECT_FALSE(is_accepted(added));
}

TEST_F(Certificates, AreRefusedWithAnyFieldOfARoleDroppedRetypedOrAdded) {
  const auto with_role = [](const std::function<void(Value::Object&)>& change) {
    Value::Object whole = body();
    Value::Array roles = *whole["roles"].array();
    Value::Object role = *roles[0].object();
    change(role);
    roles[0] = role;
    whole["roles"] = roles;
    return is_accepted(whole);
  };
  ASSERT_TRUE(with_role([](Value::Object&) {}));
  for (const std::string name : {"not_after", "not_before", "role"}) {
    EXPECT_FALSE(with_role([&](Value::Object& role) { role.erase(name); })) << name;
    for (const Value& other : {Value{}, Value{7}, Value{""}, Value{Value::Array{}}}) {
      EXPECT_FALSE(with_role([&](Value::Object& role) { role[name] = other; })) << name;
    }
  }
  EXPECT_FALSE(with_role([](Value::Object& role) { role["rank"] = "x"; }));
}

TEST_F(Certificates, AreRefusedInASecondForm) {
  const std::string good = text_of(certificate_of("sam"));
  const auto is_refused = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return !parse_certificate(text, CertificateKind::kCertificate).has_value();
  };
  ASSERT_FALSE(is_refused("sam", "sam"));
  EXPECT_TRUE(is_refused("{\"id\"", "{ \"id\""));
  EXPECT_TRUE(is_refused("08:30:00Z", "08:30:00.000000Z"));
  EXPECT_TRUE(is_refused("Officer sam", "Officer \\u0073am"));
  EXPECT_TRUE(is_refused("}\n", "}"));
  EXPECT_TRUE(is_refused("}\n", "}\n\n"));
  EXPECT_TRUE(is_refused("v1\n", "v1\r\n"));
  EXPECT_TRUE(is_refused("v1\n", "v2\n"));
}

TEST_F(Certificates, TakeANameOfTheLongestLengthAndNoOther) {
  Certificate certificate = certificate_of("sam");
  certificate.officer.name = std::string(kNameBytesMax, 'n');
  EXPECT_TRUE(to_text(certificate, CertificateKind::kCertificate).has_value());
  for (const std::string& name : {std::string(kNameBytesMax + 1, 'n'),
                                  std::string{},
                                  std::string(" Sam"),
                                  std::string("Sam "),
                                  std::string("Sam  Doe"),
                                  std::string("Sam\nDoe"),
                                  std::string("Sam \xE2\x80\xAE Doe"),
                                  std::string("Sam \xFF")}) {
    certificate.officer.name = name;
    EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput) << name;
  }
}

TEST_F(Certificates, TakeRolesUpToTheirLongestLifeAndNoLonger) {
  Certificate certificate = certificate_of("sam");
  RoleGrant& grant = certificate.officer.roles[0];
  grant.not_after = grant.not_before + kRoleLifeMax;
  EXPECT_TRUE(to_text(certificate, CertificateKind::kCertificate).has_value());
  grant.not_after += std::chrono::microseconds(1);
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
  grant.not_after = grant.not_before;
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
}

TEST_F(Certificates, TakeEachRoleOnceInOrderAndAtLeastOne) {
  Certificate certificate = with_two_roles();
  std::swap(certificate.officer.roles[0], certificate.officer.roles[1]);
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
  certificate.officer.roles[0] = certificate.officer.roles[1];
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
  certificate.officer.roles.clear();
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
}

TEST_F(Certificates, KeepAnIndependentAuthorityOutsideTheForce) {
  Certificate certificate = certificate_of("judge");
  certificate.officer.rank = policy::Rank::kIndependentAuthority;
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
  certificate.officer.roles[0].role = policy::Role::kIndependentAuthority;
  EXPECT_TRUE(to_text(certificate, CertificateKind::kCertificate).has_value());
  certificate.officer.rank = policy::Rank::kChiefConstable;
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
}

TEST_F(Certificates, CarryTheKeyOfTheirOwnSiteAndOfficer) {
  Certificate certificate = certificate_of("sam");
  certificate.officer.key = key_of("jo", "sam");
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
  certificate = certificate_of("sam");
  certificate.site = "southgate";
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
  certificate = certificate_of("sam");
  certificate.officer.key.key = {};
  EXPECT_EQ(refusal(certificate), ErrorCode::kInvalidInput);
}

TEST_F(Certificates, AreAskedForByWhoHoldsTheKey) {
  const Certificate asked = certificate_of("sam");
  const std::string text = to_text(asked, CertificateKind::kRequest).value();
  EXPECT_EQ(open_request(signed_by(text, asked.officer.key, secret_of("sam"))).value(), asked);

  const auto stranger = open_request(signed_by(text, key_of("sam", "jo"), secret_of("jo")));
  ASSERT_FALSE(stranger.has_value());
  EXPECT_EQ(stranger.error().code, ErrorCode::kNotAuthorised);
  EXPECT_FALSE(open_request(note_of(asked)).has_value());
}

}  // namespace
}  // namespace proviso::officers
