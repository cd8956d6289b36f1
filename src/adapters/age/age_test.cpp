#include "adapters/age/age.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>
#include <vector>

#include "adapters/openssl/child_process_tool.h"
#include "base/core/file.h"

namespace proviso::age {
namespace {

using testing_tools::run_to_end;

constexpr std::size_t kFileBytesMax = std::size_t{16} << 20U;

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937 random(19);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

class AgeTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"one", "two"}) run_to_end({"age-keygen", "-o", folder / name});
  }
  std::string recipient(const std::string& name) const {
    const std::string text = read_text_file(folder / name, 4096).value();
    const auto at = text.find("age1");
    return text.substr(at, text.find('\n', at) - at);
  }
  Status seal(const std::vector<std::byte>& bytes, const std::vector<std::string>& recipients) {
    PROVISO_TRY(auto sealing, Sealing::start(file, recipients));
    PROVISO_TRY_DONE(sealing.write(bytes));
    return sealing.finish();
  }
  Result<std::vector<std::byte>> open(std::size_t size, const std::string& identity) {
    PROVISO_TRY(auto opening, Opening::start(file, folder / identity));
    std::vector<std::byte> bytes(size);
    PROVISO_TRY_DONE(opening.read(bytes));
    PROVISO_TRY_DONE(opening.finish());
    return bytes;
  }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder / "");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }

  testing_tools::TemporaryFolder folder;
  std::string file = folder / "sealed.age";
};

TEST_F(AgeTest, SealsToEachOfItsRecipientsAndNoOther) {
  const auto bytes = noise(300'000);
  ASSERT_TRUE(seal(bytes, {recipient("one"), recipient("two")}).has_value());
  EXPECT_EQ(open(bytes.size(), "one").value(), bytes);
  EXPECT_EQ(open(bytes.size(), "two").value(), bytes);
  run_to_end({"age", "-d", "-i", folder / "one", "-o", folder / "plain", file});
  EXPECT_EQ(read_file(folder / "plain", kFileBytesMax).value(), bytes) << "and age opens it itself";

  ASSERT_TRUE(seal(bytes, {recipient("one")}).has_value());
  const auto refused = open(bytes.size(), "two");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised);
}

TEST_F(AgeTest, GivesNothingWholeOfAFileThatWasCutOffOrChanged) {
  const auto bytes = noise(300'000);
  ASSERT_TRUE(seal(bytes, {recipient("one")}).has_value());
  const auto sealed = read_file(file, kFileBytesMax).value();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{100}, sealed.size() / 2, sealed.size() - 1}) {
    const std::vector<std::byte> part(sealed.begin(), sealed.begin() + static_cast<long>(size));
    ASSERT_TRUE(write_file_durably(file, part).has_value());
    EXPECT_EQ(open(bytes.size(), "one").error().code, ErrorCode::kCorrupt) << size;
  }
  for (const std::size_t at : {std::size_t{10}, sealed.size() / 2, sealed.size() - 1}) {
    auto edited = sealed;
    edited[at] ^= std::byte{1};
    ASSERT_TRUE(write_file_durably(file, edited).has_value());
    EXPECT_EQ(open(bytes.size(), "one").error().code, ErrorCode::kCorrupt) << at;
  }
  ASSERT_TRUE(write_file_durably(file, sealed).has_value());
  EXPECT_TRUE(open(bytes.size(), "one").has_value()) << "control";
  EXPECT_EQ(open(bytes.size() - 1, "one").error().code, ErrorCode::kCorrupt) << "more follows";
}

TEST_F(AgeTest, RefusesWhatIsNoRecipientOrIdentityAndLeavesTheOldFile) {
  ASSERT_TRUE(seal(noise(10), {recipient("one")}).has_value());
  const std::size_t before = files();
  const auto code = [&](const std::vector<std::string>& recipients) {
    const Status refused = seal(noise(300'000), recipients);
    EXPECT_FALSE(refused.has_value());
    return refused.error().code;
  };
  EXPECT_EQ(code({"age1nobody"}), ErrorCode::kInvalidInput);
  EXPECT_EQ(code({"--passphrase"}), ErrorCode::kInvalidInput);
  EXPECT_EQ(code({""}), ErrorCode::kInvalidInput);
  EXPECT_EQ(code({}), ErrorCode::kInvalidInput);
  EXPECT_EQ(code({std::string(kRecipientBytesMax + 1, 'a')}), ErrorCode::kInvalidInput);
  const std::string one = recipient("one");
  EXPECT_EQ(code(std::vector<std::string>(kRecipientsMax + 1, one)), ErrorCode::kInvalidInput);
  EXPECT_EQ(files(), before) << "no temporary file is left";
  EXPECT_TRUE(open(10, "one").has_value()) << "what stood there stands";
  EXPECT_TRUE(seal(noise(10), std::vector<std::string>(kRecipientsMax, one)).has_value());

  ASSERT_TRUE(write_file_durably(folder / "no identity", std::string_view("words\n")).has_value());
  EXPECT_EQ(open(10, "no identity").error().code, ErrorCode::kInvalidInput);
  EXPECT_EQ(open(10, "nothing").error().code, ErrorCode::kInvalidInput);
  file = folder / "nowhere";
  EXPECT_EQ(open(10, "one").error().code, ErrorCode::kNotFound);
}

TEST_F(AgeTest, NamesThePackageWhereTheProgramIsMissing) {
  const std::string path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe)
  const std::string one = recipient("one");
  ::setenv("PATH", "/nowhere", 1);  // NOLINT(concurrency-mt-unsafe)
  const Status refused = seal(noise(10), {one});
  ::setenv("PATH", path.c_str(), 1);  // NOLINT(concurrency-mt-unsafe)
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable);
  EXPECT_NE(refused.error().message.find("package age"), std::string::npos);
  EXPECT_TRUE(seal(noise(10), {one}).has_value()) << "control";
}

TEST_F(AgeTest, EndsItsProgramAndLeavesNoFileWhereItIsGivenUp) {
  const std::size_t descriptors = testing_tools::count_of_self("fd");
  {
    auto sealing = Sealing::start(file, std::vector{recipient("one")});
    ASSERT_TRUE(sealing.has_value());
    ASSERT_TRUE(sealing.value().write(noise(100)).has_value());
  }
  EXPECT_EQ(files(), 2U) << "the two identities";
  EXPECT_EQ(testing_tools::count_of_self("fd"), descriptors);
}

}  // namespace
}  // namespace proviso::age
