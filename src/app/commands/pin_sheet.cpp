#include "app/commands/pin_sheet.h"

#include <cstddef>
#include <span>

#include "adapters/qr/qr_code.h"
#include "base/core/base64.h"
#include "base/core/clock.h"
#include "base/core/concat.h"
#include "base/core/html.h"

namespace proviso::commands {
namespace {

constexpr std::size_t kWhiteModules = 4;  // Around the code; scanners need them.

constexpr std::string_view kStyle = R"(<style>
body { font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 50rem;
       margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } dt { font-weight: 600; } dd { margin: 0 0 .4rem; overflow-wrap: anywhere; }
pre { border: 1px solid #767676; padding: .5rem .8rem; white-space: pre-wrap; overflow-wrap: anywhere; }
svg { width: 90mm; height: 90mm; }
@media print { body { max-width: none; padding: 0; } svg, pre { break-inside: avoid; } }
</style>
)";

// One rectangle for each run of dark modules in a row.
std::string drawing_of(const qr::QrCode& code) {
  std::string path;
  for (std::size_t y = 0; y < code.side; ++y) {
    for (std::size_t x = 0; x < code.side; ++x) {
      std::size_t run = 0;
      while (x + run < code.side && code.dark[y * code.side + x + run]) ++run;
      if (run == 0) continue;
      path += concat('M', x + kWhiteModules, ' ', y + kWhiteModules, 'h', run, "v1h-", run, 'z');
      x += run;
    }
  }
  const std::size_t side = code.side + 2 * kWhiteModules;
  return concat("<svg role=\"img\" aria-label=\"The text below as a QR code\" viewBox=\"0 0 ",
                side,
                ' ',
                side,
                "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h",
                side,
                'v',
                side,
                "H0z\"/><path fill=\"#000\" d=\"",
                path,
                "\"/></svg>\n");
}

std::string term(std::string_view name, std::string_view value) {
  return concat("<dt>", name, "</dt><dd>", html_text(value), "</dd>\n");
}

}  // namespace

Result<std::string> pin_sheet(const PinnedCheckpoint& pinned) {
  PROVISO_TRY(const auto code, qr::encode(pinned.note));
  const std::string title =
      concat("Log ", html_text(pinned.origin), ", first ", pinned.head.size, " leaves");
  return concat(
      kHtmlHead,
      kStyle,
      "<title>",
      title,
      "</title>\n</head>\n<body>\n<main>\n<h1>",
      title,
      "</h1>\n<p>Keep this sheet. With it anybody can show later whether the log was cut short or "
      "rewritten since.</p>\n<dl>\n",
      term("Pinned", to_rfc3339(pinned.pinned_at)),
      term("Leaves", concat(pinned.head.size)),
      term("Root", to_base64(std::as_bytes(std::span(pinned.head.root.bytes)))),
      "</dl>\n",
      drawing_of(code),
      "<p>The code holds this text, to the last line break. Scanned or typed into a file KEPT, it "
      "is checked with <code>proviso-verify log FOLDER --key KEY --pinned KEPT</code>. The log's "
      "key "
      "is not on this sheet: get it by another way.</p>\n<pre>",
      html_text(pinned.note),
      "</pre>\n</main>\n</body>\n</html>\n");
}

}  // namespace proviso::commands
