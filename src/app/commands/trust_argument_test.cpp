#include "app/commands/trust_argument.h"

#include <gtest/gtest.h>

#include <vector>

namespace proviso::commands {
namespace {

const std::string kOnes(64, '1');
const std::string kTwos(64, '2');

class TrustArgument : public testing::Test {
 protected:
  Result<TrustByCamera> trust(const std::string& ca_file, std::vector<std::string> pins) const {
    return trust_of(cameras_, ca_file, pins);
  }
  static CameraId id(const std::string& name) { return CameraId::parse(name).value(); }

  std::vector<CameraArgument> cameras_{parse_camera("gate=rtsps://gate.example/a").value(),
                                       parse_camera("door=rtsps://door.example/a").value(),
                                       parse_camera("hall=rtsp://hall.example/a").value()};
};

TEST_F(TrustArgument, WithoutCaAndPinNothingIsTrusted) {
  EXPECT_TRUE(trust("", {}).value().empty());
}

TEST_F(TrustArgument, ACaHoldsForEveryCameraOverTls) {
  const auto trusts = trust("ca.pem", {}).value();
  ASSERT_EQ(trusts.size(), 2U);
  EXPECT_EQ(trusts.at(id("gate")).ca_file, "ca.pem");
  EXPECT_EQ(trusts.at(id("door")).ca_file, "ca.pem");
  EXPECT_FALSE(trusts.at(id("gate")).pinned.has_value());
}

TEST_F(TrustArgument, APinHoldsForTheCameraItNames) {
  const auto trusts = trust("ca.pem", {"gate=" + kOnes, "door=sha256:" + kTwos}).value();
  EXPECT_EQ(trusts.at(id("gate")).pinned->text(), kOnes);
  EXPECT_EQ(trusts.at(id("door")).pinned->text(), kTwos);
  EXPECT_EQ(trusts.at(id("door")).ca_file, "ca.pem");
}

TEST_F(TrustArgument, APinThatNamesNoCameraHoldsForAllOverTls) {
  const auto trusts = trust("", {kOnes}).value();
  ASSERT_EQ(trusts.size(), 2U);
  EXPECT_EQ(trusts.at(id("gate")).pinned->text(), kOnes);
  EXPECT_EQ(trusts.at(id("door")).pinned->text(), kOnes);
}

TEST_F(TrustArgument, APinThatWouldVerifyNobodyIsRefused) {
  for (const std::string& pin :
       {"hall=" + kOnes, "nobody=" + kOnes, std::string("gate=11"), "=" + kOnes}) {
    const auto trusts = trust("", {pin});
    ASSERT_FALSE(trusts) << pin;
    EXPECT_EQ(trusts.error().code, ErrorCode::kInvalidInput);
  }
  EXPECT_FALSE(trust("", {"gate=" + kOnes, "gate=" + kTwos}));
  EXPECT_FALSE(trust("", {kOnes, "gate=" + kTwos}));
}

TEST_F(TrustArgument, WhereNoCameraIsOverTlsCaAndPinAreRefused) {
  cameras_ = {parse_camera("hall=rtsp://hall.example/a").value()};
  EXPECT_FALSE(trust("ca.pem", {}));
  EXPECT_FALSE(trust("", {kOnes}));
  EXPECT_TRUE(trust("", {}));
}

}  // namespace
}  // namespace proviso::commands
