#include "app/vault/request_table.h"

#include <gtest/gtest.h>

#include "app/vault/people_tool.h"
#include "base/core/concat.h"
#include "base/json/json.h"

namespace proviso::vault {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeader =
    "id,label,revision,blue_list,offence_code,offence_years,file\n";

Result<std::vector<WrittenRequest>> read(std::string_view rows) {
  return requests_of_table(concat(kHeader, rows), "people.csv", fs::path("/folder"));
}

void expect_refused(std::string_view table, std::string_view why) {
  const auto found = requests_of_table(table, "people.csv", fs::path("/folder"));
  ASSERT_FALSE(found.has_value()) << table;
  EXPECT_NE(found.error().message.find(why), std::string::npos) << found.error().message;
}

// The other request of the table stays as it is.
void expect_fault(std::string_view table, std::string_view why) {
  const auto found = requests_of_table(table, "people.csv", fs::path("/folder"));
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_EQ(found.value().size(), 2U) << table;
  EXPECT_FALSE(found.value()[0].fault.has_value()) << "control";
  ASSERT_TRUE(found.value()[1].fault.has_value()) << table;
  const std::string& message = found.value()[1].fault->message;
  EXPECT_NE(message.find(why), std::string::npos) << message;
  EXPECT_EQ(read_request(found.value()[1], "mia", kEntryNow).error().message, message);
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
}

TEST(RequestTable, RefusesATableWhoseColumnsAreUnknownDoubledOrWithoutId) {
  EXPECT_TRUE(requests_of_table("id\nw-1\n", "people.csv", fs::path("/folder")).has_value())
      << "control";
  expect_refused("", "row 1: there is no column id");
  expect_refused("id,colour\n", "row 1: no column \"colour\" is known");
  expect_refused("id,id\n", "stands twice");
}

TEST(RequestTable, ARowThatItCannotReadIsTheFaultOfItsRequestAlone) {
  expect_fault("id,label\nw-1,Alex\nw-2\n", "row 3: 1 fields, the header has 2");
  expect_fault("id,label\nw-1,Alex\n,Sam\n", "row 3: its id is empty");
  expect_fault("id,revision\nw-1,2\nw-2,two\n", "row 3: revision is a whole number");
  expect_fault("id,revision\nw-1,9007199254740991\nw-2,9007199254740992\n", "a whole number");
  expect_fault("id,revision\nw-1,2\nw-2,-9223372036854775808\n", "a whole number");
  expect_fault("id,blue_list\nw-1,true\nw-2,yes\n", "blue_list is true or false");
  expect_fault("id,label\nw-1,Zo\xC3\xAB\nw-2,Zo\xEB\n", "label is no UTF-8, found \"Zo\\xeb\"");
  expect_fault("id,label\nw-1,Alex\nw-2,Jo\nw-2,Sam\n", "row 4: its label is another");
}

TEST(RequestTable, TakesTheMostRowsAndRefusesOneMore) {
  std::string table = "id\n";
  for (std::size_t n = 0; n < kRequestsMax; ++n) table += concat("w-", n, '\n');
  EXPECT_EQ(requests_of_table(table, "people.csv", fs::path("/folder")).value().size(),
            kRequestsMax);
  expect_refused(table + "w\n", concat("more than ", kRequestsMax, " rows"));
}

}  // namespace
}  // namespace proviso::vault
