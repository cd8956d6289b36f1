#include "safeguards/authority/run_rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "safeguards/authority/open_gate_tool.h"
#include "safeguards/watchlist/small_list_tool.h"

namespace proviso::authority {
namespace {

class RunRules : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(crypto::start()); }

  // An entry of each category.
  watchlist::ListContents contents_of(const std::vector<std::string>& categories) const {
    watchlist::ListContents contents{.state = watchlist::ListState::kSealed,
                                     .made_at = clock_.wall(),
                                     .model_pack = pack_,
                                     .dimension = 2,
                                     .entries = {}};
    for (std::size_t n = 0; n < categories.size(); ++n) {
      contents.entries.push_back({.id = watchlist::entry_named(concat("entry-", n)),
                                  .label = {},
                                  .category = categories[n],
                                  .photographs = {crypto::Digest{}},
                                  .values = {1, 0},
                                  .thumbnail_jpeg = {}});
    }
    return contents;
  }
  std::shared_ptr<const watchlist::SealedList> of_vault(const std::vector<std::string>& categories,
                                                        std::string_view erased = {}) const {
    return watchlist::opened_by_vault(watchlist::as_if_locked(contents_of(categories)), erased)
        .value();
  }

  // The rule that a run with this list breaks.
  std::string broken_by(const watchlist::SealedList& list) {
    Statement statement = site_.statement();
    statement.model_pack = pack_;
    statement.not_before = clock_.wall() - std::chrono::minutes(1);
    statement.cameras = {{.id = CameraId::parse("north").value(),
                          .kind = CameraKind::kLive,
                          .address = "rtsp://192.0.2.7/a",
                          .zone = whole_frame()}};
    statement.watchlist = list.digest();
    statement.watchlist_entries_max = 9;
    const auto authority = site_.authority(statement);
    const RunRequest request{.cameras = {{.id = CameraId::parse("north").value(),
                                          .kind = CameraKind::kLive,
                                          .address = "rtsp://192.0.2.7/a"}},
                             .watchlist = list,
                             .model_pack = pack_,
                             .precision = "f32"};
    const auto refusal = why_not_started(*authority, request, clock_.wall());
    if (refusal) found_ = refusal->found;
    return refusal ? refusal->rule : std::string("none");
  }

  FakeClock clock_{parse_rfc3339("2026-11-24T09:00:00Z").value()};
  crypto::Digest pack_{.bytes = {7}};
  TestSite site_{clock_};
  std::string found_;
};

TEST_F(RunRules, RefuseAListFromNoVaultWhereThePolicyAsksForOne) {
  const auto clear =
      watchlist::SealedList::parse(watchlist::to_bytes(contents_of({"wanted"}))).value();
  EXPECT_EQ(broken_by(*clear), "none") << "control: where it does not";
  site_.policy.watchlist.vault_needed = true;
  EXPECT_EQ(broken_by(*clear), "list-vault");
  EXPECT_EQ(broken_by(*of_vault({"wanted"})), "none");
}

TEST_F(RunRules, RefuseAListOfACategoryThatTheUseCaseDoesNotLookFor) {
  EXPECT_EQ(broken_by(*of_vault({"wanted", "wanted"})), "none");
  EXPECT_EQ(broken_by(*of_vault({"wanted", "missing"})), "list-category");
  EXPECT_EQ(found_, "entry entry-1 is of the category \"missing\"");
  EXPECT_EQ(broken_by(*of_vault({"wanted", "missing"}, "entry-1")), "none")
      << "nobody looks for whom the vault has erased";
}

}  // namespace
}  // namespace proviso::authority
