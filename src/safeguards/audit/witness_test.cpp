#include "safeguards/audit/witness.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "safeguards/audit/disk_tool.h"
#include "safeguards/audit/log.h"
#include "safeguards/audit/test_log_tool.h"
#include "safeguards/audit/witness_tool.h"

namespace proviso::audit {
namespace {

class WitnessTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  // A log of its own disk whose leaves from `fork_at` on are others than numbered_entries().
  struct Grown {
    MemoryDisk disk;
    std::string note;
  };
  static void grow(Grown& grown, std::size_t size, std::size_t fork_at = 1'000'000) {
    auto log = open_test_log(grown.disk).value();
    std::vector<std::string> entries = numbered_entries(0, size);
    for (std::size_t entry = fork_at; entry < size; ++entry) entries[entry] += " told anew";
    const auto there = static_cast<std::ptrdiff_t>(log->checkpoint().head.size);
    entries.erase(entries.begin(), entries.begin() + there);
    if (!entries.empty()) {
      ASSERT_TRUE(log->append(entries));
    }
    grown.note = log->checkpoint().note;
  }

  static Result<std::string> submit_to(MemoryWitness& witness,
                                       const Grown& grown,
                                       std::uint64_t known_size) {
    const LogReader reader(grown.disk);
    const note::VerifierKey log = test_log_key();
    const WitnessKey key = witness.key();
    return submit_checkpoint({.reader = reader,
                              .checkpoint_note = grown.note,
                              .log = log,
                              .witness = key,
                              .known_size = known_size},
                             witness.ask());
  }
  Result<std::string> submit(const Grown& grown, std::uint64_t known_size) {
    return submit_to(witness_, grown, known_size);
  }

  ErrorCode refused(const Grown& grown, std::uint64_t known_size) {
    const auto note = submit(grown, known_size);
    EXPECT_FALSE(note);
    return note ? ErrorCode::kOverLimit : note.error().code;
  }

  MemoryWitness witness_{test_log_key()};
  Grown log_;
};

TEST_F(WitnessTest, AKeyHasOneTextAndItsKindIsFour) {
  const std::string text = witness_.key().to_text();
  EXPECT_EQ(WitnessKey::parse(text).value(), witness_.key());
  // The same key as that of a note has another id, so that neither can stand for the other.
  const note::VerifierKey as_note{.name = witness_.key().name, .key = witness_.key().key};
  EXPECT_NE(as_note.id(), witness_.key().id());
  EXPECT_FALSE(WitnessKey::parse(as_note.to_text()));
  EXPECT_FALSE(note::VerifierKey::parse(text));
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string changed = text;
    changed[at] = changed[at] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(WitnessKey::parse(changed)) << changed;
  }
  for (const char* none : {"", "+", "++", "a+b", "a+00000000+"})
    EXPECT_FALSE(WitnessKey::parse(none));
}

TEST_F(WitnessTest, ARequestIsWrittenAsTheSpecificationShowsIt) {
  Proof proof(1);
  proof[0].bytes.fill(0xFF);
  EXPECT_EQ(add_checkpoint_request(20'852'014, proof, "a\n1\nx\n\n\xE2\x80\x94 a b\n"),
            "old 20852014\n//////////////////////////////////////////8=\n\n"
            "a\n1\nx\n\n\xE2\x80\x94 a b\n");
  EXPECT_EQ(add_checkpoint_request(0, {}, "a\n"), "old 0\n\na\n");
}

TEST_F(WitnessTest, GrowthIsCosignedAndStaysTheLogsCheckpoint) {
  std::uint64_t known_size = 0;
  for (const std::size_t size : {0U, 1U, 2U, 255U, 256U, 257U, 700U}) {
    grow(log_, size);
    const auto note = submit(log_, known_size);
    ASSERT_TRUE(note) << note.error().message;
    const auto cosigned = open_cosigned(note.value(), test_log_key(), witness_.key());
    ASSERT_TRUE(cosigned) << cosigned.error().message;
    EXPECT_EQ(cosigned.value().checkpoint, open_checkpoint(log_.note, test_log_key()).value());
    EXPECT_EQ(to_rfc3339(cosigned.value().at), "2023-03-20T12:25:47Z");
    EXPECT_FALSE(open_cosigned(log_.note, test_log_key(), witness_.key()));
    known_size = size;
  }
  EXPECT_EQ(witness_.requests.size(), 7U);
}

TEST_F(WitnessTest, SaysHowFarItHasSeenToWhoDoesNotKnow) {
  grow(log_, 300);
  ASSERT_TRUE(submit(log_, 0));
  grow(log_, 500);
  EXPECT_TRUE(submit(log_, 0));
  ASSERT_EQ(witness_.requests.size(), 3U);
  EXPECT_TRUE(witness_.requests[2].starts_with("old 300\n"));
  EXPECT_TRUE(submit(log_, 500)) << "the same tree may be cosigned again";
}

TEST_F(WitnessTest, ALogCutShortIsFoundOut) {
  grow(log_, 500);
  ASSERT_TRUE(submit(log_, 0));
  Grown shorter;
  grow(shorter, 400);
  EXPECT_EQ(refused(shorter, 0), ErrorCode::kCorrupt);
  EXPECT_EQ(refused(shorter, 400), ErrorCode::kCorrupt);
  const std::size_t asked = witness_.requests.size();
  EXPECT_EQ(refused(shorter, 500), ErrorCode::kCorrupt);
  EXPECT_EQ(witness_.requests.size(), asked) << "what is known here is enough";
}

TEST_F(WitnessTest, ALogToldAnewIsFoundOut) {
  grow(log_, 500);
  ASSERT_TRUE(submit(log_, 0));
  for (const std::size_t size : {500U, 501U, 800U}) {
    Grown fork;
    grow(fork, size, 123);
    EXPECT_EQ(refused(fork, 500), ErrorCode::kCorrupt) << size;
    EXPECT_EQ(refused(fork, 0), ErrorCode::kCorrupt) << size;
    Grown honest;
    grow(honest, size);
    MemoryWitness copy = witness_;
    EXPECT_TRUE(submit_to(copy, honest, 500)) << size;
  }
}

TEST_F(WitnessTest, EachRefusalHasItsMeaning) {
  grow(log_, 10);
  const auto answering = [&](int status, std::string type, std::string body) {
    witness_.instead = {.status = status, .content_type = std::move(type), .body = std::move(body)};
    return refused(log_, 0);
  };
  EXPECT_EQ(answering(400, "", ""), ErrorCode::kInvalidInput);
  EXPECT_EQ(answering(403, "", ""), ErrorCode::kNotAuthorised);
  EXPECT_EQ(answering(404, "", ""), ErrorCode::kNotFound);
  EXPECT_EQ(answering(422, "", ""), ErrorCode::kCorrupt);
  for (const int status : {100, 201, 204, 301, 302, 429, 500, 503, 0}) {
    EXPECT_EQ(answering(status, "", ""), ErrorCode::kUnavailable) << status;
  }
  for (const char* body : {"", "5", "05\n", "5\n\n", "-1\n", "x\n", "99999999999999999999\n"}) {
    EXPECT_EQ(answering(409, "text/x.tlog.size", body), ErrorCode::kUnavailable) << body;
  }
  EXPECT_EQ(answering(409, "text/plain", "5\n"), ErrorCode::kUnavailable);
  EXPECT_EQ(answering(409, "text/x.tlog.size", "5\n"), ErrorCode::kUnavailable) << "for ever";
  EXPECT_EQ(answering(409, "text/x.tlog.size", "11\n"), ErrorCode::kCorrupt);
  for (const char* body : {"", "\n", "yes\n", "\xE2\x80\x94 witness.example/w1\n"}) {
    EXPECT_EQ(answering(200, "", body), ErrorCode::kUnavailable) << body;
  }
}

TEST_F(WitnessTest, OnlyItsOwnCosignatureOfThisTextCounts) {
  grow(log_, 10);
  const std::string text = note::Note::parse(log_.note).value().text;
  const note::NoteSignature good = witness_.cosign(text);
  const auto answering = [&](std::vector<note::NoteSignature> lines) {
    witness_.instead = {
        .status = 200, .content_type = "", .body = MemoryWitness::lines(std::move(lines))};
    return submit(log_, 0);
  };
  note::NoteSignature stranger = good;
  stranger.name = "witness.example/w2";
  EXPECT_TRUE(answering({stranger, good}));
  EXPECT_EQ(answering({stranger}).error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(answering({witness_.cosign("another\n")}).error().code, ErrorCode::kNotAuthorised);
  for (std::size_t at = 0; at < good.bytes.size(); ++at) {
    note::NoteSignature changed = good;
    changed.bytes[at] ^= std::byte{1};
    EXPECT_FALSE(answering({changed})) << at;
  }
  note::NoteSignature longer = good;
  longer.bytes.push_back({});
  EXPECT_FALSE(answering({longer}));
}

class KeptTest : public WitnessTest {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "proviso-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::filesystem::create_directory(path_ = folder_ / "log");
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void grow_to(std::size_t size) {
    PosixDisk disk(path_);
    const auto log = open_test_log(disk).value();
    const std::size_t there = log->checkpoint().head.size;
    ASSERT_TRUE(log->append(numbered_entries(there, size - there)));
  }
  Result<Cosigned> witness() {
    return witness_log(path_, test_log_key(), witness_.key(), witness_.ask());
  }

  std::filesystem::path folder_;
  std::filesystem::path path_;
};

TEST_F(KeptTest, KnowsFromTheLastTimeHowFarTheWitnessHasSeen) {
  for (const std::size_t size : {5U, 300U, 600U}) {
    grow_to(size);
    ASSERT_TRUE(witness());
    EXPECT_EQ(witness_.seen.size, size);
  }
  EXPECT_EQ(witness_.requests.size(), 3U);
  EXPECT_TRUE(witness());
  EXPECT_EQ(witness_.requests.size(), 3U) << "it is cosigned already";
  const auto kept = kept_cosigned(path_, test_log_key(), witness_.key());
  ASSERT_TRUE(kept.value());
  EXPECT_EQ(open_checkpoint(*kept.value(), test_log_key()).value().head, witness_.seen);
}

TEST_F(KeptTest, ALogPutBackIsFoundOutWithAndWithoutWhatWasKept) {
  grow_to(5);
  std::filesystem::copy(path_, folder_ / "old", std::filesystem::copy_options::recursive);
  grow_to(300);
  ASSERT_TRUE(witness());
  std::filesystem::remove_all(path_);
  std::filesystem::rename(folder_ / "old", path_);
  EXPECT_EQ(witness().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(witness_.requests.size(), 1U);
  std::filesystem::remove_all(path_.string() + ".cosigned");
  EXPECT_EQ(witness().error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(witness_.requests.size(), 2U);
}

TEST_F(KeptTest, WhatIsKeptIsVerifiedBeforeItIsUsed) {
  grow_to(5);
  ASSERT_TRUE(witness());
  const auto found = kept_cosigned(path_, test_log_key(), witness_.key()).value();
  const std::string kept = found.value_or("");
  ASSERT_TRUE(keep_cosigned(path_, witness_.key(), kept.substr(0, kept.rfind("\xE2\x80\x94"))));
  EXPECT_EQ(witness().error().code, ErrorCode::kCorrupt);
  ASSERT_TRUE(keep_cosigned(path_, witness_.key(), kept));
  EXPECT_TRUE(witness());
}

}  // namespace
}  // namespace proviso::audit
