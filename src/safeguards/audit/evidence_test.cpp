#include "safeguards/audit/evidence.h"

#include <gtest/gtest.h>

#include "safeguards/audit/disk_tool.h"
#include "safeguards/audit/test_log_tool.h"

namespace proviso::audit {
namespace {

class EvidenceTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  Evidence evidence_for(std::uint64_t index, std::size_t size) {
    MemoryDisk disk;
    auto log = open_test_log(disk).value();
    EXPECT_TRUE(log->append(numbered_entries(0, size)));
    const std::string note = log->checkpoint().note;
    const Checkpoint checkpoint = open_checkpoint(note, test_log_key()).value();
    return make_evidence(LogReader(disk), index, checkpoint, note).value();
  }
};

TEST_F(EvidenceTest, ProvesALeafWithNothingButTheLogsKey) {
  for (const std::uint64_t index : {0U, 255U, 256U, 699U}) {
    const Evidence evidence = evidence_for(index, 700);
    const auto read = Evidence::parse(evidence.to_text());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read.value(), evidence);
    EXPECT_EQ(read.value().leaf, numbered_entries(index, 1).front());
    EXPECT_EQ(verify_evidence(read.value(), test_log_key()).value().head.size, 700U);
  }
}

TEST_F(EvidenceTest, OfOneLeafHasNoHashes) {
  const Evidence evidence = evidence_for(0, 1);
  EXPECT_TRUE(evidence.proof.empty());
  EXPECT_TRUE(verify_evidence(Evidence::parse(evidence.to_text()).value(), test_log_key()));
}

TEST_F(EvidenceTest, HoldsInNoOtherForm) {
  const Evidence evidence = evidence_for(5, 9);
  const std::string text = evidence.to_text();
  ASSERT_TRUE(verify_evidence(Evidence::parse(text).value(), test_log_key()));
  for (std::size_t byte = 0; byte < text.size(); ++byte) {
    std::string changed = text;
    changed[byte] = static_cast<char>(changed[byte] ^ 1);
    const auto read = Evidence::parse(changed);
    EXPECT_FALSE(read && verify_evidence(read.value(), test_log_key())) << "byte " << byte;
    const auto cut = Evidence::parse(text.substr(0, byte));
    EXPECT_FALSE(cut && verify_evidence(cut.value(), test_log_key())) << "cut at " << byte;
  }
}

TEST_F(EvidenceTest, IsNotMadeForALeafBeyondTheCheckpoint) {
  MemoryDisk disk;
  auto log = open_test_log(disk).value();
  ASSERT_TRUE(log->append(numbered_entries(0, 2)));
  const Checkpoint checkpoint = open_checkpoint(log->checkpoint().note, test_log_key()).value();
  EXPECT_EQ(make_evidence(LogReader(disk), 2, checkpoint, "").error().code,
            ErrorCode::kInvalidInput);
}

}  // namespace
}  // namespace proviso::audit
