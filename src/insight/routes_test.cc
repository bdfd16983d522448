// The questions over a server and a real state database.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "insight/insight.h"
#include "insight/testing.h"

namespace perennial::insight {
namespace {

class InsightRoutes : public testing::Test {
 protected:
  void SetUp() override {
    access::Workspace w;
    w.calendar.zone = *Zone::named("Asia/Shanghai");
    w.stands_on = *parse_instant("2024-03-20T00:00:00+08:00");
    w.active_window_days = 45;
    shop_.save(w);
    shop_.order("ann", "2024-01-31T15:59:00Z", 10'000);  // 23:59 in Shanghai: January
    shop_.order("ann", "2024-02-10T02:00:00Z", 5'000);
    shop_.order("ann", "2024-02-11T02:00:00Z", -2'000);
    shop_.order("bob", "2024-01-31T16:00:00Z", 7'000);  // February
    shop_.order("bob", "2024-02-28T02:00:00Z", 7'000);
    shop_.order("", "2024-03-01T02:00:00Z", 900);
    shop_.order("eve", "2024-03-25T02:00:00Z", 800);  // after the day that the workspace stands on
    shop_.serve([this](http::Router& router) { insight_.add_routes(router); });
  }
  std::vector<PersonId> people(const Json& set) {
    auto found = insight_.resolve_set(set.get<std::string>());
    EXPECT_TRUE(found && *found) << set;
    return found && *found ? **found : std::vector<PersonId>();
  }
  std::string refused(const std::string& target) {
    auto [status, body] = shop_.get(target);
    EXPECT_EQ(status, 400) << target;
    return body.value("where", "");
  }

  TestShop shop_;
  Insight insight_{shop_.books(), shop_.settings(), shop_.clock()};
};

TEST_F(InsightRoutes, ActivityByMonth) {
  auto [status, body] = shop_.get("/v1/insights/activity");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["by"], "month");
  EXPECT_EQ(body["zone"], "Asia/Shanghai");
  EXPECT_EQ(body["currency"], "CNY");
  ASSERT_EQ(body["rows"].size(), 3u);
  const Json& feb = body["rows"][1];
  EXPECT_EQ(feb["label"], "2024-02");
  EXPECT_EQ(feb["from"], "2024-01-31T16:00:00.000Z");
  EXPECT_EQ(feb["to"], "2024-02-29T16:00:00.000Z");
  EXPECT_EQ(feb["complete"], true);
  EXPECT_EQ(feb["customers"], 2);
  EXPECT_EQ(feb["new_customers"], 1);
  EXPECT_EQ(feb["orders"], 3);
  EXPECT_EQ(feb["refunds"], 1);
  EXPECT_EQ(feb["revenue_minor"], 17'000);
  EXPECT_EQ(feb["repurchase"], (Json{{"numerator", 1}, {"denominator", 2}, {"rate", 0.5}}));
  EXPECT_EQ(people(feb["sets"]["new"]), std::vector{shop_.person("bob")});
  EXPECT_EQ(people(feb["sets"]["repeat"]), std::vector{shop_.person("bob")});
  const Json& march = body["rows"][2];
  EXPECT_EQ(march["complete"], false);
  EXPECT_EQ(march["to"], "2024-03-31T16:00:00.000Z");
  EXPECT_EQ(march["customers"], 0);  // eve has not come yet
  EXPECT_EQ(march["anonymous_orders"], 1);
  EXPECT_TRUE(march["repurchase"]["rate"].is_null());
  EXPECT_EQ(body["totals"]["customers"], 2);
  EXPECT_EQ(body["totals"]["orders"], 5);
  EXPECT_EQ(body["totals"]["revenue_minor"], 27'900);
}

TEST_F(InsightRoutes, RetentionRateByMonth) {
  auto [status, body] = shop_.get("/v1/insights/retention-rate");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["window_days"], 45);
  EXPECT_EQ(body["benchmarks"].size(), 3u);
  const Json& feb = body["rows"][1];
  EXPECT_EQ(feb["at_start"], 1);
  EXPECT_EQ(feb["at_end"], 2);
  EXPECT_EQ(feb["new_customers"], 1);
  EXPECT_EQ(feb["kept"], 1);
  EXPECT_EQ(feb["rate"]["rate"], 1.0);
  EXPECT_EQ(people(feb["sets"]["kept"]), std::vector{shop_.person("ann")});
  auto recent = insight_.recent_retention(12);
  ASSERT_EQ(recent->size(), 2u);  // full months since the first order
  EXPECT_EQ(recent->back().at_end, 2);
  EXPECT_EQ(insight_.recent_retention(1)->size(), 1u);
  EXPECT_EQ(insight_.retention_rate_json(Period::kMonth, std::nullopt)->at("rows"), body["rows"]);
}

TEST_F(InsightRoutes, RetentionTriangleByMonth) {
  auto [status, body] = shop_.get("/v1/insights/retention-triangle?activity=order");
  ASSERT_EQ(status, 200) << body;
  EXPECT_EQ(body["activity"], "order");
  ASSERT_EQ(body["cohorts"].size(), 3u);
  const Json& january = body["cohorts"][0];
  EXPECT_EQ(january["size"], 1);
  ASSERT_EQ(january["cells"].size(), 3u);
  EXPECT_EQ(january["cells"][1]["people"], 1);
  EXPECT_EQ(january["cells"][1]["complete"], true);
  EXPECT_EQ(january["cells"][2]["complete"], false);
  EXPECT_EQ(january["cells"][1]["set"], "triangle:order:month:2024-01:1");
  EXPECT_EQ(people(january["cells"][1]["set"]), std::vector{shop_.person("ann")});
  // Month 1: only January's cohort has a month after it that is over.
  EXPECT_EQ(body["average"][1], (Json{{"offset", 1}, {"rate", 1.0}, {"people", 1}, {"base", 1}}));
  EXPECT_EQ(body["average"][0]["base"], 2);
  EXPECT_TRUE(body["average"][2]["rate"].is_null());
  EXPECT_EQ(shop_.get("/v1/insights/retention-triangle").second["activity"], "any");
}

TEST_F(InsightRoutes, SpanIsHalfOpenAndEndsWithTheCurrentPeriod) {
  auto rows = [&](const std::string& query) {
    auto [status, body] = shop_.get("/v1/insights/activity?" + query);
    EXPECT_EQ(status, 200) << body;
    std::vector<std::string> labels;
    for (const auto& row : body["rows"]) labels.push_back(row["label"]);
    return labels;
  };
  using testing::ElementsAre;
  EXPECT_THAT(rows("by=day&from=2024-03-01&to=2024-03-03"),
              ElementsAre("2024-03-01", "2024-03-02"));
  EXPECT_THAT(rows("from=2024-02-01&to=2024-03-01"), ElementsAre("2024-02"));
  EXPECT_THAT(rows("from=2024-03-01&to=2030-01-01"), ElementsAre("2024-03"));
  EXPECT_THAT(rows("by=week&from=2024-03-12"), ElementsAre("2024-03-11", "2024-03-18"));
  EXPECT_THAT(rows("to=2024-02-01"), ElementsAre("2024-01"));
  EXPECT_TRUE(rows("from=2024-05-01").empty());
}

TEST_F(InsightRoutes, WrongQuestionsNameTheField) {
  for (std::string path : {"activity", "retention-rate", "retention-triangle"}) {
    std::string base = "/v1/insights/" + path + "?";
    EXPECT_EQ(refused(base + "by=year"), "by");
    EXPECT_EQ(refused(base + "from=2024-02-30"), "from");
    EXPECT_EQ(refused(base + "to=soon"), "to");
    EXPECT_EQ(refused(base + "from=2024-02-01&to=2024-02-01"), "to");
  }
  EXPECT_EQ(refused("/v1/insights/retention-triangle?activity=visits"), "activity");
}

TEST_F(InsightRoutes, SpansAreLimited) {
  auto from = [&](size_t days) {
    Instant end = *parse_instant("2024-03-20T00:00:00Z");
    return format_instant(end - std::chrono::hours(24) * static_cast<int>(days)).substr(0, 10);
  };
  auto status = [&](const std::string& path, size_t days) {
    return shop_.get("/v1/insights/" + path + "?by=day&to=2024-03-20&from=" + from(days)).first;
  };
  EXPECT_EQ(status("activity", kMaxPeriods), 200);
  EXPECT_EQ(status("activity", kMaxPeriods + 1), 400);
  EXPECT_EQ(status("retention-triangle", kMaxCohorts), 200);
  EXPECT_EQ(status("retention-triangle", kMaxCohorts + 1), 400);
  EXPECT_EQ(refused("/v1/insights/activity?by=day&from=0001-01-01"), "from");
}

TEST_F(InsightRoutes, WordsOfSetsAreChecked) {
  EXPECT_FALSE(insight_.resolve_set("stage:silent"));
  EXPECT_FALSE(insight_.resolve_set("activityx:new:month:2024-01"));
  for (auto set :
       {"activity:", "activity:new", "activity:old:month:2024-01", "activity:new:year:2024",
        "activity:new:month:2024-13", "activity:new:month:2024-01:1", "rate:new:week:2024-01-02",
        "rate:x:day:2024-01-02", "triangle:any:month:2024-01", "triangle:all:month:2024-01:0",
        "triangle:any:month:2024-01:-1", "triangle:any:month:2024-01:4000",
        "triangle:any:month:2024-01:1x"}) {
    auto found = insight_.resolve_set(set);
    ASSERT_TRUE(found) << set;
    ASSERT_FALSE(*found) << set;
    EXPECT_EQ(found->error().code, Code::kInvalid);
    EXPECT_EQ(found->error().where, "set");
  }
  EXPECT_TRUE(*insight_.resolve_set("triangle:any:month:2024-01:3999"));
}

TEST_F(InsightRoutes, EmptyShopAnswers) {
  TestShop empty;
  empty.now = *parse_instant("2024-03-20T00:00:00Z");
  Insight insight(empty.books(), empty.settings(), empty.clock());
  EXPECT_TRUE(insight.activity_json(Period::kDay, std::nullopt)->at("rows").empty());
  EXPECT_EQ(insight.activity_json(Period::kDay, std::nullopt)->at("totals")["orders"], 0);
  EXPECT_TRUE(insight.recent_retention(6)->empty());
}

}  // namespace
}  // namespace perennial::insight
