// search::Searcher with real probes. It stands here because only embed::Embedder makes a Probe, and
// stages/search may not see the inside of another stage.

#include "stages/search/searcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto/digest.h"
#include "base/tensor/network.h"
#include "safeguards/authority/desks.h"
#include "safeguards/authority/open_gate_tool.h"
#include "safeguards/watchlist/list_file.h"
#include "stages/alert/alerter.h"
#include "stages/embed/embedder.h"

namespace proviso::search {
namespace {

constexpr std::size_t kDimension = 16;
constexpr WallTime kNow{std::chrono::hours(500'000)};
constexpr image::SizePx kPicture{128, 128};

using Values = std::array<float, kDimension>;

// Gives the values it was handed, one after another, in place of a model's.
class GivenValues final : public tensor::Network {
 public:
  image::SizePx input_size() const override { return {112, 112}; }
  std::span<const tensor::OutputSpec> outputs() const override { return specs_; }
  std::size_t lanes() const override { return 1; }
  Status run(std::span<const tensor::Job> jobs) override {
    for (const tensor::Job& job : jobs) {
      PROVISO_CHECK(next_ < values_.size());
      std::copy(values_[next_].begin(), values_[next_].end(), job.outputs[0].begin());
      ++next_;
    }
    return Done{};
  }
  void wipe() override {}
  std::uint64_t images_run() const override { return next_; }

  void give(const Values& values) { values_.push_back(values); }

 private:
  std::vector<tensor::OutputSpec> specs_{{.name = "values", .floats = kDimension}};
  std::vector<Values> values_;
  std::size_t next_ = 0;
};

image::YuvImage grey_picture() {
  auto bytes = std::make_shared<std::vector<std::uint8_t>>(128 * 128, std::uint8_t{128});
  const image::YuvPlane luma{.data = bytes->data(), .stride_bytes = 128};
  const image::YuvPlane chroma{.data = bytes->data(), .stride_bytes = 64};
  return {.size = kPicture, .y = luma, .u = chroma, .v = chroma, .owner = bytes};
}

detect::Face some_face() {
  return {.box = {10, 10, 100, 100},
          .points = {{{40, 50}, {80, 50}, {60, 70}, {45, 90}, {75, 90}}},
          .confidence = 0.9F};
}

// A direction that differs from entry to entry, of which no two are alike.
Values direction(std::size_t number) {
  Values values{};
  for (std::size_t i = 0; i < kDimension; ++i) {
    values[i] = std::sin(static_cast<float>((number + 1) * (3 * i + 1) % 1009));
  }
  return values;
}

class SearcherTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(crypto::start());
    arena_ = crypto::GuardedArena::create(64, kDimension).value();
    network_ = std::make_shared<GivenValues>();
    embedder_ = embed::Embedder::create(network_, *arena_).value();
    open_list(40);
    open_gate();
  }

  void open_list(std::size_t entries) {
    const crypto::Digest pack = crypto::sha256("pack");
    auto file = watchlist::ListFile::create(pack, kDimension, kNow);
    for (std::size_t number = 0; number < entries; ++number) {
      const auto id = EntryId::parse("entry-" + std::to_string(100 + number)).value();
      authority::EnrolmentDesk desk{id, clock_};
      const auto permit = desk.admit().value();
      network_->give(direction(number));
      const image::BgrImage aligned = embed::aligned_crop(grey_picture(), some_face());
      const embed::EnrolmentShot shot{.permit = permit, .aligned = aligned};
      auto reference = embedder_->embed(std::span(&shot, 1)).value().front();
      ASSERT_TRUE(file.add({.id = id,
                            .label = id.text(),
                            .photographs = {crypto::sha256(id.text())},
                            .reference = std::move(reference),
                            .thumbnail_jpeg = {}}));
    }
    list_ = watchlist::SealedList::parse(file.seal(kNow)).value();
    searcher_ = Searcher::create(list_).value();
  }

  void open_gate() {
    const auto camera = CameraId::parse("north").value();
    gate_ = authority::gate_for(
        {{.id = camera, .kind = authority::CameraKind::kLive, .address = "rtsp://camera/stream"}},
        *list_,
        clock_);
  }

  authority::LivePermit permit(std::uint64_t sequence) const {
    const auto camera = CameraId::parse("north").value();
    return gate_->admit({.camera = camera, .sequence = sequence, .captured_at = kNow}).value();
  }

  embed::Probe probe_of(const Values& values, std::uint64_t sequence) {
    network_->give(values);
    const auto own = permit(sequence);
    const video::Frame frame{
        .key = own.key(), .camera_time = {}, .arrived_at = {}, .pixels = grey_picture()};
    const detect::Face face = some_face();
    const embed::LiveShot shot{.permit = own, .frame = frame, .face = face};
    return std::move(embedder_->embed(std::span(&shot, 1)).value().front());
  }

  std::vector<std::vector<Candidate>> search(std::span<const embed::Probe> probes,
                                             double threshold,
                                             std::size_t candidates_max) {
    std::vector<Query> queries;
    for (const embed::Probe& probe : probes) queries.push_back({probe.permit(), probe});
    return searcher_->search(queries, threshold, candidates_max).value();
  }

  FakeClock clock_{kNow};
  std::unique_ptr<crypto::GuardedArena> arena_;
  std::shared_ptr<GivenValues> network_;
  std::unique_ptr<embed::Embedder> embedder_;
  std::shared_ptr<const watchlist::SealedList> list_;
  std::unique_ptr<Searcher> searcher_;
  std::unique_ptr<authority::Gate> gate_;
};

TEST_F(SearcherTest, FindsThePersonAndGivesTheSameScoreAlone) {
  constexpr std::array<std::size_t, 3> kPeople{0, 7, 39};
  std::vector<embed::Probe> probes;
  probes.reserve(kPeople.size());
  for (const std::size_t person : kPeople) probes.push_back(probe_of(direction(person), person));

  const auto candidates = search(probes, 0.999, kCandidatesDefault);

  ASSERT_EQ(candidates.size(), 3U);
  for (std::size_t p = 0; p < 3; ++p) {
    ASSERT_EQ(candidates[p].size(), 1U);
    EXPECT_EQ(candidates[p].front().entry, kPeople[p]);
    const Query query{probes[p].permit(), probes[p]};
    EXPECT_EQ(searcher_->score(query, candidates[p].front().entry), candidates[p].front().score);
  }
  EXPECT_EQ(searcher_->last_counts().passes.rows, 120U);
}

TEST_F(SearcherTest, FindsNobodyWhoWasWithdrawnAndTheOthersAsBefore) {
  std::vector<embed::Probe> probes;
  for (const std::size_t person : {std::size_t{0}, std::size_t{7}}) {
    probes.push_back(probe_of(direction(person), person));
  }
  ASSERT_EQ(search(probes, 0.999, kCandidatesDefault)[0].size(), 1U) << "the control";

  EXPECT_TRUE(searcher_->withdraw(list_->entries()[0].id));
  EXPECT_FALSE(searcher_->withdraw(EntryId::parse("nobody-here").value()));

  const auto candidates = search(probes, 0.999, kCandidatesDefault);
  EXPECT_TRUE(candidates[0].empty());
  ASSERT_EQ(candidates[1].size(), 1U);
  EXPECT_EQ(candidates[1].front().entry, 7U);
  const auto row_of = [&](std::size_t entry) {
    return list_->templates().subspan(entry * list_->dimension(), list_->dimension());
  };
  EXPECT_TRUE(std::ranges::all_of(row_of(0), [](float value) { return value == 0; }))
      << "its template is overwritten";
  EXPECT_FALSE(std::ranges::all_of(row_of(7), [](float value) { return value == 0; }));
}

TEST_F(SearcherTest, SearchesMoreProbesThanOnePassServes) {
  std::vector<embed::Probe> probes;
  probes.reserve(kProbesTogetherMax + 5);
  for (std::size_t person = 0; person < kProbesTogetherMax + 5; ++person) {
    probes.push_back(probe_of(direction(person), person));
  }

  const auto candidates = search(probes, 0.999, kCandidatesDefault);

  ASSERT_EQ(candidates.size(), probes.size());
  for (std::size_t p = 0; p < probes.size(); ++p) EXPECT_EQ(candidates[p].front().entry, p);
}

TEST_F(SearcherTest, RefusesAPermitThatIsNotTheProbesOwn) {
  const auto probe = probe_of(direction(3), 1);
  const auto own = permit(1);
  const auto anothers = permit(2);
  const std::vector<Query> allowed{{own, probe}};
  const std::vector<Query> refused{{probe.permit(), probe}, {anothers, probe}};
  ASSERT_TRUE(searcher_->search(allowed, 0.5));

  const auto result = searcher_->search(refused, 0.5);

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kNotAuthorised);
  EXPECT_NE(result.error().message.find("frame 2"), std::string::npos);
  EXPECT_EQ(searcher_->last_counts().passes.rows, 40U);
}

TEST_F(SearcherTest, SaysHowManyCandidatesItLeftOut) {
  const std::vector<embed::Probe> probes = [&] {
    std::vector<embed::Probe> one;
    one.push_back(probe_of(direction(5), 1));
    return one;
  }();

  EXPECT_EQ(search(probes, -2, 40).front().size(), 40U);
  EXPECT_EQ(searcher_->last_counts().candidates_left_out, 0U);
  EXPECT_EQ(search(probes, -2, 39).front().size(), 39U);
  EXPECT_EQ(searcher_->last_counts().candidates_left_out, 1U);
}

TEST_F(SearcherTest, TakesTheMostQueriesAndCandidatesAndRefusesOneOver) {
  const auto probe = probe_of(direction(5), 1);
  std::vector<Query> queries(kQueriesMax, Query{probe.permit(), probe});
  EXPECT_TRUE(searcher_->search(queries, 0.5, kCandidatesMax));
  const std::span one = std::span(queries).first(1);
  EXPECT_TRUE(searcher_->search(one, 0.5, 1));

  for (const std::size_t wrong : {std::size_t{0}, kCandidatesMax + 1}) {
    const auto result = searcher_->search(one, 0.5, wrong);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::kOverLimit);
  }
  queries.push_back({probe.permit(), probe});
  const auto result = searcher_->search(queries, 0.5);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::kOverLimit);
}

class TemplatesTest : public SearcherTest {
 protected:
  static constexpr double kThreshold = 0.45;

  void SetUp() override {
    SearcherTest::SetUp();
    for (std::size_t n = 0; n < list_->entries().size(); ++n) {
      people_.push_back(probe_of(direction(n), n + 1));
    }
    people_.push_back(probe_of(direction(1000), 1000));
    alerter_ = std::make_unique<alert::Alerter>(alert::AlerterOptions{.threshold = kThreshold},
                                                list_,
                                                [] { return AlertId::parse("alert").value(); });
  }

  // A sighting of the entry that looks the more like a stranger the higher `share` is, below 1.
  embed::Probe sighting_of(std::size_t entry, float share) {
    const std::array shots{embed::Weighted{people_[entry], 1 - share},
                           embed::Weighted{people_.back(), share}};
    return embedder_->fuse(shots).value();
  }

  std::vector<Candidate> candidates_of(const embed::Probe& probe) {
    return search(std::span(&probe, 1), kThreshold, kCandidatesDefault).front();
  }

  // What the list holds, and how it answers: every entry's exact score of a sighting of each, and
  // whom each reaches by way of the index.
  struct State {
    crypto::Digest templates;
    std::vector<double> scores;
    std::vector<std::size_t> reached;

    bool operator==(const State&) const = default;
  };
  State state() {
    State now;
    now.templates = crypto::sha256(std::as_bytes(list_->templates()));
    for (std::size_t person = 0; person < list_->entries().size(); ++person) {
      const auto probe = sighting_of(person, 0.3F);
      const Query query{probe.permit(), probe};
      for (std::size_t entry = 0; entry < list_->entries().size(); ++entry) {
        now.scores.push_back(searcher_->score(query, entry));
      }
      for (const Candidate& one : candidates_of(probe)) now.reached.push_back(one.entry);
    }
    return now;
  }

  // Whether a track that has these candidates raises an alert of that entry.
  bool raises_alert_of(std::size_t entry, std::span<const Candidate> candidates) {
    std::vector<std::vector<double>> shot_scores;
    for (const Candidate& one : candidates) shot_scores.emplace_back(3, one.score);
    const auto alerts = alerter_->consider({.camera = CameraId::parse("north").value(),
                                            .track = track::TrackId{++tracks_},
                                            .captured_at = kNow,
                                            .first_usable_at = kNow,
                                            .box = {},
                                            .fused = candidates,
                                            .shot_scores = shot_scores});
    return std::ranges::any_of(
        alerts, [&](const auto& one) { return one.entry == list_->entries()[entry].id; });
  }

 private:
  std::vector<embed::Probe> people_;  // Of each entry, and of somebody who is not listed.
  std::unique_ptr<alert::Alerter> alerter_;
  std::uint64_t tracks_ = 0;
};

TEST_F(TemplatesTest, AreToTheBitWhatWasSealedAfterTenThousandAlertsThatLeanTheSameWay) {
  constexpr std::size_t kAlerts = 10'000;
  const State sealed = state();

  std::size_t alerts = 0;
  for (std::size_t n = 0; n < kAlerts; ++n) {
    const std::size_t entry = n % list_->entries().size();
    const auto probe = sighting_of(entry, static_cast<float>(n % 100 + 1) / 250.0F);
    if (raises_alert_of(entry, candidates_of(probe))) ++alerts;
  }

  EXPECT_EQ(alerts, kAlerts);
  EXPECT_EQ(state(), sealed);

  auto& value = const_cast<float&>(list_->templates()[5 * kDimension]);
  value = std::nextafter(value, 2.0F);
  EXPECT_NE(state().templates, sealed.templates) << "the control: one bit of one template";
  EXPECT_NE(state().scores, sealed.scores);
}

// Compares with a masked copy, so that the scan does not find what it looks for in itself. The mask
// is volatile: else the compiler takes it off the whole copy at once, and leaves that on the stack.
const volatile std::uint8_t kMask = 0xA5;
using MaskedCode = std::array<std::uint8_t, kDimension>;

bool stands_between(const std::uint8_t* begin, const std::uint8_t* end, const MaskedCode& masked) {
  const auto first = static_cast<std::uint8_t>(masked[0] ^ kMask);
  for (const auto* at = begin; at + kDimension <= end; ++at) {
    at = static_cast<const std::uint8_t*>(
        std::memchr(at, first, static_cast<std::size_t>(end - at)));
    if (at == nullptr || at + kDimension > end) return false;
    bool equal = true;
    for (std::size_t i = 0; i < kDimension && equal; ++i) equal = (at[i] ^ kMask) == masked[i];
    if (equal) return true;
  }
  return false;
}

// Whether writable memory of this process holds the code.
bool is_in_memory(const MaskedCode& masked) {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    char dash = 0;
    std::string rights;
    std::istringstream(line) >> std::hex >> begin >> dash >> end >> rights;
    if (!rights.starts_with("rw")) continue;
    // NOLINTBEGIN(performance-no-int-to-ptr): the kernel names memory by number.
    const auto* const first = reinterpret_cast<const std::uint8_t*>(begin);
    const auto* const last = reinterpret_cast<const std::uint8_t*>(end);
    // NOLINTEND(performance-no-int-to-ptr)
    if (stands_between(first, last, masked)) return true;
  }
  return false;
}

TEST_F(SearcherTest, LeavesNoInt8FormOfAProbeInMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "NOT TESTED HERE: a sanitizer's shadow memory is too large to scan";
#endif
  if (!std::ifstream("/proc/self/maps")) {
    GTEST_SKIP() << "NOT TESTED HERE: this user may not read the maps of its own process";
  }
  // The code as the searcher writes it, made from the same values against the same list.
  Values values = direction(500);
  double squares = 0;
  for (const float value : values)
    squares += static_cast<double>(value) * static_cast<double>(value);
  for (float& value : values) {
    value = static_cast<float>(static_cast<double>(value) / std::sqrt(squares));
  }
  WorkerPool workers{1};
  const auto index = Index::build(list_->templates(), kDimension, workers).value();
  std::vector<std::int8_t> code(index.code_length());
  code_probe(index, values, code);
  MaskedCode masked{};
  for (std::size_t i = 0; i < kDimension; ++i) {
    masked[i] = static_cast<std::uint8_t>(static_cast<std::uint8_t>(code[i]) ^ kMask);
  }
  EXPECT_TRUE(is_in_memory(masked)) << "the control: the code still stands in a vector";
  crypto::wipe(std::as_writable_bytes(std::span(code)));
  ASSERT_FALSE(is_in_memory(masked));

  std::vector<embed::Probe> probes;
  probes.reserve(17);
  for (std::size_t copy = 0; copy < 17; ++copy) probes.push_back(probe_of(direction(500), copy));
  search(probes, 0.3, kCandidatesDefault);
  search(std::span(probes).first(1), 0.3, kCandidatesDefault);

  EXPECT_FALSE(is_in_memory(masked));
}

}  // namespace
}  // namespace proviso::search
