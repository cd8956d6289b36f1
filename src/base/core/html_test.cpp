#include "base/core/html.h"

#include <gtest/gtest.h>

namespace proviso {
namespace {

TEST(HtmlText, LeavesNoCharacterThatBeginsOrEndsMarkup) {
  EXPECT_EQ(html_text("<a href=\"x\">it's & so</a>"),
            "&lt;a href=&quot;x&quot;&gt;it&#39;s &amp; so&lt;/a&gt;");
  EXPECT_EQ(html_text("Grüße 1.2"), "Grüße 1.2");
}

}  // namespace
}  // namespace proviso
