// How files are understood before anyone says anything.

#include "collect/plan.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/fields.h"

namespace perennial::collect {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class Plans : public testing::Test {
 protected:
  void SetUp() override {
    path_ = (std::filesystem::temp_directory_path() / ("plan-" + random_token(9))).string();
  }
  void TearDown() override { std::filesystem::remove(path_); }

  FilePlan plan(const std::string& text, Kind kind = Kind::kOrders, const Mapping& given = {}) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    auto made = plan_file(kind, path_, given);
    EXPECT_TRUE(made) << (made ? "" : made.error().text());
    return made.value_or(FilePlan{});
  }
  std::string refusal(Kind kind, const FilePlan& plan) {
    auto checked = check_plan(kind, plan);
    return checked ? "" : checked.error().where + ": " + checked.error().message;
  }

  std::string path_;
};

TEST_F(Plans, OnlineRetail) {
  auto made = plan_file(Kind::kOrders, PERENNIAL_SOURCE_DIR "/data/online_retail.csv.gz", {});
  ASSERT_TRUE(made) << made.error().text();
  const Mapping& mapping = made->mapping;
  EXPECT_THAT(mapping.columns,
              ElementsAre(Pair("order_id", "InvoiceNo"), Pair("customer_id", "CustomerID"),
                          Pair("at", "InvoiceDate"), Pair("sku", "StockCode"),
                          Pair("name", "Description"), Pair("quantity", "Quantity"),
                          Pair("price", "UnitPrice"), Pair("country", "Country")));
  EXPECT_EQ(mapping.delimiter, ",");
  EXPECT_EQ(mapping.encoding, "UTF-8");
  EXPECT_EQ(mapping.header, true);
  EXPECT_EQ(mapping.date_format, "iso");
  EXPECT_EQ(mapping.refund_prefix, "C");
  EXPECT_TRUE(made->notes.empty());
  EXPECT_EQ(made->sample.size(), kSampleRows);
  EXPECT_TRUE(check_plan(Kind::kOrders, *made));
}

TEST_F(Plans, Cdnow) {
  auto master = plan_file(Kind::kOrders, PERENNIAL_SOURCE_DIR "/data/cdnow/CDNOW_master.txt", {});
  ASSERT_TRUE(master) << master.error().text();
  EXPECT_THAT(master->mapping.columns,
              ElementsAre(Pair("customer_id", "customer_id"), Pair("at", "date"),
                          Pair("quantity", "number_of_cds"), Pair("amount", "dollar_value")));
  EXPECT_EQ(master->mapping.delimiter, "spaces");
  EXPECT_EQ(master->mapping.date_format, "yyyymmdd");
  EXPECT_EQ(master->mapping.header, true);

  auto sample = plan_file(Kind::kOrders, PERENNIAL_SOURCE_DIR "/data/cdnow/CDNOW_sample.txt", {});
  ASSERT_TRUE(sample) << sample.error().text();
  EXPECT_EQ(sample->mapping.header, false);
  EXPECT_THAT(sample->titles, ElementsAre("#1", "#2", "#3", "#4", "#5"));
  EXPECT_THAT(sample->mapping.columns, ElementsAre(Pair("customer_id", "#1"), Pair("at", "#3"),
                                                   Pair("quantity", "#4"), Pair("amount", "#5")));
  EXPECT_EQ(sample->mapping.date_format, "yyyymmdd");
}

TEST_F(Plans, ChineseTitles) {
  auto made =
      plan("订单编号;会员编号;付款时间;商品名称;数量;单价;实付金额\nA1;M1;2026/1/2;茶;1;2;2\n");
  EXPECT_EQ(made.mapping.delimiter, ";");
  EXPECT_THAT(
      made.mapping.columns,
      ElementsAre(Pair("order_id", "订单编号"), Pair("customer_id", "会员编号"),
                  Pair("at", "付款时间"), Pair("name", "商品名称"), Pair("quantity", "数量"),
                  Pair("price", "单价"), Pair("amount", "实付金额")));
  auto people =
      plan("会员编号,姓名,手机号,生日\nM1,王五,13800000000,1990-01-01\n", Kind::kCustomers);
  EXPECT_THAT(people.mapping.columns,
              ElementsAre(Pair("customer_id", "会员编号"), Pair("name", "姓名"),
                          Pair("phone", "手机号"), Pair("created_at", "生日")));
}

TEST_F(Plans, OtherColumnsBecomeTraitsAndProperties) {
  auto people = plan("id,email,favourite tea\n7,a@example.com,green\n", Kind::kCustomers);
  EXPECT_THAT(people.mapping.columns, ElementsAre(Pair("customer_id", "id"), Pair("email", "email"),
                                                  Pair("favourite tea", "favourite tea")));
  auto events = plan("event,user_id,time,plan\nUpgraded,u1,2026-01-02 03:04,pro\n", Kind::kEvents);
  EXPECT_THAT(events.mapping.columns, ElementsAre(Pair("name", "event"), Pair("user_id", "user_id"),
                                                  Pair("at", "time"), Pair("plan", "plan")));
}

TEST_F(Plans, SaysWhenDatesAreAmbiguous) {
  auto made = plan("order id,date,total\n1,1/12/2010,5\n2,2/12/2010,6\n");
  EXPECT_EQ(made.mapping.date_format, "");
  EXPECT_THAT(made.notes, ElementsAre(HasSubstr("choose dmy or mdy")));
  EXPECT_EQ(refusal(Kind::kOrders, made),
            "date_format: the format of the dates is not clear from the data");
  Mapping given;
  given.date_format = "dmy";
  EXPECT_EQ(
      refusal(Kind::kOrders, plan("order id,date,total\n1,1/12/2010,5\n", Kind::kOrders, given)),
      "");
  EXPECT_EQ(plan("order id,date,total\n1,1/13/2010,5\n2,2/12/2010,6\n").mapping.date_format, "mdy");
}

TEST_F(Plans, RefundPrefixes) {
  EXPECT_EQ(plan("order,date,total\n1,2026-01-01,5\nR2,2026-01-01,-5\n3,2026-01-01,5\n")
                .mapping.refund_prefix,
            "R");
  EXPECT_EQ(plan("order,date,total\nA1,2026-01-01,5\nA2,2026-01-01,-5\n").mapping.refund_prefix,
            "");
  Mapping none;
  none.refund_prefix = kNoRefundPrefix;
  EXPECT_EQ(plan("order,date,total\n1,2026-01-01,5\nR2,2026-01-01,-5\n3,2026-01-01,5\n",
                 Kind::kOrders, none)
                .mapping.refund_prefix,
            kNoRefundPrefix);
}

TEST_F(Plans, AHeaderWithoutTheNeededColumns) {
  EXPECT_EQ(refusal(Kind::kOrders, plan("colour,shape\nred,round\nblue,square\n")),
            "at: a column must be chosen for this field");
  EXPECT_EQ(refusal(Kind::kOrders, plan("date,colour\n2026-01-01,red\n2026-01-02,blue\n")),
            "amount: a column must be chosen for the amount or for the price");
  EXPECT_EQ(refusal(Kind::kCustomers, plan("colour,shape\nred,round\n", Kind::kCustomers)),
            "customer_id: a column must be chosen for this field");
  EXPECT_EQ(refusal(Kind::kEvents, plan("event,time\nE,2026-01-01\n", Kind::kEvents)),
            "user_id: a column must be chosen for user_id or anonymous_id");
  Mapping given;
  given.columns = {{"at", "date"}, {"amount", "Sum"}};
  EXPECT_EQ(refusal(Kind::kOrders, plan("date,total\n2026-01-01,5\n", Kind::kOrders, given)),
            "amount: the file has no column \"Sum\"");
  given.columns = {{"at", "#1"}, {"amount", "#3"}};
  EXPECT_EQ(refusal(Kind::kOrders, plan("date,total\n2026-01-01,5\n", Kind::kOrders, given)),
            "amount: the file has no column \"#3\"");
}

TEST_F(Plans, EmptyFiles) {
  for (const char* text : {"", "\n\n", "  "}) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << text;
    EXPECT_FALSE(plan_file(Kind::kOrders, path_, {}));
  }
  // A header alone is a file without rows.
  EXPECT_EQ(plan("order,date,total\n").mapping.columns.size(), 3u);
}

// ---- the forms of a mapping

TEST(Mappings, FromTextAndJson) {
  auto mapping = parse_mapping(
      "order_id=InvoiceNo, at = InvoiceDate,price=#6,currency:GBP,delimiter:tab,header:no,"
      "date_format:dmy,refund_prefix:C,zone:Europe/London,until:2011-09-09T00:00:00Z");
  ASSERT_TRUE(mapping) << mapping.error().text();
  EXPECT_THAT(mapping->columns, ElementsAre(Pair("order_id", "InvoiceNo"),
                                            Pair("at", "InvoiceDate"), Pair("price", "#6")));
  EXPECT_EQ(mapping->delimiter, "\t");
  EXPECT_EQ(mapping->header, false);
  EXPECT_EQ(mapping->until, parse_instant("2011-09-09T00:00:00Z").value());
  Json json = to_json(*mapping);
  EXPECT_EQ(json["delimiter"], "\\t");
  auto again = mapping_from_json(json);
  ASSERT_TRUE(again) << again.error().text();
  EXPECT_EQ(to_json(*again), json);
}

TEST(Mappings, SaysWhatIsWrong) {
  auto where = [](std::string_view text) { return parse_mapping(text).error().where; };
  EXPECT_EQ(where("colour:red"), "colour");
  EXPECT_EQ(where("currency:pounds"), "currency");
  EXPECT_EQ(where("zone:Mars/Base"), "zone");
  EXPECT_EQ(where("date_format:ymd"), "date_format");
  EXPECT_EQ(where("delimiter:##"), "delimiter");
  EXPECT_EQ(where("header:maybe"), "header");
  EXPECT_EQ(where("until:tomorrow"), "until");
  EXPECT_EQ(where("at=a,at=b"), "at");
  EXPECT_FALSE(parse_mapping("nonsense"));
  EXPECT_TRUE(parse_mapping(""));
  auto refused = [](std::string_view json) {
    return mapping_from_json(parse_json(json).value()).error().where;
  };
  EXPECT_EQ(refused(R"({"columns":[]})"), "columns");
  EXPECT_EQ(refused(R"({"columns":{"at":5}})"), "at");
  EXPECT_EQ(refused(R"({"columns":{},"header":"x"})"), "header");
  EXPECT_EQ(refused(R"({"columns":{},"currency":"x"})"), "currency");
  EXPECT_FALSE(mapping_from_json(parse_json("[]").value()));
}

}  // namespace
}  // namespace perennial::collect
