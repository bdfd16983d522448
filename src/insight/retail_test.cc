// A year of a real shop (data/online_retail.csv.gz): cohorts as published facts have them.
#include <algorithm>
#include <set>
#include <tuple>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "insight/insight.h"

namespace perennial::insight {
namespace {

// Fields of a line; quotes may hold commas.
std::vector<std::string> fields_of(std::string_view line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else {
      fields.back() += c;
    }
  }
  return fields;
}

// Every line with a customer, a cancellation as a refund. Amounts do not matter here.
OrderBook read_retail(Zone zone) {
  std::string path = std::string(PERENNIAL_SOURCE_DIR) + "/data/online_retail.csv.gz";
  gzFile file = gzopen(path.c_str(), "rb");
  EXPECT_NE(file, nullptr) << path;
  std::set<std::tuple<PersonId, int64_t, bool>> rows;
  char line[4096];
  bool header = true;
  while (file && gzgets(file, line, sizeof line)) {
    if (std::exchange(header, false)) continue;
    auto fields = fields_of(std::string_view(line));
    if (fields.size() < 8 || fields[6].empty()) continue;
    rows.emplace(std::stoll(fields[6]), to_millis(*parse_instant(fields[4], zone)),
                 fields[0].starts_with('C'));
  }
  if (file) gzclose(file);
  OrderBook book;
  for (const auto& [person, at, refund] : rows) {
    book.person.push_back(person);
    book.at_ms.push_back(at);
    book.amount_minor.push_back(0);
    book.refund.push_back(refund);
  }
  return book;
}

TEST(Retail, CohortOfTheFirstMonthComesBackAsKnown) {
  for (auto name : {"UTC", "Europe/London"}) {
    Calendar calendar{*Zone::named(name)};
    OrderBook book = read_retail(calendar.zone);
    Span year{*calendar.parse_label(Period::kMonth, "2010-12"),
              *calendar.parse_label(Period::kMonth, "2012-01")};
    auto cohorts = retention_triangle(book, calendar.periods(Period::kMonth, year), Activity::kAny);
    ASSERT_EQ(cohorts.size(), 13u);
    EXPECT_THAT(cohorts[0].cells, testing::ElementsAre(948, 362, 317, 367, 341, 376, 360, 336, 336,
                                                       374, 354, 474, 260));
    int64_t people = 0;
    for (const Cohort& cohort : cohorts) people += cohort.cells.front();
    EXPECT_EQ(people, 4'372);
  }
}

}  // namespace
}  // namespace perennial::insight
