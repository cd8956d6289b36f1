#include "safeguards/note/signed_note.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "base/core/base64.h"
#include "base/core/concat.h"
#include "base/crypto/digest.h"

namespace proviso::note {
namespace {

// The specification's own example.
constexpr std::string_view kSpecificationKey =
    "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr std::string_view kSpecificationNote =
    "This is an example message.\n"
    "\n"
    "\xE2\x80\x94 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
    "\n";

struct Signer {
  VerifierKey key;
  crypto::SecretKey secret;
};

Signer signer(std::string name) {
  auto secret = crypto::SecretKey::generate().value();
  VerifierKey key{.name = std::move(name), .key = secret.public_key()};
  return {.key = std::move(key), .secret = std::move(secret)};
}

std::string signed_by(std::string_view text, const std::vector<const Signer*>& signers) {
  Note note{.text = std::string(text), .signatures = {}};
  for (const Signer* one : signers) note.signatures.push_back(sign(text, one->key, one->secret));
  return note.to_text();
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string changed(text);
  const std::size_t at = changed.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return changed.replace(at, from.size(), to);
}

ErrorCode parse_refusal(std::string_view bytes) {
  const auto note = Note::parse(bytes);
  EXPECT_FALSE(note.has_value()) << bytes.substr(0, 200);
  return note ? ErrorCode{} : note.error().code;
}

class SignedNotes : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(crypto::start().has_value()); }
};
using VerifierKeys = SignedNotes;

TEST_F(SignedNotes, OfTheSpecificationVerify) {
  const VerifierKey key = VerifierKey::parse(kSpecificationKey).value();
  const Note note = Note::parse(kSpecificationNote).value();
  EXPECT_EQ(note.text, "This is an example message.\n");
  ASSERT_EQ(note.signatures.size(), 1U);
  EXPECT_EQ(note.signatures[0].id, 0x530d903aU);
  EXPECT_EQ(note.to_text(), kSpecificationNote);
  const auto signers = verify(note, {&key, 1});
  ASSERT_TRUE(signers.has_value()) << signers.error().message;
  EXPECT_EQ(signers.value(), std::vector{key});

  Note changed = note;
  changed.text[0] = 't';
  EXPECT_FALSE(verify(changed, {&key, 1}).has_value());
}

TEST_F(VerifierKeys, AreReadBackFromTheirText) {
  const VerifierKey key = VerifierKey::parse(kSpecificationKey).value();
  EXPECT_EQ(key.name, "example.com/foo");
  EXPECT_EQ(key.id(), 0x530d903aU);
  EXPECT_EQ(key.to_text(), kSpecificationKey);
  const Signer own = signer("northgate/jo.example");
  EXPECT_EQ(VerifierKey::parse(own.key.to_text()).value(), own.key);
}

TEST_F(VerifierKeys, AreRefusedInEveryOtherForm) {
  const std::string_view good = kSpecificationKey;
  ASSERT_TRUE(VerifierKey::parse(good).has_value());
  for (const std::string& text : {
           std::string{},
           replaced(good, "example.com/foo", ""),
           replaced(good, "example.com/foo", "example.com/fop"),
           replaced(good, "example.com/foo", "example.com/f o"),
           replaced(good, "example.com/foo", "example.com/f+o"),
           replaced(good, "example.com/foo", "example.com/f\xC2\xA0o"),
           replaced(good, "example.com/foo", "example.com/f\xE3\x80\x80o"),
           replaced(good, "example.com/foo", "example.com/f\xFFo"),
           replaced(good, "530d903a", "530d903b"),
           replaced(good, "530d903a", "530D903A"),
           replaced(good, "530d903a", "530d903"),
           replaced(good, "+Ae", "+Be"),  // Another kind of key.
           replaced(good, "3U2k", "3U2"),
           replaced(good, "3U2k", "3U2kAAAA"),
           concat(good, "\n"),
       }) {
    const auto refused = VerifierKey::parse(text);
    ASSERT_FALSE(refused.has_value()) << text;
    EXPECT_NE(refused.error().code, ErrorCode::kNotAuthorised);
  }
}

TEST_F(VerifierKeys, OfSmallOrderAreRefused) {
  VerifierKey key{.name = "northgate/jo", .key = {}};
  key.key.bytes[0] = 1;
  const auto refused = VerifierKey::parse(key.to_text());
  ASSERT_FALSE(refused.has_value());
  EXPECT_NE(refused.error().message.find("main subgroup"), std::string::npos);
}

TEST_F(SignedNotes, NameTheirSignersInTheOrderOfTheirLinesEachOnce) {
  const Signer jo = signer("northgate/jo");
  const Signer sam = signer("northgate/sam");
  const std::string bytes = signed_by("text\n", {&sam, &jo, &sam});
  const std::vector known{jo.key, sam.key};
  EXPECT_EQ(verify(Note::parse(bytes).value(), known).value(), (std::vector{sam.key, jo.key}));
}

TEST_F(SignedNotes, PassOverStrangersAndNeedOneKnownKey) {
  const Signer jo = signer("northgate/jo");
  const Signer stranger = signer("elsewhere/jo");
  const Signer namesake = signer("northgate/jo");
  const Note both = Note::parse(signed_by("text\n", {&stranger, &namesake, &jo})).value();
  EXPECT_EQ(verify(both, {&jo.key, 1}).value(), std::vector{jo.key});

  const Note strangers = Note::parse(signed_by("text\n", {&stranger, &namesake})).value();
  const auto refused = verify(strangers, {&jo.key, 1});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised);
  EXPECT_FALSE(verify(both, {}).has_value());
}

TEST_F(SignedNotes, AreRefusedAsAWholeIfOneKnownSignatureFails) {
  const Signer jo = signer("northgate/jo");
  const Signer sam = signer("northgate/sam");
  Note note = Note::parse(signed_by("text\n", {&jo, &sam})).value();
  const std::vector known{jo.key, sam.key};
  ASSERT_TRUE(verify(note, known).has_value());
  note.signatures[1].bytes[0] ^= std::byte{1};
  const auto refused = verify(note, known);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kNotAuthorised);
  EXPECT_TRUE(verify(note, {&jo.key, 1}).has_value());  // For those who do not know sam.

  note.signatures[1].bytes.resize(63);
  EXPECT_FALSE(verify(note, known).has_value());
}

TEST_F(SignedNotes, HoldTextsWithEmptyLines) {
  const Signer jo = signer("northgate/jo");
  for (const std::string_view text :
       {"\n", "a\n\nb\n", "a\n\n\n", "\n\n\xE2\x80\x94 jo AAAAAAAA\n"}) {
    const Note note = Note::parse(signed_by(text, {&jo})).value();
    EXPECT_EQ(note.text, text);
    EXPECT_TRUE(verify(note, {&jo.key, 1}).has_value());
  }
}

TEST_F(SignedNotes, AreRefusedInEveryOtherForm) {
  const std::string_view good = kSpecificationNote;
  ASSERT_TRUE(Note::parse(good).has_value());
  for (const std::string& bytes : {
           std::string{},
           std::string("\n\n"),
           std::string(good.substr(0, good.size() - 1)),        // No line feed at the end.
           concat(good, "\n"),                                  // An empty line after all.
           replaced(good, "\n\n", "\n"),                        // No empty line.
           replaced(good, "\xE2\x80\x94 ", "- "),               // Another dash.
           replaced(good, "\xE2\x80\x94 ", "\xE2\x80\x94"),     // No space.
           replaced(good, "foo Uw", "foo  Uw"),                 // Two spaces.
           replaced(good, "foo Uw", "foo\tUw"),                 // A control character.
           replaced(good, "example message", "example\rmess"),  // The same, in the text.
           replaced(good, "example message", std::string("a\0b", 3)),
           replaced(good, "example message", "\xFF"),
           replaced(good, "example.com/foo", "example.com/f+o"),
           replaced(good, "example.com/foo", "f\xE2\x80\xA8o"),
           replaced(good, "aQM=", "aQN="),  // Stray bits in the base64.
           replaced(good, "aQM=", "aQM"),
           replaced(good, "aQM=\n", "aQM=\r\n"),
           replaced(good,
                    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXm"
                    "RKuwHjG1Yu72IneyaQM=",
                    "Uw2QOg=="),  // An id without a signature.
       }) {
    EXPECT_EQ(parse_refusal(bytes), ErrorCode::kInvalidInput) << bytes;
  }
}

TEST_F(SignedNotes, AreTakenAtEveryLimitAndRefusedOneOver) {
  const Signer jo = signer("northgate/jo");
  const std::string longest(kTextBytesMax - 1, 'a');
  const std::string at_most = longest + '\n';
  EXPECT_TRUE(Note::parse(signed_by(at_most, {&jo})).has_value());
  EXPECT_EQ(check_text('a' + at_most).error().code, ErrorCode::kOverLimit);
  EXPECT_EQ(parse_refusal('a' + signed_by(at_most, {&jo})), ErrorCode::kOverLimit);

  const std::vector<const Signer*> many(kSignaturesMax, &jo);
  const std::string full = signed_by("text\n", many);
  EXPECT_TRUE(Note::parse(full).has_value());
  const std::string line = full.substr(full.rfind("\xE2\x80\x94"));
  EXPECT_EQ(parse_refusal(full + line), ErrorCode::kOverLimit);

  const auto with_name = [&](std::size_t size) {
    return replaced(kSpecificationNote, "example.com/foo", std::string(size, 'n'));
  };
  EXPECT_TRUE(Note::parse(with_name(kNameBytesMax)).has_value());
  EXPECT_EQ(parse_refusal(with_name(kNameBytesMax + 1)), ErrorCode::kInvalidInput);

  const auto with_signature = [&](std::size_t size) {
    const std::vector<std::byte> blob(4 + size, std::byte{7});
    return concat("text\n\n\xE2\x80\x94 n ", to_base64(blob), "\n");
  };
  EXPECT_TRUE(Note::parse(with_signature(1)).has_value());
  EXPECT_TRUE(Note::parse(with_signature(kSignatureBytesMax)).has_value());
  EXPECT_EQ(parse_refusal(with_signature(kSignatureBytesMax + 1)), ErrorCode::kOverLimit);
  EXPECT_EQ(parse_refusal(std::string(kNoteBytesMax + 1, 'a')), ErrorCode::kOverLimit);
}

// Every accepted mutant carries the signed text; every parsed one is written back byte by byte.
TEST_F(SignedNotes, Of100000MutantsNoneVerifiesWithAnotherText) {
  const Signer jo = signer("northgate/jo");
  const Signer sam = signer("northgate/sam");
  const std::string text = "proviso/authority/v1\n{\"reference\":\"gate-7\"}\n";
  const std::string good = signed_by(text, {&jo, &sam});
  const std::vector known{jo.key, sam.key};
  std::mt19937 random(20261124);
  std::size_t parsed = 0;
  std::size_t verified = 0;
  for (int round = 0; round < 100'000; ++round) {
    std::string mutant = good;
    for (unsigned change = 0; change <= random() % 3; ++change) {
      const std::size_t at = random() % mutant.size();
      switch (random() % 5) {
        case 0: mutant[at] = static_cast<char>(random()); break;
        case 1: mutant[at] = static_cast<char>(mutant[at] ^ 1 << random() % 7); break;
        case 2: mutant.erase(at, 1 + random() % 9); break;
        case 3: mutant.insert(at, mutant, random() % mutant.size(), random() % 40); break;
        default: mutant.insert(at, 1, "\n +\xE2"[random() % 4]); break;
      }
      if (mutant.empty()) mutant = "\n";
    }
    const auto note = Note::parse(mutant);
    if (!note) continue;
    ++parsed;
    ASSERT_EQ(note.value().to_text(), mutant);
    if (!verify(note.value(), known)) continue;
    ++verified;
    ASSERT_EQ(note.value().text, text);
  }
  // The mutants reach the code: some lose a line of one signer only, and hold.
  EXPECT_GT(parsed, 1000U);
  EXPECT_GT(verified, 10U);
  RecordProperty("parsed", static_cast<int>(parsed));
  RecordProperty("verified", static_cast<int>(verified));
}

}  // namespace
}  // namespace proviso::note
