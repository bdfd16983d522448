// Taking a person out of uploaded files and quarantine: only what is the person's goes.
#include "collect/forget.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "events/testing.h"
#include "store/testing.h"

namespace perennial::collect {
namespace {

const std::vector<std::string> kWang = {"17", "wang@shop.cn", "13800138000", "+8613800138000",
                                        "phone-of-wang"};

TEST(Words, AreFoundAsFieldsNotAsPartsOfThem) {
  const Words words(kWang);
  EXPECT_TRUE(words.has(" Wang@Shop.CN "));
  EXPECT_TRUE(words.has("138 0013 8000"));
  EXPECT_TRUE(words.has("17"));
  EXPECT_FALSE(words.has("170"));
  EXPECT_FALSE(words.has(""));
  EXPECT_FALSE(words.has("wang@shop.cn.example"));
}

// A short identifier is one where identifiers stand; as a quantity it is a number.
TEST(Words, AreFoundInEvents) {
  const Words words(kWang);
  EXPECT_TRUE(words.in_event(R"({"type":"track","userId":"17"})"));
  EXPECT_TRUE(words.in_event(R"({"type":"track","userId":17})"));
  EXPECT_TRUE(words.in_event(R"({"properties":{"note":["wang@shop.cn"]}})"));
  EXPECT_TRUE(words.in_event(R"({"context":{"device":{"id":"phone-of-wang"}}})"));
  EXPECT_TRUE(words.in_event(R"({"userId":"x","broken": wang@shop.cn)"));
  EXPECT_FALSE(words.in_event(R"({"userId":"18","properties":{"quantity":17}})"));
  EXPECT_FALSE(words.in_event(R"({"userId":"170"})"));
  EXPECT_FALSE(words.in_event("not 17 json"));
  const Words number(std::vector<std::string>{"100000"});
  EXPECT_TRUE(number.in_event(R"({"user_id":100000})"));
  EXPECT_TRUE(number.in_event(R"({"properties":{"note":"100000"}})"));
  EXPECT_FALSE(number.in_event(R"({"properties":{"amount":100000}})"));
  EXPECT_TRUE(words.in_event(R"({"properties":{"to":13800138000}})"));
}

class ForgetInImport : public ::testing::Test {
 protected:
  void SetUp() override {
    record_.path = directory_ + "/imp.data";
    record_.taken = true;
    record_.import.mapping.delimiter = ",";
    record_.import.mapping.encoding = "UTF-8";
    record_.import.mapping.header = true;
    record_.import.mapping.columns = {{"customer_id", "id"}, {"email", "mail"}, {"name", "name"}};
    record_.sample = {{"columns", {"id", "mail", "count", "name"}},
                      {"rows", {{"17", "a@b.cn", "1", "x"}, {"18", "c@d.cn", "17", "y"}}}};
  }
  static void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  Forgotten forget(bool take = true) {
    auto done = forget_in_import(record_, directory_ + "/imp.rejects.csv", Words(kWang), take);
    EXPECT_TRUE(done) << done.error().text();
    return done.value_or(Forgotten{});
  }

  const events::ScratchDirectory scratch_;
  const std::string& directory_ = scratch_.path();
  ImportRecord record_;
};

TEST_F(ForgetInImport, RowsOfThePersonGo) {
  write(record_.path,
        "id,mail,count,name\n17,x@y.cn,1,A\n18,z@y.cn,17,\"B,\n17\"\n19,WANG@shop.cn,2,C\n");
  write(directory_ + "/imp.rejects.csv",
        "line,column,reason,row\r\n5,at,no date,\"17,x@y.cn,?,A\"\r\n6,at,no date,\"20,q@y.cn,17,"
        "A\"\r\n");
  const Forgotten counted = forget(false);
  EXPECT_EQ(counted.rows + counted.rejects + counted.samples, 4);
  EXPECT_FALSE(counted.changed);
  const Forgotten gone = forget();
  EXPECT_EQ(gone.rows, 2);
  EXPECT_EQ(gone.rejects, 1);
  EXPECT_EQ(gone.samples, 1);
  EXPECT_EQ(read(record_.path), "id,mail,count,name\r\n18,z@y.cn,17,\"B,\n17\"\r\n");
  EXPECT_EQ(read(directory_ + "/imp.rejects.csv"),
            "line,column,reason,row\r\n6,at,no date,\"20,q@y.cn,17,A\"\r\n");
  EXPECT_EQ(record_.sample.at("rows"), Json::array({Json::array({"18", "c@d.cn", "17", "y"})}));
  const Forgotten again = forget();
  EXPECT_EQ(again.rows + again.rejects + again.samples, 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_), {}), 2);
}

TEST_F(ForgetInImport, AFileThatIsNotOursStays) {
  write(record_.path, "id,mail,count,name\n17,x@y.cn,1,A\n");
  record_.taken = false;
  EXPECT_EQ(forget().rows, 0);
  EXPECT_THAT(read(record_.path), testing::HasSubstr("17,"));
}

TEST_F(ForgetInImport, WhatIsRewrittenIsUtf8) {
  write(record_.path, "id,mail,count,name\n17,x@y.cn,1,A\n18,z@y.cn,1,\xcd\xf5\n");  // 王 in GBK
  record_.import.mapping.encoding = "GB18030";
  EXPECT_EQ(forget().rows, 1);
  constexpr const char* kLeft = "\xEF\xBB\xBFid,mail,count,name\r\n18,z@y.cn,1,王\r\n";
  EXPECT_EQ(read(record_.path), kLeft);
  EXPECT_EQ(record_.import.mapping.encoding, "UTF-8");
  // A crash before the record was saved: the file itself says what it is.
  record_.import.mapping.encoding = "GB18030";
  const Forgotten again = forget();
  EXPECT_EQ(again.rows, 0);
  EXPECT_TRUE(again.changed);
  EXPECT_EQ(record_.import.mapping.encoding, "UTF-8");
  EXPECT_EQ(read(record_.path), kLeft);
  EXPECT_FALSE(forget().changed);
}

TEST(ForgetInQuarantine, OnlyThePersonsEventsGo) {
  store::TestDatabase database;
  ASSERT_TRUE(database->migrate(migrations()));
  ASSERT_TRUE(database->write([](store::Connection& c) -> Result<void> {
    for (int64_t id = 1; id <= 2'500; ++id) {
      const std::string user = id % 1'000 == 0 ? "17" : "other-" + std::to_string(id);
      TRY(
          c.execute("INSERT INTO quarantine (id, received_at, source, reason, field, body) VALUES "
                    "($1, 1, 'web', 'no name', '', $2)",
                    {id, to_text(Json{{"userId", user}})}));
    }
    return {};
  }));
  EXPECT_EQ(*forget_in_quarantine(*database, kWang, false), 2);
  const auto gone = forget_in_quarantine(*database, kWang, true);
  ASSERT_TRUE(gone) << gone.error().text();
  EXPECT_EQ(*gone, 2);
  const auto left = database->read(
      [](store::Connection& c) { return c.query("SELECT count(*) FROM quarantine"); });
  EXPECT_EQ((*left)[0].integer(0), 2'498);
}

}  // namespace
}  // namespace perennial::collect
