#include "safeguards/watchlist/entry.h"

#include <gtest/gtest.h>

#include "base/core/concat.h"
#include "base/core/file.h"
#include "safeguards/watchlist/entry_tool.h"

namespace proviso::watchlist {
namespace {

const bool kCryptoStarted = crypto::start().has_value();

std::string error_of(const std::string& text) {
  const auto entry = parse_entry(text);
  return entry ? "" : entry.error().message;
}

std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

Entry fullest_entry() {
  Entry entry = whole_entry();
  entry.offence = Offence{.code = "Theft Act 1968 s. 9", .imprisonment_years_max = 14};
  entry.under_18_reason = "Sought as a missing child";
  entry.is_on_blue_list = true;
  return entry;
}

TEST(Entry, ComesBackFromItsBytes) {
  ASSERT_TRUE(kCryptoStarted);
  for (const Entry& entry : {whole_entry(), fullest_entry()}) {
    const auto text = to_text(entry);
    ASSERT_TRUE(text.has_value()) << text.error().message;
    const auto read = parse_entry(text.value());
    ASSERT_TRUE(read.has_value()) << read.error().message;
    EXPECT_EQ(read.value(), entry);
  }
}

TEST(Entry, IsTheVectorOfItsFormatsPage) {
  const auto page = read_text_file(
      std::filesystem::path(PROVISO_SOURCE) / "docs" / "formats" / "entry.md", 1 << 20);
  ASSERT_TRUE(page.has_value());
  const std::string text = to_text(whole_entry()).value();
  const std::size_t end = text.find('\n');
  const std::string shown = concat("    ", text.substr(0, end), "\n    ", text.substr(end + 1));
  EXPECT_NE(page.value().find(shown), std::string::npos) << shown;
  const std::string digest = crypto::to_hex(crypto::sha256(text));
  EXPECT_NE(page.value().find(digest), std::string::npos) << digest;
}

TEST(Entry, NamesEachFieldThatIsMissing) {
  const std::string text = to_text(fullest_entry()).value();
  const std::vector<std::pair<std::string, std::string>> fields{
      {"approved_by", "\"approved_by\":\"manager-2\","},
      {"asked_at", "\"asked_at\":\"2026-11-24T07:30:00Z\","},
      {"asked_by", "\"asked_by\":\"manager-1\","},
      {"blue_list", "\"blue_list\":true,"},
      {"category", "\"category\":\"wanted-by-court\","},
      {"expires_at", "\"expires_at\":\"2026-12-24T08:30:00Z\","},
      {"id", "\"id\":\"w-1001\","},
      {"label", "\"label\":\"Alex Example\","},
      {"legal_basis", "\"legal_basis\":\"Warrant of Northgate Magistrates' Court\","},
      {"reason", "\"reason\":\"Failed to appear on 2026-10-02\","},
      {"requested_response",
       "\"requested_response\":\"Speak to the person; check the warrant; arrest\","},
      {"revision", "\"revision\":1,"},
      {"provenance", "\"provenance\":\"Custody record 25/1234\","},
      {"source", "\"source\":\"custody\","},
      {"taken_on", ",\"taken_on\":\"2025-03-14\""},
      {"code", "\"code\":\"Theft Act 1968 s. 9\","}};
  EXPECT_EQ(error_of(text), "");
  for (const auto& [name, part] : fields) {
    const std::string message = error_of(with(text, part, ""));
    EXPECT_NE(message.find(concat("field \"", name, '"')), std::string::npos)
        << name << ": " << message;
  }
}

TEST(Entry, IsRefusedInAnyOtherForm) {
  const std::string text = to_text(whole_entry()).value();
  EXPECT_NE(error_of(with(text, "{", "{ ")), "");
  EXPECT_NE(error_of(with(text, "/v1", "/v2")), "");
  EXPECT_NE(error_of(text + "\n"), "");
  EXPECT_NE(error_of(text.substr(0, text.size() - 1)), "");
  EXPECT_NE(error_of(with(text, "\"blue_list\":false", "\"blue_list\":0")), "");
  EXPECT_NE(error_of(with(text, "\"id\"", "\"extra\":1,\"id\"")), "");
  EXPECT_NE(error_of(with(text, "manager-1", "manager-2")), "") << "one person twice";
  EXPECT_NE(error_of(with(text, "2026-12-24T08", "2026-11-24T07")), "") << "over before it began";
  EXPECT_NE(error_of(with(text, "1990-02-28", "1990-02-30")), "");
  EXPECT_NE(error_of(with(text, "w-1001", "W 1001")), "");
  EXPECT_NE(error_of(with(text, "Alex Example", "Alex  Example")), "") << "two spaces";
}

TEST(Entry, IsWrittenOnlyAsItCanBeRead) {
  Entry entry = whole_entry();
  entry.label = "Alex\nExample";
  EXPECT_FALSE(to_text(entry).has_value());
  entry = whole_entry();
  entry.reason = "\xff";
  EXPECT_FALSE(to_text(entry).has_value());
  entry = whole_entry();
  entry.images.clear();
  EXPECT_FALSE(to_text(entry).has_value());
  entry = whole_entry();
  entry.legal_basis.clear();
  EXPECT_FALSE(to_text(entry).has_value());
}

TEST(Entry, TakesTextsAndImagesUpToTheirLimitsAndNotOneMore) {
  Entry entry = whole_entry();
  entry.reason = std::string(kEntryTextBytesMax, 'r');
  EXPECT_TRUE(to_text(entry).has_value());
  entry.reason += 'r';
  EXPECT_FALSE(to_text(entry).has_value());

  entry = whole_entry();
  while (entry.images.size() < kPhotographsMax) {
    EntryImage image = entry.images.front();
    image.digest = crypto::sha256(std::to_string(entry.images.size()));
    entry.images.push_back(image);
  }
  EXPECT_TRUE(to_text(entry).has_value());
  EntryImage another = entry.images.front();
  another.digest = crypto::sha256("one more");
  entry.images.push_back(another);
  EXPECT_FALSE(to_text(entry).has_value());

  entry = whole_entry();
  entry.images.push_back(entry.images.front());
  EXPECT_FALSE(to_text(entry).has_value()) << "the same image twice";

  entry = whole_entry();
  entry.revision = Entry::kRevisionMax;
  EXPECT_TRUE(to_text(entry).has_value());
  ++entry.revision;
  EXPECT_FALSE(to_text(entry).has_value());
}

TEST(Day, IsADayOfTheCalendarBetween1900And2105) {
  for (const std::string_view text : {"1900-01-01", "2000-02-29", "2105-12-31", "1969-12-31"}) {
    const auto day = parse_day(text);
    ASSERT_TRUE(day.has_value()) << text;
    EXPECT_EQ(to_day_text(day.value()), text);
  }
  for (const std::string_view text : {"",
                                      "1899-12-31",
                                      "2106-01-01",
                                      "2001-02-29",
                                      "2000-13-01",
                                      "2000-00-01",
                                      "2000-01-00",
                                      "2000-1-01",
                                      "2000/01/01",
                                      "2000-01-01 ",
                                      "+200-01-01",
                                      "20a0-01-01",
                                      "-000-01-01"}) {
    EXPECT_FALSE(parse_day(text).has_value()) << text;
  }
}

TEST(Age, EndsBeing17OnTheEighteenthBirthday) {
  Entry entry = whole_entry();
  const auto at = [](std::string_view text) { return parse_rfc3339(text).value(); };
  entry.born_on = parse_day("2008-11-25").value();
  EXPECT_TRUE(is_under_18(entry, at("2026-11-24T23:59:59Z")));
  EXPECT_FALSE(is_under_18(entry, at("2026-11-25T00:00:00Z")));
  entry.born_on = parse_day("2008-02-29").value();
  EXPECT_TRUE(is_under_18(entry, at("2026-02-28T23:59:59Z")));
  EXPECT_FALSE(is_under_18(entry, at("2026-03-01T00:00:00Z")));
  entry.born_on.reset();
  EXPECT_FALSE(is_under_18(entry, kEntryNow));
  entry.under_18_reason = "Looks younger than 18";
  EXPECT_TRUE(is_under_18(entry, kEntryNow));
}

}  // namespace
}  // namespace proviso::watchlist
