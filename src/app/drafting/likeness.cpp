#include "app/drafting/likeness.h"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace proviso::drafting {
namespace {

constexpr std::size_t kRun = 3;
constexpr std::size_t kPermille = 1000;

bool is_of_word(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || std::isalnum(byte) != 0;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (is_of_word(c)) {
      words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::set<std::string> runs_of(const std::vector<std::string>& words) {
  std::set<std::string> runs;
  for (std::size_t start = 0; start + kRun <= words.size(); ++start) {
    std::string run;
    for (std::size_t n = start; n < start + kRun; ++n) run += words[n] + ' ';
    runs.insert(std::move(run));
  }
  return runs;
}

}  // namespace

int likeness_permille(std::string_view a, std::string_view b) {
  const auto a_words = words_of(a);
  const auto b_words = words_of(b);
  const auto a_runs = runs_of(a_words);
  const auto b_runs = runs_of(b_words);
  const auto& fewer = a_runs.size() <= b_runs.size() ? a_runs : b_runs;
  const auto& more = &fewer == &a_runs ? b_runs : a_runs;
  if (fewer.empty()) return !a_words.empty() && a_words == b_words ? int{kPermille} : 0;
  const auto shared =
      std::ranges::count_if(fewer, [&](const std::string& run) { return more.contains(run); });
  return static_cast<int>(static_cast<std::size_t>(shared) * kPermille / fewer.size());
}

}  // namespace proviso::drafting
