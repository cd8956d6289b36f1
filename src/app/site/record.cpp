#include "app/site/record.h"

#include <utility>

#include "safeguards/audit/journal.h"

namespace proviso::site {

Status record(const Site& site, const Clock& clock, std::string_view kind, Value::Object body) {
  PROVISO_TRY(const auto journal, audit::Journal::open(site.log_folder(), clock));
  PROVISO_TRY_DONE(journal->append(kind, std::move(body)));
  return Done{};
}

}  // namespace proviso::site
