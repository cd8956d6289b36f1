#include "app/commands/pin_sheet.h"

#include <gtest/gtest.h>

namespace proviso::commands {
namespace {

PinnedCheckpoint pinned(std::string_view note) {
  return {.note = note, .origin = "north<gate>", .head = {.size = 7, .root = {}}, .pinned_at = {}};
}

TEST(PinSheet, ShowsTheNoteAndWhatItSaysAndLoadsNothing) {
  const auto page = pin_sheet(pinned("north<gate>\n7\nAAAA\n"));
  ASSERT_TRUE(page);
  const std::string& text = page.value();
  EXPECT_NE(text.find("<pre>north&lt;gate&gt;\n7\nAAAA\n</pre>"), std::string::npos);
  EXPECT_NE(text.find("first 7 leaves"), std::string::npos);
  EXPECT_NE(text.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(text.find("<gate>"), std::string::npos) << "a log's name is foreign text";
}

TEST(PinSheet, RefusesANoteThatNoCodeHolds) {
  const std::string long_note(3000, 'x');
  const auto page = pin_sheet(pinned(long_note));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, ErrorCode::kOverLimit);
}

}  // namespace
}  // namespace proviso::commands
