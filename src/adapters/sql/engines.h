#pragma once

// The two engines behind Database::open(). Threads: as Database.

#include <memory>
#include <string>

#include "adapters/sql/database.h"

namespace proviso::sql {

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path);
Result<std::unique_ptr<Database>> open_postgresql(const std::string& url);

}  // namespace proviso::sql
