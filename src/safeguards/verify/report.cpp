#include "safeguards/verify/report.h"

#include <string_view>

#include "base/core/concat.h"
#include "base/json/line.h"

namespace proviso::verify {
namespace {

std::string_view verdict(const Report& report) {
  if (report.fault) return "fault";
  return report.proven() ? "proven" : "not all was checked";
}

}  // namespace

std::string to_text(const Report& report) {
  std::string text;
  for (const std::string& checked : report.checked) text += concat("checked    ", checked, '\n');
  for (const std::string& left : report.unchecked) text += concat("unchecked  ", left, '\n');
  for (const std::string& left : report.unasked) text += concat("not asked  ", left, '\n');
  if (report.fault) {
    const std::string where =
        report.fault->leaf ? concat("at leaf ", *report.fault->leaf, ": ") : std::string();
    text += concat("fault      ", where, report.fault->what, '\n');
  }
  return concat(text, "verdict    ", verdict(report), '\n');
}

std::string to_json(const Report& report) {
  json::Line line;
  line.string("verdict", verdict(report))
      .strings("checked", report.checked)
      .strings("unchecked", report.unchecked)
      .strings("not_asked", report.unasked);
  if (report.fault) {
    line.string("fault", report.fault->what);
    if (report.fault->leaf) line.integer("leaf", static_cast<std::int64_t>(*report.fault->leaf));
  }
  return line.text();
}

}  // namespace proviso::verify
