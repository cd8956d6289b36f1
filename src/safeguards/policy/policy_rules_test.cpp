// What a policy may not be: each refusal beside the same policy unspoilt, which is read.

#include <gtest/gtest.h>

#include "safeguards/policy/limits.h"
#include "safeguards/policy/policy_reader.h"
#include "safeguards/policy/shipped_policy_tool.h"

namespace proviso::policy {
namespace {

class PolicyRules : public testing::Test {
 protected:
  // `spoilt` is refused, and the message names the option.
  static void expect_refused(const std::string& spoilt, std::string_view option) {
    const auto policy = Policy::parse(spoilt);
    ASSERT_FALSE(policy) << option;
    EXPECT_EQ(policy.error().code, ErrorCode::kInvalidInput);
    EXPECT_NE(policy.error().message.find(option), std::string::npos) << policy.error().message;
  }

  const std::string text_ = shipped_text("demonstration");
};

// Where the option's line stands, and its figure replaced. Figures that bind each other are moved
// out of the way first.
std::string with_figure(const std::string& text, const Limit& limit, std::int64_t figure) {
  const std::string_view option = limit.option;
  std::string changed = text;
  if (option == "operating_point.shots_min") {
    changed = with(changed,
                   "[operating_point]",
                   "embeddings_per_track_max = 5",
                   "embeddings_per_track_max = 16");
  } else if (option == "operating_point.embeddings_per_track_max") {
    changed = with(changed, "[operating_point]", "shots_min = 3", "shots_min = 1");
  } else if (option == "quality.luminance_mean_min") {
    changed = with(changed, "[quality]", "luminance_mean_max = 235", "luminance_mean_max = 255");
  } else if (option == "quality.luminance_mean_max") {
    changed = with(changed, "[quality]", "luminance_mean_min = 20", "luminance_mean_min = 0");
  } else if (option == "tiers.ordinary.window_minutes_max") {
    for (const std::string_view tier : {"[tiers.urgent]", "[tiers.sensitive-place]"}) {
      const std::string_view now = tier == "[tiers.urgent]" ? "= 240" : "= 360";
      changed = with(changed, tier, concat("window_minutes_max ", now), "window_minutes_max = 1");
    }
  } else if (option == "categories[].imprisonment_years_min") {
    changed = with(changed, "[[categories]]", "needs_offence = false", "needs_offence = true");
  }
  const std::size_t list = option.find("[]");
  const std::string table = list == std::string_view::npos
                                ? concat('[', option.substr(0, option.rfind('.')), ']')
                                : concat("[[", option.substr(0, list), "]]");
  // Evidence stands inside one line; every other figure on its own.
  const bool is_inline = option.find("evidence") != std::string_view::npos;
  const std::string start = concat(is_inline ? ' ' : '\n', limit.name(), " = ");
  const std::size_t at = changed.find(start, changed.find(concat('\n', table, '\n')));
  if (at == std::string::npos) return {};
  const std::size_t from = at + start.size();
  const std::size_t end = changed.find_first_not_of("-0123456789", from);
  return changed.replace(from, end - from, std::to_string(figure));
}

TEST_F(PolicyRules, EveryFigureIsTakenAtItsLeastAndMostAndRefusedOneBeyond) {
  for (const Limit& limit : kLimits) {
    // Of a list's brightest: more than its darkest, which is 0 at least.
    const int least = limit.option == "quality.luminance_mean_max" ? 1 : limit.min;
    const int most = limit.option == "quality.luminance_mean_min" ? 254 : limit.max;
    for (const int figure : {least, most}) {
      const std::string text = with_figure(text_, limit, figure);
      EXPECT_EQ(error_of(text), "") << limit.option << " = " << figure;
    }
    for (const std::int64_t figure : {std::int64_t{limit.min} - 1, std::int64_t{limit.max} + 1}) {
      expect_refused(with_figure(text_, limit, figure), limit.name());
    }
  }
}

TEST_F(PolicyRules, EveryOptionLeftOutDoubledMisspeltOrOfAnotherKindIsRefused) {
  std::size_t tried = 0;
  for (std::size_t at = 0; at < text_.size();) {
    const std::size_t end = text_.find('\n', at);
    const std::string line = text_.substr(at, end + 1 - at);
    const std::size_t equals = line.find(" = ");
    const bool is_option = std::islower(static_cast<unsigned char>(line[0])) != 0 &&
                           equals != std::string::npos && !line.ends_with("[\n");
    if (is_option) {
      const std::string before = text_.substr(0, at);
      const std::string after = text_.substr(end + 1);
      EXPECT_FALSE(Policy::parse(before + after)) << "without " << line;
      EXPECT_FALSE(Policy::parse(before + line + line + after)) << "twice " << line;
      EXPECT_FALSE(Policy::parse(before + "x" + line + after)) << "misspelt " << line;
      EXPECT_FALSE(Policy::parse(before + line + "x" + line + after)) << "besides " << line;
      EXPECT_FALSE(Policy::parse(before + line.substr(0, equals) + " = 1.5\n" + after)) << line;
      ++tried;
    }
    at = end + 1;
  }
  EXPECT_GT(tried, 100U);
  EXPECT_EQ(error_of(text_), "");
}

TEST_F(PolicyRules, AFileOfTheMostBytesIsReadAndOneByteMoreIsNot) {
  std::string text = text_;
  text += "#";
  text.resize(Policy::kBytesMax, '-');
  EXPECT_EQ(error_of(text), "");
  const auto over = Policy::parse(text + "-");
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kOverLimit);
}

// `count` tables of a list after the file's end.
std::string more(std::string text, std::size_t count, const auto& table) {
  for (std::size_t n = 0; n < count; ++n) text += table(n);
  return text;
}

TEST_F(PolicyRules, ListsAreTakenAtTheirMostAndRefusedOneBeyond) {
  const Policy policy = shipped("demonstration");
  const auto use_case = [](std::size_t n) {
    return concat("[[use_cases]]\nname=\"Use ",
                  n,
                  "\"\ncategories=[\"demonstration\"]\nevidence=[{name=\"a\",kind=\"text\"}]\n");
  };
  const auto category = [](std::size_t n) {
    return concat("[[categories]]\nid=\"c",
                  n,
                  "\"\ntitle=\"C\"\nresponse=\"R\"\nwanted_for_arrest=false\nunder_18=false\n"
                  "needs_offence=false\nimprisonment_years_min=0\n");
  };
  const auto document = [](std::size_t n) {
    return concat("[[documents]]\nid=\"d", n, "\"\nage_days_max=1\n");
  };
  const auto place = [](std::size_t n) {
    return concat(
        "[[places]]\nid=\"p", n, "\"\nname=\"P\"\nkind=\"school\"\npolygon=[[0,0],[0,1],[1,0]]\n");
  };
  const auto expect_most =
      [&](std::string_view list, std::size_t have, std::size_t most, const auto& table) {
        EXPECT_EQ(error_of(more(text_, most - have, table)), "") << list;
        expect_refused(more(text_, most - have + 1, table), list);
      };
  expect_most("use_cases", policy.use_cases.size(), kUseCasesMax, use_case);
  expect_most("categories", policy.categories.size(), kCategoriesMax, category);
  expect_most("documents", policy.documents.size(), kDocumentsMax, document);
  expect_most("places", policy.places.size(), kPlacesMax, place);
}

TEST_F(PolicyRules, SourcesEvidenceAndSignaturesAreTakenAtTheirMostAndRefusedOneBeyond) {
  const auto listed_items = [](std::size_t count, const auto& item) {
    std::string out = "[";
    for (std::size_t n = 0; n < count; ++n) out += concat(n == 0 ? "" : ",", item(n));
    return out + "]";
  };
  const auto replaced = [&](std::string_view table,
                            std::string_view name,
                            const std::string& list) {
    std::string text = text_;
    const std::size_t start =
        text.find(concat('\n', name, " = ["), table.empty() ? 0 : text.find(table)) + 1;
    const std::size_t end = std::min(text.find("]\n", start) + 1, text.find("\n]\n", start) + 2);
    return text.replace(start, end - start, concat(name, " = ", list));
  };
  const auto source = [](std::size_t n) { return concat("\"s", n, '"'); };
  const auto evidence = [](std::size_t n) { return concat("{name=\"e", n, "\",kind=\"text\"}"); };
  const auto signature = [](std::size_t n) {
    return n == 0 ? std::string("{role=\"author\",rank_min=\"police-staff\"}")
                  : std::string("{role=\"authorising-officer\",rank_min=\"inspector\"}");
  };
  const auto sources = [&](std::size_t count) {
    return replaced("", "image_sources", listed_items(count, source));
  };
  EXPECT_EQ(error_of(sources(1)), "");
  expect_refused(sources(0), "image_sources");
  EXPECT_EQ(error_of(sources(kImageSourcesMax)), "");
  expect_refused(sources(kImageSourcesMax + 1), "image_sources");
  const auto evidences = [&](std::size_t count) {
    return replaced("[[use_cases]]", "evidence", listed_items(count, evidence));
  };
  EXPECT_EQ(error_of(evidences(1)), "");
  expect_refused(evidences(0), "evidence");
  EXPECT_EQ(error_of(evidences(kEvidenceMax)), "");
  expect_refused(evidences(kEvidenceMax + 1), "evidence");
  const auto signatures = [&](std::size_t count) {
    return replaced("[tiers.urgent]", "signatures", listed_items(count, signature));
  };
  EXPECT_EQ(error_of(signatures(kSignaturesMin)), "");
  expect_refused(signatures(kSignaturesMin - 1), "signatures");
  EXPECT_EQ(error_of(signatures(kSignaturesMax)), "");
  expect_refused(signatures(kSignaturesMax + 1), "signatures");
}

TEST_F(PolicyRules, TextsAndNamesAreTakenAtTheirLongestAndRefusedOneByteBeyond) {
  const auto titled = [&](std::size_t bytes) {
    return with(
        text_, "", "title = \"Demonstration", concat("title = \"", std::string(bytes - 30, 'x')));
  };
  const std::size_t rest = std::string_view(": not lawful for live use").size();
  EXPECT_EQ(error_of(titled(kTextBytesMax - rest + 30)), "");
  expect_refused(titled(kTextBytesMax - rest + 31), "title");
  const auto named = [&](std::size_t bytes) {
    return with(
        text_, "", "name = \"hotspot_dataset\"", concat("name = \"", std::string(bytes, 'x'), '"'));
  };
  EXPECT_EQ(error_of(named(kEvidenceNameBytesMax)), "");
  expect_refused(named(kEvidenceNameBytesMax + 1), "evidence[0].name");
  expect_refused(named(0), "evidence[0].name");
}

}  // namespace
}  // namespace proviso::policy
