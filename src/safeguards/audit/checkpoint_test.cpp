#include "safeguards/audit/checkpoint.h"

#include <gtest/gtest.h>

#include "safeguards/audit/test_log_tool.h"

namespace proviso::audit {
namespace {

class CheckpointTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }
  const Checkpoint checkpoint_{.origin = "site.example/log",
                               .head = {.size = 7, .root = leaf_hash("root")}};
};

TEST_F(CheckpointTest, OfTheEmptyTreeIsTheSpecificationsText) {
  const Checkpoint empty{.origin = "site.example/log", .head = Frontier().head()};
  EXPECT_EQ(empty.to_text(), "site.example/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n");
  EXPECT_EQ(Checkpoint::parse(empty.to_text()).value(), empty);
}

TEST_F(CheckpointTest, HasOneForm) {
  const std::string text = checkpoint_.to_text();
  ASSERT_EQ(Checkpoint::parse(text).value(), checkpoint_);
  const auto with_size = [&](std::string_view size) {
    std::string changed = text;
    return changed.replace(changed.find("\n7\n") + 1, 1, size);
  };
  EXPECT_TRUE(Checkpoint::parse(with_size("9007199254740991")));
  for (const std::string_view size :
       {"07", "+7", "-7", " 7", "7 ", "", "9007199254740992", "18446744073709551616", "x", "0"}) {
    EXPECT_FALSE(Checkpoint::parse(with_size(size))) << size;
  }
  EXPECT_FALSE(Checkpoint::parse(text + "extension\n"));
  EXPECT_FALSE(Checkpoint::parse(text.substr(0, text.size() - 1)));
  EXPECT_FALSE(Checkpoint::parse(text.substr(0, text.size() - 3) + "\n"));
  EXPECT_FALSE(Checkpoint::parse(""));
}

TEST_F(CheckpointTest, CountsOnlyUnderItsLogsKey) {
  const std::string note = sign_checkpoint(checkpoint_, test_log_key(), test_log_secret());
  EXPECT_EQ(open_checkpoint(note, test_log_key()).value(), checkpoint_);

  std::string changed = note;
  changed.replace(changed.find("\n7\n") + 1, 1, "6");
  EXPECT_EQ(open_checkpoint(changed, test_log_key()).error().code, ErrorCode::kNotAuthorised);

  const auto other = crypto::SecretKey::generate().value();
  EXPECT_FALSE(open_checkpoint(note, {.name = "site.example/log", .key = other.public_key()}));
  EXPECT_FALSE(open_checkpoint(note, {.name = "other.example", .key = test_log_key().key}));
}

TEST_F(CheckpointTest, OfAnotherOriginUnderTheKeyIsRefused) {
  const std::string text =
      Checkpoint{.origin = "other.example", .head = checkpoint_.head}.to_text();
  const note::Note note{.text = text,
                        .signatures = {note::sign(text, test_log_key(), test_log_secret())}};
  EXPECT_EQ(open_checkpoint(note.to_text(), test_log_key()).error().code,
            ErrorCode::kNotAuthorised);
}

}  // namespace
}  // namespace proviso::audit
