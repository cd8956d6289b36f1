#include "app/vault/request_table.h"

#include <gtest/gtest.h>

#include "base/core/concat.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

constexpr std::string_view kHeader =
    "id,label,revision,blue_list,offence_code,offence_years,file\n";

Result<std::vector<WrittenRequest>> read(std::string_view rows) {
  return requests_of_table(concat(kHeader, rows), "people.csv", "/folder");
}

void expect_refused(std::string_view table, std::string_view why) {
  const auto found = requests_of_table(table, "people.csv", "/folder");
  ASSERT_FALSE(found.has_value()) << table;
  EXPECT_NE(found.error().message.find(why), std::string::npos) << found.error().message;
}

TEST(RequestTable, RowsOfOneIdAreOneRequestWithAnImageEach) {
  const auto found = read("w-1,Alex,2,false,theft,7,a.jpg\nw-2,Sam,,,,,c.jpg\nw-1,,,,,,b.jpg\n");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found.value().size(), 2U);
  EXPECT_EQ(
      json::to_canonical(Value(found.value()[0].body)),
      R"({"blue_list":false,"id":"w-1","images":[{"file":"a.jpg"},{"file":"b.jpg"}],"label":"Alex",)"
      R"("offence":{"code":"theft","imprisonment_years_max":7},"revision":2})");
  EXPECT_EQ(json::to_canonical(Value(found.value()[1].body)),
            R"({"id":"w-2","images":[{"file":"c.jpg"}],"label":"Sam"})");
  EXPECT_EQ(found.value()[0].place, "people.csv, row 2");
  EXPECT_EQ(found.value()[0].folder, "/folder");
}

TEST(RequestTable, RefusesWhatItCannotReadNamingTheRow) {
  EXPECT_TRUE(requests_of_table("id\nw-1\n", "people.csv", "/folder").has_value()) << "control";
  expect_refused("", "row 1: there is no column id");
  expect_refused("id,colour\n", "row 1: no column \"colour\" is known");
  expect_refused("id,id\n", "stands twice");
  expect_refused("id,label\nw-1\n", "row 2: 1 fields, the header has 2");
  expect_refused("id,label\n,Alex\n", "row 2: its id is empty");
  expect_refused("id,revision\nw-1,two\n", "revision is a whole number");
  expect_refused("id,blue_list\nw-1,yes\n", "blue_list is true or false");
  expect_refused("id,label\nw-1,Alex\nw-1,Sam\n", "row 3: its label is another");
}

}  // namespace
}  // namespace proviso::vault
