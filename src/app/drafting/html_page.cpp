#include <algorithm>
#include <utility>

#include "app/drafting/page.h"
#include "base/core/concat.h"
#include "base/core/html.h"

namespace proviso::drafting {
namespace {

// Black on white, 7:1 and more for every text (WCAG 2.2 AAA); "met" is told by a word, not a
// colour.
constexpr std::string_view kStyle = R"(<style>
body { font: 1rem/1.5 system-ui, sans-serif; color: #111; background: #fff; max-width: 60rem;
       margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin: 1.6rem 0 .4rem; }
p.state { border: 2px solid #111; padding: .5rem .8rem; font-weight: bold; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border: 1px solid #767676;
         overflow-wrap: anywhere; }
th[scope=row] { width: 14rem; font-weight: 600; }
tr.unmet td, tr.unmet th { background: #fdf0ee; }
figure { display: inline-block; margin: .5rem 1rem .5rem 0; } svg { border: 1px solid #767676; }
@media print { body { max-width: none; padding: 0; font-size: 10pt; } section { break-inside: auto; }
  h2 { break-after: avoid; } tr, figure { break-inside: avoid; } }
</style>
)";

std::string table_of(const PageSection& section) {
  std::string out = "<table>\n<tbody>\n";
  for (const PageRow& row : section.rows) {
    out += concat("<tr><th scope=\"row\">",
                  html_text(row.label),
                  "</th><td>",
                  html_text(row.value),
                  "</td></tr>\n");
  }
  return out + "</tbody>\n</table>\n";
}

// The zone in a picture of 1000 by 1000, shown as 16:9.
std::string drawing_of(const authority::AuthorisedCamera& camera) {
  std::string points;
  for (const auto& corner : camera.zone.corners) {
    points += concat(points.empty() ? "" : " ", corner.x_permille, ',', corner.y_permille);
  }
  return concat("<figure><svg role=\"img\" aria-label=\"Zone of recognition of camera ",
                camera.id.text(),
                "; its corners stand in the table\" width=\"240\" height=\"135\" "
                "viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\"><polygon points=\"",
                points,
                "\" fill=\"#9db8d9\" stroke=\"#111\" stroke-width=\"6\"/></svg><figcaption>Camera ",
                camera.id.text(),
                "</figcaption></figure>\n");
}

std::string rules_of(const PageContent& content) {
  std::string out =
      "<section aria-labelledby=\"rules\">\n<h2 id=\"rules\">Rules</h2>\n<table>\n<thead><tr>"
      "<th scope=\"col\">State</th><th scope=\"col\">Rule</th><th scope=\"col\">Found</th>"
      "<th scope=\"col\">Needed</th></tr></thead>\n<tbody>\n";
  for (const authority::Rule& rule : content.rules) {
    out += concat(rule.met ? "<tr><td>met" : "<tr class=\"unmet\"><td>NOT MET",
                  "</td><td>",
                  html_text(rule.text),
                  "</td><td>",
                  html_text(rule.found),
                  "</td><td>",
                  html_text(rule.needed),
                  "</td></tr>\n");
  }
  return out + "</tbody>\n</table>\n</section>\n";
}

std::string state_of(const PageContent& content) {
  const auto unmet =
      std::ranges::count_if(content.rules, [](const authority::Rule& rule) { return !rule.met; });
  if (content.signatures.empty())
    return "A draft: nobody has signed it, and nothing runs under it.";
  if (unmet == 0) return "Every rule is met.";
  return concat(unmet, unmet == 1 ? " rule is" : " rules are", " not met: nothing runs under it.");
}

}  // namespace

std::string html_page(const PageContent& content) {
  const authority::Statement& statement = content.statement;
  const std::string title = concat("Written authority ", statement.reference);
  std::string out = concat(kHtmlHead,
                           "<title>",
                           html_text(title),
                           "</title>\n",
                           kStyle,
                           "</head>\n<body>\n<main>\n<h1>",
                           html_text(title),
                           "</h1>\n<p>",
                           html_text(statement.place_name),
                           ", from <time datetime=\"",
                           to_rfc3339(statement.not_before),
                           "\">",
                           to_rfc3339(statement.not_before),
                           "</time> until <time datetime=\"",
                           to_rfc3339(statement.not_after),
                           "\">",
                           to_rfc3339(statement.not_after),
                           "</time></p>\n<p class=\"state\">",
                           state_of(content),
                           "</p>\n");
  std::size_t number = 0;
  for (const PageSection& section : page_sections(content)) {
    const std::string id = concat("section-", ++number);
    out += concat("<section aria-labelledby=\"",
                  id,
                  "\">\n<h2 id=\"",
                  id,
                  "\">",
                  html_text(section.title),
                  "</h2>\n",
                  table_of(section));
    if (section.title.starts_with("Cameras")) {
      for (const auto& camera : statement.cameras) out += drawing_of(camera);
    }
    out += "</section>\n";
  }
  return out + rules_of(content) + "</main>\n</body>\n</html>\n";
}

}  // namespace proviso::drafting
