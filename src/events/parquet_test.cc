// Parquet files, read by the engine of a log that is open.

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "events/testing.h"

namespace perennial::events {
namespace {

using testing::HasSubstr;

const std::string kCustomers = PERENNIAL_SOURCE_DIR "/tests/scenarios/files/customers.parquet";

std::string text_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

class ChdbParquet : public testing::Test {
 protected:
  void SetUp() override {
    if (!chdb_wanted()) GTEST_SKIP() << "runs in the test events.chdb";
    SharedChdb::log();
    options_ = {.directory = SharedChdb::directory()};
  }
  Result<void> convert(const std::string& from) {
    return parquet_to_json_lines(options_, from, scratch_.path() + "/out.jsonl");
  }

  ScratchDirectory scratch_;
  ChdbOptions options_;
};

TEST_F(ChdbParquet, RowsBecomeObjectsInTheirOrder) {
  auto done = convert(kCustomers);
  ASSERT_TRUE(done) << done.error().text();
  std::istringstream lines(text_of(scratch_.path() + "/out.jsonl"));
  std::vector<Json> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(parse_json(line).value());
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0]["name"], "王小明");
  EXPECT_EQ(rows[0]["ordered_at"], "2026-02-01 10:00:00.000000");  // local in the file
  EXPECT_EQ(rows[0]["paid_at"], "2026-02-01T03:04:05.000000Z");    // an instant in the file
  EXPECT_EQ(rows[0]["address"], (Json{{"city", "上海"}, {"zip", "200000"}}));
  EXPECT_EQ(rows[0]["tags"], (Json{"a", "b"}));
  EXPECT_EQ(rows[1]["id"], INT64_MAX);
  EXPECT_EQ(rows[1]["name"], "says \"hi\", twice\nand more");
  EXPECT_EQ(rows[1]["total"], 0.05);
  EXPECT_TRUE(rows[2]["name"].is_null());
  EXPECT_EQ(rows[2]["born"], "1999-12-31");
}

TEST_F(ChdbParquet, WhatIsBrokenIsRefusedWithAReason) {
  const std::string whole = text_of(kCustomers);
  const std::string path = scratch_.path() + "/it's \\ broken.parquet";
  for (const std::string& text : {whole.substr(0, whole.size() - 200), std::string("PAR1PAR1"),
                                  whole.substr(0, 300) + whole.substr(whole.size() - 8)}) {
    std::ofstream(path, std::ios::binary) << text;
    auto done = convert(path);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, Code::kInvalid) << done.error().text();
    EXPECT_EQ(done.error().where, "file");
  }
  std::ofstream(path, std::ios::binary) << whole;
  EXPECT_TRUE(convert(path)) << "a name with quotes is a name";
  auto pattern = convert(scratch_.path() + "/*.parquet");
  ASSERT_FALSE(pattern);
  EXPECT_THAT(pattern.error().message, HasSubstr("characters"));
}

}  // namespace
}  // namespace perennial::events
